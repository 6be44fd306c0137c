/** Asks for a name and a password before it shows what is behind. */
const encoder = new TextEncoder();
const users: Record<string, string> = { admin: 's3cret:with colon', zoë: 'pässword' };

/** As long for a wrong text as for the right one. */
function same(a: string, b: string): boolean {
  const left = encoder.encode(a);
  const right = encoder.encode(b);
  let difference = left.length ^ right.length;
  for (let i = 0; i < left.length; i += 1) difference |= (left[i] as number) ^ (right[i % right.length] as number);
  return difference === 0;
}

function unauthorized(message: string): Response {
  return new Response(message, { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="admin", charset="UTF-8"' } });
}

export default {
  async fetch(request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === '/logout') return new Response('Logged out.', { status: 401 });
    if (!pathname.startsWith('/admin')) return new Response('Anyone can see this.');

    const [scheme, encoded] = (request.headers.get('Authorization') ?? '').split(' ');
    if (scheme !== 'Basic' || !encoded) return unauthorized('You need to log in.');
    let credentials: string;
    try {
      credentials = new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0)));
    } catch {
      return new Response('Malformed authorization header.', { status: 400 });
    }
    const colon = credentials.indexOf(':');
    if (colon < 0) return new Response('Malformed authorization header.', { status: 400 });
    const user = credentials.slice(0, colon);
    const known = users[user];
    if (known === undefined || !same(credentials.slice(colon + 1), known)) return unauthorized('You need to log in.');
    return new Response(`Hello, ${user}!`, { headers: { 'Cache-Control': 'no-store' } });
  },
} satisfies ExportedHandler;

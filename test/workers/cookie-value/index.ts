/** Reads one cookie, sets another. */
const COOKIE_NAME = '__uid';

function parseCookies(header: string): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    if (at < 0) continue;
    const name = pair.slice(0, at).trim();
    const value = pair
      .slice(at + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1');
    if (!cookies.has(name)) cookies.set(name, decodeURIComponent(value));
  }
  return cookies;
}

export default {
  async fetch(request): Promise<Response> {
    const cookie = parseCookies(request.headers.get('Cookie') ?? '');
    const value = cookie.get(COOKIE_NAME);
    if (value !== undefined) return new Response(value);
    const response = new Response(`No cookie with name: ${COOKIE_NAME}`);
    response.headers.append('Set-Cookie', `${COOKIE_NAME}=${encodeURIComponent('new visitor')}; Path=/; HttpOnly`);
    response.headers.append('Set-Cookie', 'seen=1; Path=/');
    return response;
  },
} satisfies ExportedHandler;

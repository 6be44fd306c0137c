/** Lets in who bears a token signed by HS256 that is not expired and is for this audience. */
const secret = 'a shared secret of some length';
const audience = 'shop';

interface Claims {
  readonly sub?: string;
  readonly aud?: string;
  readonly exp?: number;
  readonly nbf?: number;
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
}

const readJson = <T>(part: string): T => JSON.parse(new TextDecoder().decode(fromBase64Url(part))) as T;

async function verify(token: string, nowS: number): Promise<Claims | string> {
  const [header, payload, signature, ...rest] = token.split('.');
  if (!header || !payload || !signature || rest.length > 0) return 'malformed';
  try {
    if (readJson<{ alg?: string }>(header).alg !== 'HS256') return 'algorithm';
    const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
      'verify',
    ]);
    const signed = new TextEncoder().encode(`${header}.${payload}`);
    if (!(await crypto.subtle.verify('HMAC', key, fromBase64Url(signature), signed))) return 'signature';
    const claims = readJson<Claims>(payload);
    if (claims.exp !== undefined && claims.exp <= nowS) return 'expired';
    if (claims.nbf !== undefined && claims.nbf > nowS) return 'not yet';
    return claims.aud === audience ? claims : 'audience';
  } catch {
    return 'malformed';
  }
}

export default {
  async fetch(request): Promise<Response> {
    const token = /^Bearer (\S+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
    const claims = token === undefined ? 'missing' : await verify(token, Math.floor(Date.now() / 1000));
    if (typeof claims === 'string') {
      return Response.json(
        { error: claims },
        { status: 401, headers: { 'www-authenticate': `Bearer error="invalid_token", error_description="${claims}"` } },
      );
    }
    return Response.json({ hello: claims.sub });
  },
} satisfies ExportedHandler;

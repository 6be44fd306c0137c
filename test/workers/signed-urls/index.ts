/** Signs URLs for some time by HMAC, and serves only what is signed. */
const encoder = new TextEncoder();
const secret = encoder.encode('my secret symmetric key');

function base64(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}

async function key(): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
}

export default {
  async fetch(request): Promise<Response> {
    const url = new URL(request.url);
    if (url.pathname.startsWith('/generate/')) {
      url.pathname = url.pathname.replace('/generate/', '/');
      const expiry = url.searchParams.get('expiry') ?? String(Math.floor(Date.now() / 1000) + 60);
      const mac = await crypto.subtle.sign('HMAC', await key(), encoder.encode(`${url.pathname}@${expiry}`));
      url.search = new URLSearchParams({ verify: `${expiry}-${base64(mac)}` }).toString();
      return new Response(`${url.pathname}${url.search}`);
    }
    const [expiry = '', mac] = url.searchParams.get('verify')?.split('-') ?? [];
    if (mac === undefined) return new Response('Missing query parameter', { status: 403 });
    let given: Uint8Array<ArrayBuffer>;
    try {
      given = Uint8Array.from(atob(mac), (char) => char.charCodeAt(0));
    } catch {
      return new Response('Invalid MAC', { status: 403 });
    }
    const verified = await crypto.subtle.verify('HMAC', await key(), given, encoder.encode(`${url.pathname}@${expiry}`));
    if (!verified) return new Response('Invalid MAC', { status: 403 });
    if (Date.now() / 1000 > Number(expiry)) {
      return new Response(`URL expired at ${new Date(Number(expiry) * 1000).toISOString()}`, { status: 403 });
    }
    return new Response(`content of ${url.pathname}`);
  },
} satisfies ExportedHandler;

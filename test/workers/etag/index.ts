/** Gives content with an ETag that is its digest, how long it may be kept, and 304 to who has it already. */
const pages: Record<string, string> = { '/': 'start', '/about': 'about us, ünïcode' };

async function etagOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return `"${[...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}"`;
}

const strip = (tag: string) => tag.trim().replace(/^W\//, '');

export default {
  async fetch(request): Promise<Response> {
    const content = pages[new URL(request.url).pathname];
    if (content === undefined) return new Response('Not found', { status: 404, headers: { 'Cache-Control': 'no-store' } });
    const etag = await etagOf(content);
    const headers = { ETag: etag, 'Cache-Control': 'public, max-age=60, stale-while-revalidate=30' };
    const known = request.headers.get('If-None-Match');
    if (known !== null && (known === '*' || known.split(',').some((tag) => strip(tag) === etag)))
      return new Response(null, { status: 304, headers });
    return new Response(content, { headers });
  },
} satisfies ExportedHandler;

/** Sends some paths elsewhere, by a table; all others are not found. */
const redirects = new Map([
  ['shop.example/bulk1', 'https://shop.example/redirect2'],
  ['shop.example/bulk2', 'https://shop.example/redirect3'],
  ['shop.example/bulk3', 'https://other.example/'],
]);

export default {
  async fetch(request): Promise<Response> {
    const url = new URL(request.url);
    const location = redirects.get(url.host + url.pathname);
    if (location !== undefined) return Response.redirect(location, 301);
    return new Response('Not found', { status: 404 });
  },
} satisfies ExportedHandler;

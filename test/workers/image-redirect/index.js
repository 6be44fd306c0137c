/** Sends each client to the form of an image that it takes. */
const formats = [
  ['image/avif', 'avif'],
  ['image/webp', 'webp'],
];

export default {
  async fetch(request) {
    const url = new URL(request.url);
    const [, name, extension] = /^\/(.+)\.(jpe?g|png)$/i.exec(url.pathname) ?? [];
    if (name === undefined) return new Response('Disallowed file extension', { status: 400 });
    const width = Number(url.searchParams.get('width') ?? '800');
    if (!Number.isInteger(width) || width < 1 || width > 2000) return new Response('Invalid width', { status: 400 });
    const accept = request.headers.get('Accept') ?? '';
    const [, best] = formats.find(([type]) => accept.includes(type)) ?? [undefined, extension];
    const response = Response.redirect(`https://images.example/${width}/${name}.${best}`, 307);
    // What redirect() gives is immutable.
    const marked = new Response(null, response);
    marked.headers.set('Vary', 'Accept');
    return marked;
  },
};

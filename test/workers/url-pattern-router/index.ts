/** A router over URLPattern. */
type Handler = (groups: Record<string, string | undefined>, request: Request) => Response | Promise<Response>;

const routes: readonly (readonly [method: string, pattern: URLPattern, handler: Handler])[] = [
  ['GET', new URLPattern({ pathname: '/offers' }), () => new Response('all offers')],
  ['GET', new URLPattern({ pathname: '/offers/:id(\\d+)' }), ({ id }) => Response.json({ id: Number(id) })],
  ['GET', new URLPattern({ pathname: '/files/*' }), ({ 0: path }) => new Response(`file ${path}`)],
  [
    'POST',
    new URLPattern({ pathname: '/offers{/:kind}?' }),
    async ({ kind }, request) => new Response(`${kind ?? 'plain'}: ${await request.text()}`, { status: 201 }),
  ],
];

export default {
  async fetch(request): Promise<Response> {
    let known = false;
    for (const [method, pattern, handler] of routes) {
      const match = pattern.exec(request.url);
      if (match === null) continue;
      if (method === request.method) return handler(match.pathname.groups, request);
      known = true;
    }
    return new Response(null, { status: known ? 405 : 404 });
  },
} satisfies ExportedHandler;

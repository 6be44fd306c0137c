/** One plugin behind several hosts, routed by name and path. */
type Route = (url: URL) => Response;

const sites: Record<string, Route> = {
  'shop.example': (url) => new Response(`shop ${url.pathname}`),
  'blog.example': () => new Response('blog'),
};

export default {
  async fetch(request): Promise<Response> {
    const url = new URL(request.url);
    const subdomain = /^(\w+)\.tenants\.example$/.exec(url.hostname)?.[1];
    if (subdomain !== undefined) return new Response(`tenant ${subdomain}`);
    const site = sites[url.hostname.replace(/^www\./, '')];
    return site === undefined ? new Response('Unknown host', { status: 421 }) : site(url);
  },
} satisfies ExportedHandler;

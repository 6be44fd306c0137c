/** Short links: a table with slugs, and a page that lists them. */
import links from './links.json';

const table = new Map(Object.entries(links));

export default {
  async fetch(request): Promise<Response> {
    const url = new URL(request.url);
    const slug = decodeURIComponent(url.pathname.slice(1));
    if (slug === '') return Response.json([...table.keys()].sort());
    const target = table.get(slug);
    if (target === undefined) return new Response('Slug not found', { status: 404 });
    const destination = new URL(target);
    for (const [name, value] of url.searchParams) destination.searchParams.append(name, value);
    return new Response(null, { status: 302, headers: { Location: destination.href } });
  },
} satisfies ExportedHandler;

/** robots.txt and sitemap.xml. */
import robots from './robots.txt';

const pages = ['/', '/about', '/offers?sort=price&page=2'];

const escapeXml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

export default {
  async fetch(request): Promise<Response> {
    const { pathname, origin } = new URL(request.url);
    switch (pathname) {
      case '/robots.txt':
        return new Response(`${robots}Sitemap: ${origin}/sitemap.xml\n`);
      case '/sitemap.xml': {
        const urls = pages.map((page) => `<url><loc>${escapeXml(origin + page)}</loc></url>`).join('');
        return new Response(
          `<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${urls}</urlset>`,
          {
            headers: { 'content-type': 'application/xml' },
          },
        );
      }
      default:
        return new Response(null, { status: 404 });
    }
  },
} satisfies ExportedHandler;

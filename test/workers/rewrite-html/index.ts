/** Rewrites a page by its text: links to another host, every title, a script of its own. */
import page from './page.html';

const OLD_URL = 'https://developer.example';
const NEW_URL = 'https://docs.example';

function rewrite(html: string): string {
  return html
    .replace(
      /(<(?:a|img)\b[^>]*?\b(?:href|src)=")([^"]*)(")/gi,
      (_, before: string, url: string, after: string) => before + url.replace(OLD_URL, NEW_URL) + after,
    )
    .replace(/<title>(.*?)<\/title>/s, (_, title: string) => `<title>${title.trim()} | nbox</title>`)
    .replace('</body>', '<script src="/own.js"></script></body>');
}

export default {
  async fetch(): Promise<Response> {
    return new Response(rewrite(page), { headers: { 'content-type': 'text/html; charset=utf-8' } });
  },
} satisfies ExportedHandler;

/** Rewrites the links in another site's pages. */
import { origin } from './origins.json';

const OLD_URL = 'https://old.example';
const NEW_URL = 'https://new.example';

class AttributeRewriter {
  readonly #pattern: RegExp;

  constructor(tag: string, attribute: string) {
    this.#pattern = new RegExp(`(<${tag}\\s(?:[^>]*\\s)?${attribute}=)(["'])(.*?)\\2`, 'gi');
  }

  transform(html: string): string {
    return html.replace(
      this.#pattern,
      (_, start: string, quote: string, url: string) => start + quote + url.replace(OLD_URL, NEW_URL) + quote,
    );
  }
}

export default {
  async fetch(request): Promise<Response> {
    const res = await fetch(origin + new URL(request.url).pathname);
    if (!res.headers.get('Content-Type')?.startsWith('text/html')) return res;
    const rewriters = [new AttributeRewriter('a', 'href'), new AttributeRewriter('img', 'src')];
    const html = rewriters.reduce((text, rewriter) => rewriter.transform(text), await res.text());
    return new Response(html, res);
  },
} satisfies ExportedHandler;

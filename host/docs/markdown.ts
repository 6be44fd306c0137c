/** The project's own Markdown as HTML. Not for texts of others: these are not made harmless beyond their tags. */

import { Marked, type Tokens } from 'marked';
import { escaped } from './escaped.ts';
import { highlighted } from './highlight.ts';
import { servedAt } from './pages.ts';

export interface Heading {
  readonly depth: number;
  readonly text: string;
  readonly slug: string;
}

/** As GitHub makes them, so that links hold in both places. */
export function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

/** @param file where it is from, by which its links are resolved */
export function htmlOf(markdown: string, file: string): string {
  const slugs = new Map<string, number>();
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth }: Tokens.Heading): string {
        const slug = unique(slugOf(plain(tokens)), slugs);
        return `<h${depth} id="${slug}">${this.parser.parseInline(tokens)} <a class="anchor" href="#${slug}" aria-label="Link to this section">#</a></h${depth}>\n`;
      },
      link({ href, tokens }: Tokens.Link): string {
        const to = servedAt(href, file);
        const text = this.parser.parseInline(tokens);
        return to === undefined ? text : `<a href="${escaped(to)}">${text}</a>`;
      },
      image({ href, text }: Tokens.Image): string {
        return `<img src="${escaped(servedAt(href, file) ?? '')}" alt="${escaped(text)}">`;
      },
      code({ text, lang = '' }: Tokens.Code): string {
        return `<pre tabindex="0"><code>${highlighted(text, lang)}</code></pre>\n`;
      },
      // Comments for whoever edits the file.
      html: ({ text }: Tokens.HTML | Tokens.Tag): string => (text.startsWith('<!--') ? '' : escaped(text)),
    },
  });
  const html = marked.parse(markdown, { async: false });
  let tables = 0;
  // A table that is wider than a phone is moved by itself; each has a name of its own.
  return html
    .replaceAll('<table>', () => {
      tables += 1;
      return `<div class="table" role="region" aria-label="Table ${tables}" tabindex="0"><table>`;
    })
    .replaceAll('</table>', '</table></div>');
}

/** Of a line of Markdown that is no document: a description. */
export function inlineHtmlOf(markdown: string, file: string): string {
  const marked = new Marked({
    renderer: {
      link({ href, tokens }: Tokens.Link): string {
        const to = servedAt(href, file);
        const text = this.parser.parseInline(tokens);
        return to === undefined ? text : `<a href="${escaped(to)}">${text}</a>`;
      },
      html: ({ text }: Tokens.HTML | Tokens.Tag): string => escaped(text),
    },
  });
  return marked.parse(markdown, { async: false });
}

/** Of all depths, in their order. */
export function headingsOf(markdown: string): Heading[] {
  const slugs = new Map<string, number>();
  return new Marked({ gfm: true })
    .lexer(markdown)
    .filter((token): token is Tokens.Heading => token.type === 'heading')
    .map(({ depth, tokens }) => {
      const text = plain(tokens);
      return { depth, text, slug: unique(slugOf(text), slugs) };
    });
}

function unique(slug: string, slugs: Map<string, number>): string {
  const count = slugs.get(slug) ?? 0;
  slugs.set(slug, count + 1);
  return count === 0 ? slug : `${slug}-${count}`;
}

/** What is left of a line without its marks. */
function plain(tokens: readonly { readonly type: string; readonly raw: string }[]): string {
  return tokens
    .map((token) => {
      const { tokens: inner, text } = token as { readonly tokens?: readonly { type: string; raw: string }[]; readonly text?: string };
      return inner === undefined ? (text ?? token.raw) : plain(inner);
    })
    .join('');
}

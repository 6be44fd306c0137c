/** Search over the headings of all documents. */

import { escaped } from './escaped.ts';
import type { Heading } from './markdown.ts';
import { type DocPage, docPath } from './pages.ts';

export interface Indexed {
  readonly page: DocPage;
  readonly headings: readonly Heading[];
}

export interface Found {
  readonly page: DocPage;
  readonly heading: Heading;
}

const mostShown = 100;

/** Headings that have every word, or its beginning; those of whole words first, then those that stand higher. */
export function searched(index: readonly Indexed[], asked: string): Found[] {
  const words = wordsOf(asked);
  if (words.length === 0) return [];
  const found = index.flatMap(({ page, headings }) =>
    headings.flatMap((heading) => {
      const there = wordsOf(`${heading.text} ${page.title}`);
      if (!words.every((word) => there.some((one) => one.startsWith(word)))) return [];
      const whole = words.filter((word) => there.includes(word)).length;
      return [{ page, heading, rank: whole * 10 - heading.depth }];
    }),
  );
  return found
    .sort((a, b) => b.rank - a.rank)
    .slice(0, mostShown)
    .map(({ page, heading }) => ({ page, heading }));
}

export function foundHtml(found: readonly Found[], asked: string): string {
  const head = `<h1>Search</h1>\n`;
  if (found.length === 0) return `${head}<p>No heading has all of “${escaped(asked)}”. Try fewer words, or their beginnings.</p>\n`;
  const items = found.map(({ page, heading }) => {
    return `<li><a href="${docPath(page.name)}#${escaped(heading.slug)}">${escaped(heading.text)}</a> <span>${escaped(page.title)}</span></li>`;
  });
  return `${head}<ul class="found">\n${items.join('\n')}\n</ul>\n`;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

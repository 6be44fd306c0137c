/** What every page of the documents has around its text: navigation, search, contents. It needs no script. */

import { escaped } from './escaped.ts';
import type { Heading } from './markdown.ts';
import { docPages, docPath } from './pages.ts';

export interface PageParts {
  /** `undefined` of what is no page of the navigation. */
  readonly name: string | undefined;
  readonly title: string;
  readonly html: string;
  readonly headings: readonly Heading[];
  /** What was searched for. */
  readonly asked?: string;
}

export function pageHtml({ name, title, html, headings, asked = '' }: PageParts): string {
  const links = docPages.map((page) => {
    const current = page.name === name ? ' aria-current="page"' : '';
    return `<li><a href="${docPath(page.name)}"${current}>${escaped(page.title)}</a></li>`;
  });
  const contents = headings
    .filter(({ depth }) => depth === 2)
    .map(({ text, slug }) => `<li><a href="#${escaped(slug)}">${escaped(text)}</a></li>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)} · nbox</title>
<link rel="icon" href="/docs/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/docs/docs.css">
</head>
<body>
<a class="skip" href="#text">Skip to the text</a>
<header>
<a class="brand" href="/docs">nbox <span>docs</span></a>
<a href="/">Dashboard</a>
<form role="search" action="/docs"><label for="q">Search headings</label><input id="q" name="q" type="search" maxlength="200" value="${escaped(asked)}"><button>Search</button></form>
</header>
<div class="columns">
<nav aria-label="Documents"><ul>
${links.join('\n')}
</ul></nav>
<main id="text" tabindex="-1">
${html}</main>
${contents.length < 2 ? '' : `<nav class="contents" aria-label="On this page"><h2>On this page</h2><ul>\n${contents.join('\n')}\n</ul></nav>\n`}</div>
</body>
</html>
`;
}

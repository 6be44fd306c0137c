/** The dashboard's only page: the same for every view, with a nonce of its own each time. */

import { randomBytes } from 'node:crypto';
import { type Assets, assetsPath } from './assets.ts';

export interface Page {
  readonly html: string;
  /** What must go along with it. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What the page may load and do. @param nonce of styles that code makes (the editor's) @param script beside files, the only one */
export function contentPolicy(nonce: string, script?: string): string {
  return [
    "default-src 'none'",
    `script-src 'self'${script === undefined ? '' : ` ${script}`}`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "frame-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    // Text of plugins can become no markup and no script, whatever the app does with it.
    "require-trusted-types-for 'script'",
    'trusted-types nbox',
  ].join('; ');
}

/** Beside those that every answer of the admin port has. */
const headersBesides: Readonly<Record<string, string>> = Object.freeze({
  'cache-control': 'no-store',
  'content-type': 'text/html; charset=utf-8',
  'permissions-policy': 'accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()',
});

export interface AppPageParts {
  /** Where people log in by their identity provider, where there is one. */
  readonly loginAt: string | undefined;
  /** Whether it is certain that the browser has no session: then the page need not ask, and no 401 stands in the browser's console. */
  readonly isSignedOut: boolean;
  /** Paths that the browser is to ask for at once, since the page will. */
  readonly questions: readonly string[];
}

export function appPage({ index, theme }: Pick<Assets, 'index' | 'theme'>, { loginAt, isSignedOut, questions }: AppPageParts): Page {
  const nonce = randomBytes(18).toString('base64');
  const at = (name: string) => `${assetsPath}${name}`;
  const workers = Object.entries(index.workers)
    .map(([name, file]) => `${name}=${at(file)}`)
    .join(' ');
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="csp-nonce" content="${nonce}">
<meta name="nbox-workers" content="${workers}">
${loginAt === undefined ? '' : `<meta name="nbox-login" content="${loginAt}">\n`}${isSignedOut ? '<meta name="nbox-session" content="none">\n' : ''}<title>nbox</title>
<script>${theme.text}</script>
${questions.map((path) => `<link rel="preload" as="fetch" crossorigin href="${path.replaceAll('&', '&amp;')}">\n`).join('')}<link rel="icon" href="${at(index.icon)}" type="image/svg+xml">
<link rel="stylesheet" href="${at(index.styles)}">
${index.preloads.map((file) => `<link rel="modulepreload" href="${at(file)}">\n`).join('')}<script type="module" src="${at(index.entry)}"></script>
</head>
<body>
<div id="app"></div>
<noscript>The dashboard is a program: it needs JavaScript. Without it there are the command line, nbox --help, and the API.</noscript>
</body>
</html>
`;
  return { html, headers: { ...headersBesides, 'content-security-policy': contentPolicy(nonce, theme.source) } };
}

/** In the place of the app while there is none. It looks again by itself. */
export function waitingPage(title: string, text: string, againInS: number): Page {
  const nonce = randomBytes(18).toString('base64');
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="${againInS}">
<title>nbox</title>
<style nonce="${nonce}">body { font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 20vh auto; padding: 0 1.5rem }</style>
</head>
<body>
<main><h1>${title}</h1><p>${text}</p></main>
</body>
</html>
`;
  return { html, headers: { ...headersBesides, 'content-security-policy': contentPolicy(nonce), 'retry-after': String(againInS) } };
}

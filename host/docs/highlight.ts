/** Code with classes for its parts, so that no script and no inline style is needed to show them. */

import { classHighlighter, highlightCode } from '@lezer/highlight';
import { parser as javascript } from '@lezer/javascript';
import { parser as json } from '@lezer/json';
import { escaped } from './escaped.ts';

const typescript = javascript.configure({ dialect: 'ts' });
const parsers = { ts: typescript, typescript, js: javascript, javascript, json } as const;

/** @param language that of the fence; what is not known is shown as it is */
export function highlighted(code: string, language: string): string {
  if (language === 'sh') return shell(code);
  const parser = Object.hasOwn(parsers, language) ? parsers[language as keyof typeof parsers] : undefined;
  if (parser === undefined) return escaped(code);
  let html = '';
  const put = (text: string, classes: string) => {
    html += classes === '' ? escaped(text) : `<span class="${classes}">${escaped(text)}</span>`;
  };
  highlightCode(code, parser.parse(code), classHighlighter, put, () => {
    html += '\n';
  });
  return html;
}

/** Comments and strings: what else there is in a shell's line, people see. */
function shell(code: string): string {
  return code
    .split(/(^#.*$| #.*$|'[^']*'|"[^"]*")/m)
    .map((part, i) =>
      i % 2 === 0 ? escaped(part) : `<span class="${/^['"]/.test(part) ? 'tok-string' : 'tok-comment'}">${escaped(part)}</span>`,
    )
    .join('');
}

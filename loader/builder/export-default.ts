/** Finds a file's `export default`, without parsing it. */

import { tokenize } from '../../guards/tokens.ts';

export interface ExportDefault {
  readonly start: number;
  /** After `default`. */
  readonly end: number;
  /** Whether what follows can stand after `=`: not a class, an interface or a function with a name, which declare something. */
  readonly expression: boolean;
}

/** @returns the first `export default` outside all brackets, undefined where there is none */
export function exportDefaultAt(code: string): ExportDefault | undefined {
  let depth = 0;
  let state = 'outside' as 'outside' | 'export' | 'default' | 'function' | 'found';
  let start = 0;
  let end = 0;
  let expression = true;
  tokenize(code, (kind, from, to) => {
    const text = kind === 'word' && to - from <= 9 ? code.slice(from, to) : kind === 'punctuation' ? code.slice(from, to) : '';
    switch (state) {
      case 'found':
        return;
      case 'function':
        // `function (` and `function* (` have no name that anything else could use.
        if (text === '*') return;
        expression = text === '(' || text === '<';
        state = 'found';
        return;
      case 'default':
        if (text === 'async') return;
        expression = !['class', 'interface', 'abstract', 'enum', '@'].includes(text);
        state = text === 'function' ? 'function' : 'found';
        return;
      case 'export':
        state = 'outside';
        if (text === 'default') {
          end = to;
          state = 'default';
          return;
        }
        break;
      case 'outside':
        if (depth === 0 && text === 'export') {
          start = from;
          state = 'export';
          return;
        }
        break;
    }
    if (kind !== 'punctuation') return;
    const last = code[to - 1] as string;
    if ('([{'.includes(last)) depth += 1;
    else if (')]}'.includes(last)) depth = Math.max(0, depth - 1);
  });
  return state === 'found' ? { start, end, expression } : undefined;
}

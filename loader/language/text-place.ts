/** Places in a text: an offset as line and column, and the other way. Lines end as TypeScript has them end. */

const lineEnd = /\r\n|[\n\r\u2028\u2029]/g;

/** Both from 1. */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

export function placeOf(text: string, offset: number): LineColumn {
  let line = 1;
  let start = 0;
  lineEnd.lastIndex = 0;
  for (let found = lineEnd.exec(text); found !== null && found.index + found[0].length <= offset; found = lineEnd.exec(text)) {
    line += 1;
    start = found.index + found[0].length;
  }
  return { line, column: offset - start + 1 };
}

/** Of what lies beyond the line or the text: their ends. */
export function offsetOf(text: string, { line, column }: LineColumn): number {
  let at = 1;
  let start = 0;
  lineEnd.lastIndex = 0;
  for (let found = lineEnd.exec(text); found !== null; found = lineEnd.exec(text)) {
    if (at === line) return Math.min(start + column - 1, found.index);
    at += 1;
    start = found.index + found[0].length;
  }
  return at === line ? Math.min(start + column - 1, text.length) : text.length;
}

/** The end of the word that begins at an offset: of what a compiler points at without saying how far it goes. */
export function wordEnd(text: string, from: number): number {
  const word = /[\p{ID_Continue}$]+|[^\s\p{ID_Continue}$]/uy;
  word.lastIndex = from;
  return word.test(text) ? word.lastIndex : from;
}

/** The beginning of the word that ends at an offset. */
export function wordStart(text: string, to: number): number {
  let from = to;
  while (from > 0 && /[\p{ID_Continue}$]/u.test(text[from - 1] as string)) from -= 1;
  return from;
}

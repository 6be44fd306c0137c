/** How many columns text takes on a terminal, and cutting it to fit: Chinese takes two a character, a combining mark none. */

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const ascii = /^[\x20-\x7e]*$/;
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;

/** `undefined` where it is no terminal, or one that does not know its width and says 0. */
export function widthOf(stream: NodeJS.WriteStream): number | undefined {
  return stream.isTTY && stream.columns > 0 ? stream.columns : undefined;
}

/** Of printable text without line breaks. */
export function terminalWidth(text: string): number {
  if (ascii.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** The start of the text, with `…` for the rest where it is wider than `columns`. */
export function cutEnd(text: string, columns: number): string {
  return terminalWidth(text) <= columns ? text : `${take(graphemes(text), columns - 1).join('')}…`;
}

/** The end of the text, with `…` for what stands before. */
export function cutStart(text: string, columns: number): string {
  return terminalWidth(text) <= columns
    ? text
    : `…${take(graphemes(text).reverse(), columns - 1)
        .reverse()
        .join('')}`;
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - terminalWidth(text)));
}

export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - terminalWidth(text))) + text;
}

function take(parts: readonly string[], columns: number): string[] {
  let left = columns;
  const end = parts.findIndex((part) => {
    left -= graphemeWidth(part);
    return left < 0;
  });
  return parts.slice(0, end < 0 ? parts.length : end);
}

function graphemes(text: string): string[] {
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}

function graphemeWidth(grapheme: string): number {
  if (wide.test(grapheme)) return 2;
  return /^[\p{M}\p{Cf}]+$/u.test(grapheme) ? 0 : 1;
}

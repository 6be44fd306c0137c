/** Strangers' text made safe to print: plugin ids, diagnostics, logs and replies hold what authors wrote. */

/** C0 and C1 controls but tab and newline, line separators, and the marks that turn the direction of text: they could repaint a terminal. */
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Keeps newlines and tabs. */
export function printable(text: string): string {
  return text.replace(unsafe, escaped);
}

/** For what must stay on its line. */
export function printableLine(text: string): string {
  return printable(text).replace(/[\n\t]/g, escaped);
}

/** There are few of them, and a hostile text has nothing else. */
const escapes = new Map<string, string>();

function escaped(char: string): string {
  let text = escapes.get(char);
  if (text === undefined) {
    text = `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
    escapes.set(char, text);
  }
  return text;
}

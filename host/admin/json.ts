/** JSON from strangers: bounded nesting, and an error that says where. */

import { NboxError } from '../../guards/errors.ts';

/** Far beyond any body of the API, far below what a recursive walk bears. */
const deepest = 64;

/**
 * A value as `JSON.parse` makes it: `__proto__` is a property like any other, so walk it by own keys only.
 * @throws NboxError `malformed_json` with line and column
 */
export function parseJson(text: string): unknown {
  if (isTooDeep(text)) throw new NboxError('malformed_json', `The body is nested deeper than ${deepest} levels`);
  try {
    return JSON.parse(text);
  } catch {
    const at = errorAt(text);
    const line = text.slice(0, at).split('\n').length;
    const column = at - text.lastIndexOf('\n', at - 1);
    const found =
      at >= text.length ? 'it ends too early' : `${JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0))} is not expected there`;
    throw new NboxError('malformed_json', { detail: `Line ${line}, column ${column}: ${found}`, position: { file: '', line, column } });
  }
}

/** Hops from quote to quote, since most of a push is one long string. Text that is no JSON may be judged wrongly: parsing it fails anyway. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === 0x22) i = stringEnd(text, i);
    else if (char === 0x7b || char === 0x5b) {
      depth += 1;
      if (depth > deepest) return true;
    } else if (char === 0x7d || char === 0x5d) depth -= 1;
  }
  return false;
}

/** The index of the quote that ends the string begun at `start`; the text's length where none does. */
function stringEnd(text: string, start: number): number {
  let end = start;
  for (;;) {
    end = text.indexOf('"', end + 1);
    if (end < 0) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
}

const space = /[ \t\n\r]*/y;
const scalar = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;
const plain = /[^"\\\u0000-\u001f]*/y;
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** The index of the first character that cannot stand there. JSON.parse does not always tell, and only in prose. */
function errorAt(text: string): number {
  const open: string[] = [];
  let expected: 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma' | 'nothing' = 'value';
  let i = skip(space, text, 0);
  for (; i < text.length; i = skip(space, text, i)) {
    const char = text[i] as string;
    const after = () => (open.length === 0 ? 'nothing' : 'comma');
    if ((char === '}' || char === ']') && (expected === 'comma' || expected === (char === '}' ? 'key or end' : 'value or end'))) {
      if (open.pop() !== char) return i;
      expected = after();
      i += 1;
    } else if (expected === 'key' || expected === 'key or end') {
      const end = char === '"' ? validString(text, i) : { at: i, ok: false };
      if (!end.ok) return end.at;
      expected = 'colon';
      i = end.at;
    } else if (expected === 'colon') {
      if (char !== ':') return i;
      expected = 'value';
      i += 1;
    } else if (expected === 'comma') {
      if (char !== ',') return i;
      expected = open.at(-1) === '}' ? 'key' : 'value';
      i += 1;
    } else if (expected === 'nothing') return i;
    else if (char === '{' || char === '[') {
      open.push(char === '{' ? '}' : ']');
      expected = char === '{' ? 'key or end' : 'value or end';
      i += 1;
    } else if (char === '"') {
      const end = validString(text, i);
      if (!end.ok) return end.at;
      expected = after();
      i = end.at;
    } else {
      const end = skip(scalar, text, i);
      if (end === i) return i;
      expected = after();
      i = end;
    }
  }
  return text.length;
}

/** @returns the index after the string, or of what spoils it */
function validString(text: string, start: number): { at: number; ok: boolean } {
  let i = start + 1;
  for (;;) {
    i = skip(plain, text, i);
    if (text[i] === '"') return { at: i + 1, ok: true };
    const next = skip(escape, text, i);
    if (next === i) return { at: i, ok: false };
    i = next;
  }
}

/** @returns the index after what `pattern` matches at `i`; `i` where it does not match */
function skip(pattern: RegExp, text: string, i: number): number {
  pattern.lastIndex = i;
  return pattern.test(text) ? pattern.lastIndex : i;
}

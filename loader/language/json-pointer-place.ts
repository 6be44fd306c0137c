/** Where in a JSON text the value is that a pointer names. */

interface Span {
  readonly from: number;
  readonly to: number;
}

/** @param text valid JSON @returns the value, or the nearest one around it that is there; of an object's member its name */
export function jsonPointerSpan(text: string, pointer: string): Span {
  let at = skip(text, 0);
  let best: Span = { from: at, to: valueEnd(text, at) };
  for (const part of pointer.split('/').slice(1)) {
    const member = memberAt(text, at, part.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (member === undefined) return best;
    best = member.name;
    at = member.value;
  }
  return best;
}

function memberAt(text: string, at: number, name: string): { readonly name: Span; readonly value: number } | undefined {
  if (text[at] !== '{' && text[at] !== '[') return undefined;
  const isObject = text[at] === '{';
  let i = skip(text, at + 1);
  for (let index = 0; i < text.length && text[i] !== '}' && text[i] !== ']'; index += 1) {
    const key: Span = { from: i, to: valueEnd(text, i) };
    // Behind the name and its colon.
    const value = isObject ? skip(text, skip(text, key.to) + 1) : i;
    const isIt = isObject ? parsed(text.slice(key.from, key.to)) === name : String(index) === name;
    if (isIt) return { name: key, value };
    i = skip(text, valueEnd(text, value));
    if (text[i] === ',') i = skip(text, i + 1);
  }
  return undefined;
}

function skip(text: string, at: number): number {
  let i = at;
  while (i < text.length && ' \t\r\n'.includes(text[i] as string)) i += 1;
  return i;
}

/** The index behind the value that begins at `at`. */
function valueEnd(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i += 1) {
    const char = text[i] as string;
    if (char === '"') {
      i += 1;
      while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
      if (depth === 0) return i + 1;
    } else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') {
      if (depth === 0) return i;
      depth -= 1;
      if (depth === 0) return i + 1;
    } else if (depth === 0 && ', \t\r\n:'.includes(char)) return i;
  }
  return text.length;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

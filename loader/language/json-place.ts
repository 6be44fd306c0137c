/** Where in a JSON text a place is, told by what stands before it: the text need not be whole yet. */

export interface JsonPlace {
  /** The names and numbers that lead to the object, the list or the value in which the place is. */
  readonly path: readonly string[];
  /** Whether a member's name stands there, or a value. */
  readonly is: 'name' | 'value';
  /** Where what is being written begins, behind a quote if there is one. */
  readonly from: number;
  readonly isQuoted: boolean;
  /** Of an object: the members before it. */
  readonly taken: readonly string[];
}

interface Level {
  readonly kind: '{' | '[';
  readonly names: string[];
  /** The member whose value is being read; `undefined` where a name is. */
  name: string | undefined;
  index: number;
}

/** @returns undefined where nothing can be written: behind a value, outside of all */
export function jsonPlace(text: string, offset: number): JsonPlace | undefined {
  const levels: Level[] = [];
  /** What the last thing before the place was. */
  let before: 'open' | 'comma' | 'colon' | 'value' | 'name' = 'open';
  let i = 0;
  while (i < offset) {
    const char = text[i] as string;
    const level = levels.at(-1);
    if (char === '"') {
      const end = stringEnd(text, i);
      if (end === undefined || end > offset) return level && placeAt(levels, before, i + 1, true);
      if (level?.kind === '{' && level.name === undefined) {
        level.name = parsed(text.slice(i, end));
        level.names.push(level.name);
        before = 'name';
      } else before = 'value';
      i = end;
      continue;
    }
    if (char === '{' || char === '[') {
      levels.push({ kind: char, names: [], name: undefined, index: 0 });
      before = 'open';
    } else if (char === '}' || char === ']') {
      levels.pop();
      before = 'value';
    } else if (char === ',') {
      if (level !== undefined) {
        level.name = undefined;
        level.index += 1;
      }
      before = 'comma';
    } else if (char === ':') before = 'colon';
    else if (!/\s/.test(char)) {
      const word = /[^\s,:{}[\]"]+/y;
      word.lastIndex = i;
      const end = word.test(text) ? word.lastIndex : i + 1;
      if (end >= offset) return level && placeAt(levels, before, i, false);
      before = 'value';
      i = end;
      continue;
    }
    i += 1;
  }
  return levels.length === 0 ? undefined : placeAt(levels, before, offset, false);
}

function placeAt(levels: readonly Level[], before: string, from: number, isQuoted: boolean): JsonPlace | undefined {
  const level = levels.at(-1) as Level;
  const path = levels.slice(0, -1).map(({ kind, name, index }) => (kind === '{' ? (name ?? '') : String(index)));
  const ready = before === 'open' || before === 'comma';
  if (level.kind === '[') return ready ? { path: [...path, String(level.index)], is: 'value', from, isQuoted, taken: [] } : undefined;
  if (ready) return { path, is: 'name', from, isQuoted, taken: level.names };
  return before === 'colon' ? { path: [...path, level.name ?? ''], is: 'value', from, isQuoted, taken: [] } : undefined;
}

/** The index behind the closing quote; `undefined` where there is none on the line. */
function stringEnd(text: string, start: number): number | undefined {
  for (let i = start + 1; i < text.length && text[i] !== '\n'; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === '"') return i + 1;
  }
  return undefined;
}

function parsed(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

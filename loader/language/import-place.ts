/** Whether a place in a text is in an import, told by the text around it: nothing else need be there yet. */

/** Far enough for any import, near enough to be looked through with every key. */
const reach = 2_000;

export type ImportPlace =
  /** In the quotes: what is imported from. `from` is where its text begins. */
  | { readonly in: 'specifier'; readonly from: number; readonly text: string }
  /** In the braces: what is imported. `specifier` is an offset in what it is imported from, whose text is `name`. */
  | { readonly in: 'names'; readonly from: number; readonly specifier: number; readonly name: string; readonly taken: readonly string[] };

const specifierBefore = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(["'])((?:(?!\1)[^\n\\])*)$/;
const bracesBefore = /\b(?:import|export)\s+(?:type\s+)?(?:[\p{ID_Start}$_][\p{ID_Continue}$]*\s*,\s*)?\{([^{}]*)$/u;
const bracesAfter = /^([^{}]*)\}\s*from\s*(["'])([^"'\n]*)\2/;

export function importPlace(text: string, offset: number): ImportPlace | undefined {
  const before = text.slice(Math.max(0, offset - reach), offset);
  const quoted = specifierBefore.exec(before)?.[2];
  if (quoted !== undefined) return { in: 'specifier', from: offset - quoted.length, text: quoted };
  const inside = bracesBefore.exec(before)?.[1];
  if (inside === undefined) return undefined;
  const rest = bracesAfter.exec(text.slice(offset, offset + reach));
  if (rest === null) return undefined;
  const [whole, after = '', , name = ''] = rest;
  const word = /[\p{ID_Continue}$]*$/u.exec(inside)?.[0] ?? '';
  // After `as` it is the author who names it.
  if (/\bas\s+$/.test(inside.slice(0, inside.length - word.length))) return undefined;
  const taken = `${inside.slice(0, inside.length - word.length)},${after}`
    .split(',')
    .map(
      (one) =>
        one
          .trim()
          .replace(/^type\s+/, '')
          .split(/\s/)[0] as string,
    )
    .filter((one) => one !== '');
  return { in: 'names', from: offset - word.length, specifier: offset + whole.length - 1 - name.length, name, taken };
}

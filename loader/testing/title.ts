/** The titles of tests that are made from tables: `%s` and its kin stand for arguments, `$name` for a row's property. */

import { inspect } from '../node/inspect.ts';

const short = (value: unknown): string =>
  typeof value === 'string' ? value : inspect(value, { depth: 1, breakLength: Infinity }).slice(0, 100);

export function titleOf(title: string, args: readonly unknown[], index: number): string {
  const rest = [...args];
  const [row] = args;
  return title.replace(/%([sdifjoO#%])|\$([A-Za-z_$][\w$]*)/g, (form, letter: string | undefined, name: string | undefined) => {
    if (name !== undefined) {
      return typeof row === 'object' && row !== null && name in row ? short((row as Record<string, unknown>)[name]) : form;
    }
    if (letter === '%') return '%';
    if (letter === '#') return String(index);
    if (rest.length === 0) return form;
    const value = rest.shift();
    if (letter === 'd' || letter === 'f') return String(Number(value));
    if (letter === 'i') return String(Number.parseInt(String(value), 10));
    return letter === 'j' ? (JSON.stringify(value) ?? 'undefined') : short(value);
  });
}

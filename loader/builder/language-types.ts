/** TypeScript's own types of the language, without what plugins do not have of it. */

/** Off in plugins: see `guest/lockdown.ts`. */
const absent = ['SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry'];
const declaration = new RegExp(`^declare var (?:${absent.join('|')}): .*$`, 'gm');

/** A file of TypeScript's library. The types themselves stay, since others are made of them; only the values go. */
export function languageTypes(text: string): string {
  return text.replace(declaration, '');
}

/** A name that is used as a value and has only a type. */
const onlyType = 2693;

/** What a plugin's author is told of a name that is off, in place of what the checker says; else `undefined`. */
export function saidOfAbsent(code: number, message: string): string | undefined {
  const name = code === onlyType ? /^'(\w+)'/.exec(message)?.[1] : undefined;
  return name !== undefined && absent.includes(name) ? `'${name}' is off in plugins, which do not need it.` : undefined;
}

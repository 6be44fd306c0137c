/** Which files of a source are its tests, and the entry of the bundle that runs them. */

import { isPacked, type SourceFiles } from './build.ts';

/** What a plugin's tests are imported from. */
export const testModule = 'nbox:test';

/** Whether a file is a test by its name: `price.test.ts`, in whatever folder. */
export function isTest(file: string): boolean {
  return !isPacked(file) && /\.test\.(?:[mc]?ts|tsx|[mc]?js|jsx)$/.test(file);
}

/** The tests among the files, in the order of their names. The plugin's entry is none, whatever its name. */
export function testFiles(files: Iterable<string>, entry: string): string[] {
  return [...files].filter((file) => file !== entry && isTest(file)).sort();
}

/** The files with one more that imports every test, and its name. */
export function withTestEntry(files: SourceFiles, entry: string): { readonly files: SourceFiles; readonly entry: string } {
  let name = 'nbox-tests.js';
  while (files.has(name)) name = `_${name}`;
  const imports = testFiles(files.keys(), entry).map((file) => `import ${JSON.stringify(`./${file}`)};\n`);
  // Its handler comes first, since evaluating it defines the globals that the tests use.
  const text = `import tests from "${testModule}/entry";\n${imports.join('')}export default tests;\n`;
  return { files: new Map([...files, [name, text]]), entry: name };
}

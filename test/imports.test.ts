/** The structure of the code: which layer may import which, and that nothing imports itself by a detour. */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Type-only imports count, too: a cycle of types is a cycle of thought. */
const specifier = /^\s*(?:import|export)\s(?:[^'"]*?\sfrom\s)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/gm;

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(specifier)].map(([, from, dynamic]) => (from ?? dynamic) as string);
}

const files = globSync('{guards,loader,host,plugins}/**/*.{ts,tsx}', { cwd: root, exclude: (name) => name.includes('node_modules') });
const graph = new Map(
  files.map((file) => [
    file,
    importsOf(file)
      .filter((name) => name.startsWith('.'))
      .map((name) => normalize(join(dirname(file), name))),
  ]),
);

const allowed: Readonly<Record<string, readonly string[]>> = {
  guards: ['guards'],
  loader: ['guards', 'loader'],
  host: ['guards', 'loader', 'host'],
  plugins: ['plugins'],
};

function cycle(): string[] | undefined {
  const done = new Set<string>();
  const walk = (file: string, path: string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of graph.get(file) ?? []) {
      const found = walk(next, [...path, file]);
      if (found !== undefined) return found;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const found = walk(file, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

describe('imports', () => {
  it('finds the files and their imports', () => {
    assert.ok(files.length > 40);
    assert.ok(graph.get('loader/sandbox/open-guest.ts')?.includes('guards/deadline.ts'));
  });

  it('go one way: guards ← loader ← host; plugins import nothing of nbox but its types', () => {
    const wrong = [...graph].flatMap(([file, imports]) =>
      imports
        .filter((imported) => !allowed[file.split('/')[0] as string]?.includes(imported.split('/')[0] as string))
        .map((imported) => `${file} imports ${imported}`),
    );
    assert.deepEqual(wrong, []);
  });

  it('of the guest do not reach out of the guest', () => {
    const wrong = [...graph]
      .filter(([file]) => file.startsWith('loader/guest/'))
      .flatMap(([, imports]) => imports.filter((one) => !one.startsWith('loader/guest/')));
    assert.deepEqual(wrong, []);
  });

  it('of the guards are of Node and of libraries only', () => {
    const wrong = files
      .filter((file) => file.startsWith('guards/'))
      .flatMap((file) => importsOf(file).filter((name) => name.startsWith('../')));
    assert.deepEqual(wrong, []);
  });

  it('have no cycle, type-only imports included', () => {
    assert.equal(cycle()?.join(' → '), undefined);
  });

  it('of the author types are none', () => {
    for (const file of globSync('loader/types/*.d.ts', { cwd: root })) {
      // One declared module may refer to another of the same file.
      const declared = new Set([...readFileSync(join(root, file), 'utf8').matchAll(/^declare module '(.*)'/gm)].map(([, name]) => name));
      const outside = importsOf(file).filter((name) => !declared.has(name));
      assert.deepEqual(outside, [], file);
    }
  });
});

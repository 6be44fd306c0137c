/** Gives the bundler `loader/testing/`: what tests import, and the handler of a bundle of tests. */

import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { OnResolveResult, PluginBuild } from 'esbuild';
import { testModule } from '../tests.ts';
import { nodeNamespace, testNamespace } from './bundle-messages.ts';

const folder = join(import.meta.dirname, '..', 'testing');
const texts = new Map<string, string>();

/** @returns undefined for what is no module of the tests' */
export function testingModule(path: string): OnResolveResult | undefined {
  if (path === testModule) return { path: 'index.ts', namespace: testNamespace };
  return path === `${testModule}/entry` ? { path: 'entry.ts', namespace: testNamespace } : undefined;
}

export function provideTesting(builder: PluginBuild): void {
  builder.onResolve({ filter: /^/, namespace: testNamespace }, ({ path }) => {
    const node = /^\.\.\/node\/(.+)$/.exec(path)?.[1];
    if (node !== undefined) return { path: node, namespace: nodeNamespace, sideEffects: false };
    return { path: posix.normalize(path), namespace: testNamespace };
  });
  builder.onLoad({ filter: /^/, namespace: testNamespace }, ({ path }) => ({ contents: textOf(path), loader: 'ts' }));
}

function textOf(path: string): string {
  const text = texts.get(path) ?? readFileSync(join(folder, path), 'utf8');
  texts.set(path, text);
  return text;
}

/** The names that every plugin sees without an import: of the language and of the platform. Read once from their types. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CheckerFiles, testTypes, typeFiles } from '../builder/checker-files.ts';
import { languageTypes } from '../builder/language-types.ts';
import type { Completion, CompletionKind } from './questions.ts';

/** A declaration at the top level of a script, which is where these files have them. */
const declaration = /^(?:declare )?(?:abstract )?(var|let|const|function|class|namespace|enum|interface|type) ([A-Za-z_$][\w$]*)/gm;
const reference = /^\/\/\/ <reference lib="([\w.]+)" \/>/gm;

const kinds: Readonly<Record<string, CompletionKind>> = {
  ...{ var: 'variable', let: 'variable', const: 'variable', function: 'function', class: 'class' },
  ...{ namespace: 'module', enum: 'enum', interface: 'interface', type: 'type' },
};

/** What stands first where two declarations share a name. */
const order: readonly CompletionKind[] = ['class', 'function', 'variable', 'module', 'enum', 'interface', 'type'];

export interface GlobalNames {
  readonly all: readonly Completion[];
  /** Beside them, in a plugin that has tests. */
  readonly ofTests: readonly Completion[];
}

export function globalNames(files: Pick<CheckerFiles, 'libDir' | 'typesDir'>): GlobalNames {
  const platform = typeFiles.map((file) => readFileSync(join(files.typesDir, file), 'utf8'));
  const own = named(platform);
  // The platform's come first: they are what an author of plugins looks for.
  const language = named(libraryTexts(files.libDir, 'esnext')).filter(({ name }) => !own.some((one) => one.name === name));
  const tests = readFileSync(join(files.typesDir, testTypes), 'utf8');
  return Object.freeze({
    all: Object.freeze([...own.map((one) => ({ ...one, boost: 2 })), ...language.map((one) => ({ ...one, boost: -1 }))]),
    ofTests: Object.freeze(named([tests])),
  });
}

/** A library of TypeScript's, with those that it refers to. */
function libraryTexts(dir: string, name: string, seen: Set<string> = new Set()): string[] {
  if (seen.has(name)) return [];
  seen.add(name);
  const text = languageTypes(readFileSync(join(dir, `lib.${name}.d.ts`), 'utf8'));
  return [text, ...[...text.matchAll(reference)].flatMap(([, other]) => libraryTexts(dir, other as string, seen))];
}

function named(texts: readonly string[]): Completion[] {
  const found = new Map<string, CompletionKind>();
  for (const text of texts) {
    for (const [, word, name] of text.matchAll(declaration)) {
      const kind = kinds[word as string] as CompletionKind;
      const known = found.get(name as string);
      const isConstructor = (known === 'interface' && kind === 'variable') || (known === 'variable' && kind === 'interface');
      if (isConstructor) found.set(name as string, 'class');
      else if (known === undefined || order.indexOf(kind) < order.indexOf(known)) found.set(name as string, kind);
    }
  }
  return [...found].map(([name, kind]) => ({ name, kind }));
}

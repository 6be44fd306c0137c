/** What may be written at a place. */

import { SymbolFlags } from 'typescript/unstable/async';
import type { SourceFiles } from '../build.ts';
import { isPacked } from '../build.ts';
import type { Libraries } from '../builder/libraries.ts';
import { providedModules } from '../builder/node-modules.ts';
import type { Shown } from '../builder/open-project.ts';
import { packageFolder } from '../builder/packed-modules.ts';
import { isTest, testModule } from '../tests.ts';
import { checkerCompletions, scopeNames } from './checker-completions.ts';
import { behind, kindOf } from './described.ts';
import type { GlobalNames } from './global-names.ts';
import { type ImportPlace, importPlace } from './import-place.ts';
import type { Completion, Completions, Place } from './questions.ts';
import { wordStart } from './text-place.ts';
import { typedPlace } from './typed-place.ts';

export interface CompletionParts {
  readonly shown: Shown;
  /** All of the author's, packed ones among them. */
  readonly files: SourceFiles;
  readonly libraries: Libraries;
  readonly globals: GlobalNames;
}

/** A list that nobody reads to its end must not be sent, drawn and sorted with every key. */
const mostItems = 1_000;

/** @returns undefined where nothing is to be completed */
export async function complete(parts: CompletionParts, { file, offset }: Place): Promise<Completions | undefined> {
  const text = parts.shown.author.get(file);
  if (text === undefined || !isScript(file)) return undefined;
  const place = importPlace(text, offset);
  if (place?.in === 'specifier') return { from: place.from, items: specifiers(parts, file, place.text).slice(0, mostItems) };
  if (place?.in === 'names') return { from: place.from, items: (await exported(parts.shown, file, place)).slice(0, mostItems) };
  if (isInert(text, offset)) return undefined;
  const from = wordStart(text, offset);
  // `1.` and `.5` are numbers, and `3x` is nothing.
  if (/\d/.test(text[from] ?? '') && from < offset) return undefined;
  const items = (await checkerCompletions(parts.shown, file, offset)) ?? (await scopeNames(parts, { file, offset, from }));
  return items.length === 0 ? undefined : { from, items: items.slice(0, mostItems) };
}

/** The symbols that the braces of an import may name. */
export async function exportsAt(shown: Shown, file: string, place: Extract<ImportPlace, { in: 'names' }>) {
  const at = typedPlace(shown, { file, offset: place.specifier });
  const module = await shown.project.checker.getSymbolAtPosition(at.file, at.offset);
  if (module === undefined || (module.flags & SymbolFlags.Module) === 0) return [];
  return await shown.project.checker.getExportsOfModule(module);
}

async function exported(shown: Shown, file: string, place: Extract<ImportPlace, { in: 'names' }>): Promise<Completion[]> {
  const symbols = await exportsAt(shown, file, place);
  const named = symbols.filter(({ name }) => /^[\p{ID_Start}$_]/u.test(name) && name !== 'default' && !place.taken.includes(name));
  return await Promise.all(
    named.slice(0, mostItems).map(async (symbol) => ({ name: symbol.name, kind: kindOf(await behind(shown.project, symbol)) })),
  );
}

export function isScript(file: string): boolean {
  return /\.(?:[mc]?[tj]s|[tj]sx)$/.test(file);
}

/** What there is to import from. */
function specifiers({ shown, files, libraries }: CompletionParts, file: string, written: string): Completion[] {
  const module = (name: string, detail: string, boost = 0): Completion => ({ name, kind: 'module', detail, boost });
  if (written.startsWith('.'))
    return [...shown.author.keys()].flatMap((other) => relative(file, other)).map((name) => module(name, 'file'));
  const packed = new Set([...files.keys()].filter(isPacked).map((one) => packageFolder(one).slice('node_modules/'.length)));
  return [
    ...[module('nbox', 'platform', 3), module('cloudflare:workers', 'platform')],
    ...(isTest(file) ? [module(testModule, 'tests', 3)] : []),
    ...[...shown.author.keys()].flatMap((other) => relative(file, other)).map((name) => module(name, 'file', 2)),
    ...[...packed].map((name) => module(name, 'packed', 1)),
    ...[...libraries.names].map((name) => module(name, 'library')),
    ...[...providedModules].map((name) => module(`node:${name}`, 'Node', -1)),
  ];
}

/** A file as another one imports it; none for itself, and for what cannot be imported there. */
function relative(from: string, to: string): string[] {
  if (from === to || to === 'nbox.json' || to === 'tsconfig.json' || to.endsWith('.d.ts') || (isTest(to) && !isTest(from))) return [];
  const [here, there] = [from.split('/').slice(0, -1), to.split('/')];
  let same = 0;
  while (same < here.length && same < there.length - 1 && here[same] === there[same]) same += 1;
  const up = '../'.repeat(here.length - same);
  return [`${up === '' ? './' : up}${there.slice(same).join('/')}`];
}

/** Of a longer one only its end is looked at, as far as anyone writes. */
const longestLine = 1_000;

/** Whether a place is in a comment or in a text, as far as its line shows. The checker knows better where it is asked. */
function isInert(text: string, offset: number): boolean {
  const line = text.slice(Math.max(text.lastIndexOf('\n', offset - 1) + 1, offset - longestLine), offset);
  return /^\s*(?:\/\/|\*|\/\*)/.test(line) || /(?:^|[^:"'`\\])\/\/[^"'`]*$/.test(line);
}

/**
 * The checker's own completions, and what stands in for them where TypeScript 7.0.2 has none: wherever it would offer imports of
 * what is not imported yet, which is wherever a bare name may stand, it fails ("needs auto imports", microsoft/TypeScript#64132).
 * There every word of the file and every global is looked up as if it stood at the place: what is found is in scope. To go when
 * 7.1 is in use, and all of it is in this file. Symbols of entries (`includeSymbol`) may fail, too, for members of generic types
 * (microsoft/typescript-go#4480), and then there is no word on the type.
 */

import { CompletionItemKind, type Symbol as Named, SymbolFlags } from 'typescript/unstable/async';
import type { Shown } from '../builder/open-project.ts';
import { isTest } from '../tests.ts';
import { behind, kindOf } from './described.ts';
import type { GlobalNames } from './global-names.ts';
import type { Completion, CompletionKind, Place } from './questions.ts';
import { typedPlace } from './typed-place.ts';

/** Words of a file that are looked up: a larger one has its nearest. */
const mostWords = 400;
/** Any meaning of a name. Declared by the enum's members, since they are what the checker takes. */
const anyMeaning: SymbolFlags = SymbolFlags.Value | SymbolFlags.Type | SymbolFlags.Namespace | SymbolFlags.Alias;

const kinds: Readonly<Record<number, CompletionKind>> = {
  [CompletionItemKind.Method]: 'method',
  [CompletionItemKind.Function]: 'function',
  [CompletionItemKind.Constructor]: 'method',
  [CompletionItemKind.Field]: 'property',
  [CompletionItemKind.Property]: 'property',
  [CompletionItemKind.Class]: 'class',
  [CompletionItemKind.Interface]: 'interface',
  [CompletionItemKind.Module]: 'module',
  [CompletionItemKind.Enum]: 'enum',
  [CompletionItemKind.EnumMember]: 'constant',
  [CompletionItemKind.Constant]: 'constant',
  [CompletionItemKind.Keyword]: 'keyword',
  [CompletionItemKind.TypeParameter]: 'type',
};

/** @returns undefined where the checker has failed, as it does where bare names may stand */
export async function checkerCompletions(shown: Shown, file: string, offset: number): Promise<Completion[] | undefined> {
  const at = typedPlace(shown, { file, offset });
  let info: Awaited<ReturnType<typeof shown.project.checker.getCompletionsAtPosition>>;
  try {
    info = await shown.project.checker.getCompletionsAtPosition(at.file, at.offset);
  } catch {
    return undefined;
  }
  return (info?.entries ?? []).map(({ name, kind, insertText, detail, sortText }) => ({
    name,
    kind: kinds[kind as number] ?? 'variable',
    ...(insertText === undefined || insertText === name ? {} : { insert: insertText }),
    ...(detail === undefined || detail === '' ? {} : { detail }),
    ...(sortText !== undefined && sortText > '11' ? { boost: -1 } : {}),
  }));
}

/** The symbol of an entry of `checkerCompletions`. */
export async function checkerSymbol(shown: Shown, { file, offset }: Place, name: string): Promise<Named | undefined> {
  const at = typedPlace(shown, { file, offset });
  try {
    const info = await shown.project.checker.getCompletionsAtPosition(at.file, at.offset, { includeSymbol: true });
    return info?.entries.find((entry) => entry.name === name)?.symbol;
  } catch {
    return undefined;
  }
}

/** What a bare name means at a place. */
export async function scopeSymbol(shown: Shown, place: Place, name: string): Promise<Named | undefined> {
  const at = typedPlace(shown, place);
  return await shown.project.checker.resolveName(name, anyMeaning, { document: at.file, position: at.offset });
}

/** @param place `from` is where the word begins that is being written */
export async function scopeNames(
  { shown, globals }: { readonly shown: Shown; readonly globals: GlobalNames },
  { file, offset, from }: Place & { readonly from: number },
): Promise<Completion[]> {
  const text = shown.author.get(file) ?? '';
  const before = text.slice(Math.max(0, from - 200), from);
  // A member of what the checker could not make out.
  if (/\.\s*$/.test(before) && !/\.\.\.\s*$/.test(before)) return [];
  const isType = typeBefore.test(before);
  const hasTests = [...shown.author.keys()].some(isTest);
  const known = new Map([...globals.all, ...(hasTests ? globals.ofTests : [])].map((one) => [one.name, one]));
  const words = nearestWords(text, from, offset).filter((word) => !keywords.has(word));
  const found = await Promise.all(
    words.map(async (word): Promise<Completion | undefined> => {
      const symbol = await scopeSymbol(shown, { file, offset: from }, word);
      if (symbol === undefined) return undefined;
      const kind = kindOf(await behind(shown.project, symbol));
      // A global's own boost is enough.
      return known.has(word) ? { ...(known.get(word) as Completion), boost: 5 } : { name: word, kind, boost: 10 };
    }),
  );
  const local = found.filter((one) => one !== undefined);
  const taken = new Set(local.map(({ name }) => name));
  const others = [...known.values()].filter(({ name }) => !taken.has(name));
  return [...local, ...others, ...[...keywords].map((name): Completion => ({ name, kind: 'keyword', boost: -2 }))].map((one) => {
    const fits = typeKinds.has(one.kind) === isType || one.kind === 'class';
    return fits ? one : { ...one, boost: (one.boost ?? 0) - 20 };
  });
}

/** After these a type stands, mostly. */
const typeBefore =
  /(?:[<|&]|\)\s*:|[\p{ID_Continue}$\]?]\s*:|\b(?:as|satisfies|extends|implements|keyof|readonly)\s|\btype\s+[\p{ID_Continue}$]+\s*=)\s*$/u;
const typeKinds: ReadonlySet<CompletionKind> = new Set(['interface', 'type']);

/** What may begin a statement, or stand where a value does. */
const keywords: ReadonlySet<string> = new Set([
  ...['async', 'await', 'break', 'case', 'catch', 'class', 'const', 'continue', 'debugger', 'default', 'delete', 'do', 'else', 'enum'],
  ...['export', 'extends', 'false', 'finally', 'for', 'function', 'if', 'implements', 'import', 'in', 'instanceof', 'interface', 'let'],
  ...['new', 'null', 'of', 'return', 'satisfies', 'super', 'switch', 'this', 'throw', 'true', 'try', 'type', 'typeof', 'undefined', 'var'],
  ...['void', 'while', 'yield', 'as', 'keyof', 'readonly', 'string', 'number', 'boolean', 'unknown', 'never', 'any', 'object'],
]);

/** Each once, those next to the place first, without the one that is being written there. */
function nearestWords(text: string, from: number, to: number): string[] {
  const distance = new Map<string, number>();
  for (const { 0: word, index } of text.matchAll(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu)) {
    if (index === from && index + word.length >= to) continue;
    const far = Math.abs(index - from);
    if (far < (distance.get(word) ?? Number.POSITIVE_INFINITY)) distance.set(word, far);
  }
  return [...distance]
    .sort(([, a], [, b]) => a - b)
    .slice(0, mostWords)
    .map(([word]) => word);
}

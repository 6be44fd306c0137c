/** What the checker knows of a symbol, in the words of TypeScript and of the symbol's comment; nothing of where the host keeps its files. */

import { type Symbol as Named, type Project, SymbolFlags } from 'typescript/unstable/async';
import type { Libraries } from '../builder/libraries.ts';
import { hiddenPaths } from '../builder/typed-project.ts';
import type { CompletionKind, Described } from './questions.ts';

const mostSignature = 1_000;
const mostDocumentation = 6_000;
const mostTags = 20;
/** In a type alias's own signature its name says nothing: what stands behind it does. TypeScript's `InTypeAlias`. */
const inTypeAlias = 8_388_608;

/** @param folder the virtual one, with a slash at its end */
export function scrubber(folder: string, libraries: Libraries): (text: string) => string {
  const hidden = hiddenPaths(folder, libraries);
  return (text) => hidden.reduce((shown, path) => shown.replaceAll(path, ''), text).replaceAll('NboxEntry', 'Entry');
}

/** What an import stands for, and what is none itself. */
export async function behind({ checker }: Project, symbol: Named): Promise<Named> {
  if ((symbol.flags & SymbolFlags.Alias) === 0) return symbol;
  const found = await checker.getAliasedSymbol(symbol);
  return (await checker.isUnknownSymbol(found)) ? symbol : found;
}

export function kindOf({ flags }: Pick<Named, 'flags'>): CompletionKind {
  if (flags & SymbolFlags.Function) return 'function';
  if (flags & (SymbolFlags.Method | SymbolFlags.Constructor)) return 'method';
  if (flags & SymbolFlags.Class) return 'class';
  // Before the interface of the same name: `Request` is what it is used as.
  if (flags & SymbolFlags.Variable && flags & SymbolFlags.Interface) return 'class';
  if (flags & SymbolFlags.Variable) return 'variable';
  if (flags & SymbolFlags.Enum) return 'enum';
  if (flags & SymbolFlags.EnumMember) return 'constant';
  if (flags & SymbolFlags.Interface) return 'interface';
  if (flags & (SymbolFlags.TypeAlias | SymbolFlags.TypeParameter)) return 'type';
  if (flags & SymbolFlags.Module) return 'module';
  if (flags & (SymbolFlags.Property | SymbolFlags.Accessor)) return 'property';
  return 'variable';
}

/**
 * @param at where it is used, in the checker's own file: its type there may be narrower than where it was declared
 * @param scrub see `scrubber`
 */
export async function describe(
  project: Project,
  symbol: Named,
  at: { readonly file: string; readonly offset: number } | undefined,
  scrub: (text: string) => string,
): Promise<Described> {
  const { checker } = project;
  const meant = await behind(project, symbol);
  const [signature, documentation, tags] = await Promise.all([
    signatureOf(project, symbol.name, meant, at),
    checker.getDocumentationCommentOfSymbol(meant),
    checker.getJsDocTagsOfSymbol(meant),
  ]);
  return {
    signature: scrub(signature).replaceAll('nboxEntry', 'default').slice(0, mostSignature),
    documentation: plain(documentation).slice(0, mostDocumentation),
    tags: tags.slice(0, mostTags).map(({ name, text }) => ({ name, text: plain(textOf(text)).slice(0, mostDocumentation) })),
  };
}

async function signatureOf(
  { checker }: Project,
  name: string,
  symbol: Named,
  at: { readonly file: string; readonly offset: number } | undefined,
): Promise<string> {
  const { flags } = symbol;
  if ((flags & SymbolFlags.Value) !== 0 && (flags & (SymbolFlags.Class | SymbolFlags.Enum | SymbolFlags.ValueModule)) === 0) {
    const there = at === undefined ? undefined : await checker.getTypeAtPosition(at.file, at.offset);
    const type = there ?? (await checker.getTypeOfSymbol(symbol));
    const text = type === undefined ? 'any' : await checker.typeToString(type);
    if (flags & SymbolFlags.Function) return `function ${called(name, text)}`;
    if (flags & SymbolFlags.Method) return `(method) ${called(name, text)}`;
    if (flags & (SymbolFlags.Property | SymbolFlags.Accessor))
      return `(property) ${name}${flags & SymbolFlags.Optional ? '?' : ''}: ${text}`;
    if (flags & SymbolFlags.EnumMember) return `(enum member) ${name} = ${text}`;
    return `${flags & SymbolFlags.BlockScopedVariable ? 'const' : 'var'} ${name}: ${text}`;
  }
  if (flags & SymbolFlags.Class) return `class ${name}`;
  if (flags & SymbolFlags.Enum) return `enum ${name}`;
  if (flags & SymbolFlags.Interface) return `interface ${name}`;
  if (flags & SymbolFlags.TypeAlias) {
    const declared = await checker.getDeclaredTypeOfSymbol(symbol);
    return `type ${name} = ${await checker.typeToString(declared, undefined, inTypeAlias)}`;
  }
  if (flags & SymbolFlags.TypeParameter) return `(type parameter) ${name}`;
  if (flags & SymbolFlags.Module) return `module ${name}`;
  return name;
}

/** `(a: string) => number` as it is declared: `name(a: string): number`. Of several signatures, or none, the type as it is. */
export function called(name: string, type: string): string {
  let depth = 0;
  for (let i = 0; i < type.length; i += 1) {
    const char = type[i] as string;
    if ('(<{['.includes(char)) depth += 1;
    else if (char === '>' && type[i - 1] === '=') continue;
    else if (')>}]'.includes(char)) depth -= 1;
    if (depth !== 0 || char !== ')') continue;
    if (!/^[(<]/.test(type) || !type.startsWith(' => ', i + 1)) break;
    return `${name}${type.slice(0, i + 1)}: ${type.slice(i + 5)}`;
  }
  return `${name}: ${type}`;
}

/** `{@link Name}` as a name; that is all of its markup that has a meaning here. */
function plain(text: string): string {
  return text.replace(/\{@link(?:code|plain)?\s+([^}|\s]+)[^}]*\}/g, '`$1`');
}

/** Of a tag, as the checker gives it: a text, or pieces of one. */
function textOf(text: unknown): string {
  if (typeof text === 'string') return text;
  if (!Array.isArray(text)) return '';
  return text.map((part: unknown) => (typeof part === 'string' ? part : String((part as { text?: unknown }).text ?? ''))).join('');
}

/** What the type checker is shown of a plugin: its files with the entry typed as one, and the way back to the author's places. */

import { isBuiltin } from 'node:module';
import type { Diagnostic } from '../../guards/errors.ts';
import type { SourceFiles } from '../build.ts';
import { textExtensions } from '../source.ts';
import { testFiles } from '../tests.ts';
import { exportDefaultAt } from './export-default.ts';
import { saidOfAbsent } from './language-types.ts';
import type { Libraries } from './libraries.ts';

/**
 * What nbox takes as a plugin: any handler, whatever it thinks of its `env`, with members of its own beside the known
 * ones. `ThisType`, since `this` in a method would otherwise be this type, without those members.
 */
const entryType =
  'type NboxEntry = import("nbox").Entry<any> | (import("nbox").Handler<any> & { readonly [member: string]: unknown } & ThisType<any>);\n';

/** Files that the bundle takes in as text. Whether one is there is the bundler's question. */
const textTypes = textExtensions.map((extension) => `declare module "*${extension}" { const text: string; export default text; }\n`);

export const ambientTypes: string = entryType + textTypes.join('');

/** Takes the place of `export default`, so that the handler's parameters get their types from where it stands. */
const typedDefault = 'const nboxEntry: NboxEntry =';

/** Stands beside an entry that tests import: they are to see what it exports as it is, and not as any plugin. */
const typedFile = 'nbox-typed-entry';

/** Checks an entry whose default export is a declaration or comes from elsewhere. */
const probeFile = 'nbox-entry-probe.ts';

export interface TypedProject {
  readonly files: Map<string, string>;
  /** The file in which the entry is typed: itself, unless its tests see it as it is. */
  readonly typed: string;
  /** Where `export default` stood in the entry, from its first character to after its last. */
  readonly from: number;
  readonly to: number;
  /** How far what follows it has moved. */
  readonly moved: number;
}

export function typedProject(author: SourceFiles, entry: string): TypedProject {
  const files = new Map(author);
  const text = author.get(entry) ?? '';
  // What is JavaScript was not written for a checker.
  if (!/\.tsx?$/.test(entry)) return { files, typed: entry, from: 0, to: 0, moved: 0 };
  const found = exportDefaultAt(text);
  if (found?.expression === true) {
    const typed = testFiles(author.keys(), entry).length === 0 ? entry : beside(author, entry);
    files.set(typed, `${text.slice(0, found.start)}${typedDefault}${text.slice(found.end)}\nexport default nboxEntry;`);
    return { files, typed, from: found.start, to: found.end, moved: typedDefault.length - (found.end - found.start) };
  }
  files.set(probeFile, `import entry from ${JSON.stringify(`./${entry}`)};\nexport const typed: NboxEntry = entry;\n`);
  return { files, typed: entry, from: found?.start ?? 0, to: found?.end ?? 0, moved: 0 };
}

/** A name in the entry's folder that no file has, so that relative imports lead where they did. */
function beside(author: SourceFiles, entry: string): string {
  const folder = entry.slice(0, entry.lastIndexOf('/') + 1);
  const ending = entry.slice(entry.lastIndexOf('.'));
  let name = `${folder}${typedFile}${ending}`;
  while (author.has(name)) name = `${folder}_${name.slice(folder.length)}`;
  return name;
}

/** The checker's own form of a diagnostic, as much of it as matters here. */
export interface Reported {
  readonly fileName?: string | undefined;
  readonly pos: number;
  readonly end: number;
  readonly code: number;
  /** 0: warning, 1: error, 2: suggestion, 3: message. */
  readonly category: number;
  readonly text: string;
  readonly messageChain?: readonly Reported[] | undefined;
}

export interface Places {
  readonly author: SourceFiles;
  readonly entry: string;
  readonly project: TypedProject;
  /** The virtual folder, with a slash at its end. */
  readonly folder: string;
  readonly libraries: Libraries;
}

/** Could not find a declaration file for a module. */
const untyped = 7016;

/** A diagnostic, and what it is of: from an offset in the author's file to another one. */
export interface Placed {
  readonly diagnostic: Diagnostic;
  readonly from: number;
  readonly to: number;
}

/** Turns what the checker reports into places in the author's files; into undefined where it speaks of others. */
export function placing({ author, entry, project, folder, libraries }: Places): (reported: Reported) => Placed | undefined {
  const hidden = hiddenPaths(folder, libraries);
  return (reported) => {
    // A library without types is `any`: its author's omission is not the plugin's.
    if (reported.category > 1 || reported.code === untyped) return undefined;
    const path = reported.fileName ?? folder + entry;
    if (!path.startsWith(folder)) return undefined;
    const reportedFile = path.slice(folder.length);
    // As it is, its parameters have no types: what counts is said of the other.
    if (reportedFile === entry && project.typed !== entry) return undefined;
    const file = reportedFile === probeFile || reportedFile === project.typed ? entry : reportedFile;
    const text = author.get(file);
    if (text === undefined) return undefined;
    let from = reported.pos;
    let to = reported.end;
    // The generated configuration has other lines than the author's.
    if (reported.fileName === undefined || file === 'tsconfig.json') from = to = 0;
    else if (reportedFile === probeFile) [from, to] = [project.from, project.to];
    else if (file === entry) [from, to] = [authorOffset(project, from), authorOffset(project, to, project.to)];
    const head = text.slice(0, from);
    // A look whether it is there is no use of it.
    if (/\btypeof\s*$/.test(head) && saidOfAbsent(reported.code, reported.text) !== undefined) return undefined;
    const before = head.split(/\r\n|[\n\r\u2028\u2029]/);
    const diagnostic: Diagnostic = {
      severity: reported.category === 1 ? 'error' : 'warning',
      file,
      line: before.length,
      column: (before.at(-1) as string).length + 1,
      code: `TS${reported.code}`,
      message: messageOf(reported, hidden, libraries),
    };
    return { diagnostic, from, to: Math.min(Math.max(from, to), text.length) };
  };
}

/** From the file in which the entry is typed to the entry. @param inside where what took the place of `export default` is */
export function authorOffset({ from, to, moved }: TypedProject, offset: number, inside = from): number {
  if (offset >= to + moved) return offset - moved;
  return offset > from ? inside : offset;
}

/** The other way. */
export function typedOffset({ from, to, moved }: TypedProject, offset: number): number {
  if (offset >= to) return offset + moved;
  return Math.min(offset, from);
}

/** Each thing once: a parser says the same of one place several times over. */
export function distinct(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ file, line, column, code }) => {
    const key = JSON.stringify([file, line, column, code]);
    return !seen.has(key) && seen.add(key);
  });
}

/** A message can quote a type, and a type can be as long as it likes. */
const maxMessage = 2_000;

function messageOf(reported: Reported, hidden: readonly string[], libraries: Libraries): string {
  let message = flatten(reported, '').slice(0, maxMessage).replaceAll('NboxEntry', 'Entry').replaceAll('nboxEntry', 'default');
  for (const path of hidden) message = message.replaceAll(path, '');
  const absence = saidOfAbsent(reported.code, message);
  if (absence !== undefined) return absence;
  // Advice that leads nowhere: a plugin has the host's types and no others.
  message = message.replace(/ Do you need to [\s\S]*$/, '');
  const missing = /^Cannot find (?:module|name) '([^']*)'/.exec(message)?.[1] ?? '';
  if (![2307, 2591, 2792].includes(reported.code) || /^[./]/.test(missing)) return message;
  if (missing.startsWith('node:') || isBuiltin(missing)) return `'${missing}' is a module of Node's that a plugin does not have.`;
  if (!message.startsWith('Cannot find module')) return message;
  return `Cannot find module '${missing}'. This host has ${[...libraries.names].join(', ') || 'no libraries'}.`;
}

function flatten(diagnostic: Reported, indent: string): string {
  const rest = (diagnostic.messageChain ?? []).map((next) => `\n${flatten(next, `${indent}  `)}`);
  return indent + diagnostic.text + rest.join('');
}

/** What is cut off paths in messages: where the host keeps its things is no author's business. */
export function hiddenPaths(folder: string, libraries: Libraries): readonly string[] {
  const modules = libraries.roots.map((root) => root.slice(0, root.lastIndexOf('/node_modules/') + 1));
  return [folder, folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1), ...new Set(modules)].filter((path) => path.length > 1);
}

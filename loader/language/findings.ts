/**
 * All that the gates of a push would say of files before anything of them is run: of the source, the manifest, the types and the
 * bundle, by the very code that says it there, with how far in the text each goes. Nothing of it is said twice.
 */

import type { Project, Diagnostic as Reported } from 'typescript/unstable/async';
import { type Diagnostic, isNboxError, type NboxError } from '../../guards/errors.ts';
import { checkNesting } from '../../guards/nesting.ts';
import { type Allowed, checkAllowed } from '../allowed.ts';
import type { SourceFiles } from '../build.ts';
import { hiddenText } from '../builder/build-source.ts';
import type { Bundler } from '../builder/bundle.ts';
import type { Libraries } from '../builder/libraries.ts';
import type { Shown } from '../builder/open-project.ts';
import { readPluginTsconfig } from '../builder/plugin-tsconfig.ts';
import { diagnose } from '../builder/typecheck.ts';
import { placing } from '../builder/typed-project.ts';
import { defaultEntries, type Manifest, parseManifest } from '../manifest.ts';
import { extractManifest } from '../source.ts';
import { isScript } from './completions.ts';
import { jsonPointerSpan } from './json-pointer-place.ts';
import type { Finding } from './questions.ts';
import { offsetOf, placeOf, wordEnd } from './text-place.ts';
import { typedPlace } from './typed-place.ts';

export interface FoundEntry {
  readonly entry: string;
  readonly manifest: Manifest | undefined;
  readonly findings: readonly Finding[];
}

/**
 * The manifest, or what is wrong with it; an entry to go on with all the same, where there is any file that may be one.
 * @param allowed what the host has, where that matters
 */
export function entryOf(files: SourceFiles, allowed?: Allowed): FoundEntry {
  try {
    const given = extractManifest(files);
    const manifest = parseManifest(given?.value, files.keys(), given?.pointer);
    if (allowed !== undefined) {
      const { lanes, dynamicCode } = allowed;
      checkAllowed(manifest, { hasLane: (lane) => lanes.includes(lane), dynamicCode }, given?.pointer ?? '/manifest');
    }
    return { entry: manifest.entry, manifest, findings: [] };
  } catch (error) {
    if (!isNboxError(error)) throw error;
    const entry = defaultEntries.find((name) => files.has(name)) ?? [...files.keys()].find(isScript) ?? '';
    return { entry, manifest: undefined, findings: [findingOf(files, error)] };
  }
}

/**
 * What keeps the files from being shown to the checker at all: nesting that no parser is to meet.
 * @param known by file: texts that were looked at, and are well; it is kept up to date
 */
export function unreadable(files: SourceFiles, known: Map<string, string>): readonly Finding[] {
  for (const file of known.keys()) if (!files.has(file)) known.delete(file);
  return [...files].flatMap(([file, text]) => {
    if ((!isScript(file) && !file.endsWith('.json')) || known.get(file) === text) return [];
    try {
      checkNesting(text, file);
      known.set(file, text);
      return [];
    } catch (error) {
      if (!isNboxError(error)) throw error;
      return [findingOf(files, error)];
    }
  });
}

/** Of one answer. */
const mostFindings = 500;

/** @throws NboxError `builder_failed` where esbuild is gone */
export async function findings(
  files: SourceFiles,
  shown: Shown,
  { entry, manifest, findings: ofManifest }: FoundEntry,
  { bundler, libraries }: { readonly bundler: Pick<Bundler, 'bundle'>; readonly libraries: Libraries },
): Promise<readonly Finding[]> {
  const tsconfig = readPluginTsconfig(files).diagnostics;
  const isChecked = !tsconfig.some(({ severity }) => severity === 'error');
  const [types, bundled] = await Promise.all([
    isChecked ? typeFindings(shown, libraries) : [],
    bundleDiagnostics(bundler, files, entry, manifest),
  ]);
  const said = [...ofManifest, ...tsconfig.map((one) => spanned(files, one)), ...types];
  const hasErrors = said.some(({ severity, tags }) => severity === 'error' && tags === undefined);
  // What esbuild minds, the checker has minded too, and says better.
  const more = [...(hasErrors ? [] : bundled), ...hiddenText(files)].map((one) => spanned(files, one));
  return [...said, ...more, ...(isChecked ? await hints(shown, libraries, said) : [])].slice(0, mostFindings);
}

async function typeFindings(shown: Shown, libraries: Libraries): Promise<Finding[]> {
  return placed(shown, libraries, await diagnose(shown.project));
}

/** Finding the place of one takes as long as its file is; nobody reads so many. */
const mostPlaced = 1_000;

function placed(shown: Shown, libraries: Libraries, reported: readonly Reported[]): Finding[] {
  const place = placing({ ...shown, project: shown.typed, libraries });
  const seen = new Set<string>();
  return reported.slice(0, mostPlaced).flatMap((one) => {
    const found = place(one);
    if (found === undefined) return [];
    const { diagnostic, from, to } = found;
    const key = JSON.stringify([diagnostic.file, diagnostic.line, diagnostic.column, diagnostic.code]);
    if (seen.has(key)) return [];
    seen.add(key);
    const text = shown.author.get(diagnostic.file) ?? '';
    return [{ ...diagnostic, from, to: to > from ? to : wordEnd(text, from) }];
  });
}

/** What the checker would suggest: that nothing uses a name, or that it is deprecated. No gate says so. */
async function hints(shown: Shown, libraries: Libraries, said: readonly Finding[]): Promise<Finding[]> {
  const suggested = await Promise.all(
    [...shown.author.keys()]
      .filter((file) => isScript(file))
      .map((file) => suggestions(shown.project, typedPlace(shown, { file, offset: 0 }).file)),
  );
  const known = new Set(said.map(({ file, from, code }) => `${file}:${from}:${code}`));
  return suggested
    .flat()
    .slice(0, mostPlaced)
    .flatMap((one): Finding[] => {
      const tags: ('unnecessary' | 'deprecated')[] = [];
      if (one.reportsUnnecessary === true) tags.push('unnecessary');
      if (one.reportsDeprecated === true) tags.push('deprecated');
      if (tags.length === 0) return [];
      const found = placed(shown, libraries, [{ ...one, category: 0 }]);
      return found.filter(({ file, from, code }) => !known.has(`${file}:${from}:${code}`)).map((finding) => ({ ...finding, tags }));
    });
}

async function suggestions({ program }: Project, file: string): Promise<readonly Reported[]> {
  return await program.getSuggestionDiagnostics(file);
}

async function bundleDiagnostics(
  bundler: Pick<Bundler, 'bundle'>,
  files: SourceFiles,
  entry: string,
  manifest: Manifest | undefined,
): Promise<readonly Diagnostic[]> {
  if (!files.has(entry)) return [];
  try {
    return (await bundler.bundle(files, entry, manifest?.isolation !== 'request')).diagnostics;
  } catch (error) {
    if (!isNboxError(error) || error.code === 'builder_failed') throw error;
    const { diagnostics, detail, position } = error.details;
    if (diagnostics !== undefined && diagnostics.length > 0) return diagnostics;
    return [{ severity: 'error', ...(position ?? { file: entry, line: 1, column: 1 }), code: 'esbuild', message: detail }];
  }
}

/** An error that names a file by its pointer in a push, or by its position, as one of that file's. */
export function findingOf(files: SourceFiles, { code, details }: NboxError): Finding {
  const { detail, pointer = '', position } = details;
  const [, , name = '', ...inside] = pointer.split('/');
  const file = position?.file ?? name.replaceAll('~1', '/').replaceAll('~0', '~');
  const text = files.get(file);
  const base = { severity: 'error' as const, code: `nbox/${code}`, message: detail };
  if (text === undefined) return { ...base, file: files.has('nbox.json') ? 'nbox.json' : '', line: 1, column: 1, from: 0, to: 0 };
  if (position !== undefined) return spanned(files, { ...base, ...position });
  const span = isJson(text) ? jsonPointerSpan(text, ['', ...inside].join('/')) : { from: 0, to: 0 };
  return { ...base, file, ...placeOf(text, span.from), ...span };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function spanned(files: SourceFiles, diagnostic: Diagnostic): Finding {
  const text = files.get(diagnostic.file) ?? '';
  const from = offsetOf(text, diagnostic);
  return { ...diagnostic, from, to: wordEnd(text, from) };
}

/** The build: checks, type-checks, bundles and instruments a source. Runs in the builder's process. */

import { decodedMappings, encodedMap, originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { type Diagnostic, NboxError, type SourcePosition } from '../../guards/errors.ts';
import { instrument, type Site } from '../../guards/instrument.ts';
import { checkNesting } from '../../guards/nesting.ts';
import { type Build, type BuildRequest, isPacked, type SourceFiles } from '../build.ts';
import { withTestEntry } from '../tests.ts';
import { contextVariable, keepContext } from './async-context.ts';
import type { Bundler } from './bundle.ts';
import type { Typechecker } from './typecheck.ts';

/** What one answer carries of diagnostics; the rest is counted in the message. */
export const maxDiagnostics = 100;

export interface PipelineParts {
  readonly bundler: Bundler;
  readonly typechecker: Typechecker;
}

export interface Pipeline {
  /** @throws NboxError `invalid_source`, `type_errors`, `bundle_failed`, `builder_failed` */
  build(request: BuildRequest): Promise<Build>;
}

export function createPipeline({ bundler, typechecker }: PipelineParts): Pipeline {
  return {
    async build({ files, manifest: { entry, isolation }, typecheck, part }) {
      for (const [file, text] of files) if (/\.(?:[tj]sx?|[mc][tj]s|json)$/.test(file)) checkNesting(text, file);

      if (part === 'tests') return buildTests(bundler, files, entry);

      // Both begin at once; the checker works in a process of its own, and so does esbuild. What is guarded for nothing, as its types
      // are wrong, has cost its author no time.
      const [checked, bundled] = await Promise.all([
        timed(() => typechecker.check(files, entry)),
        timed(() => bundleGuarded(bundler, files, entry, isolation !== 'request')),
      ]);
      const found = value(checked);
      const errors = found.filter(({ severity }) => severity === 'error');
      // The checker's words come first: what esbuild minds, it has minded too, and says better.
      if (errors.length > 0 && typecheck === 'strict') throw typeErrors(errors);
      const { guarded, diagnostics, timings } = value(bundled);
      return Object.freeze({
        ...guarded,
        diagnostics: Object.freeze([...found.map(asWarning), ...diagnostics, ...hiddenText(files)].slice(0, maxDiagnostics)),
        timings: Object.freeze({ typecheckMs: checked.ms, ...timings }),
      });
    },
  };
}

/** @throws NboxError `bundle_failed` */
async function buildTests(bundler: Bundler, files: SourceFiles, entry: string): Promise<Build> {
  const whole = withTestEntry(files, entry);
  const { guarded, diagnostics, timings } = await bundleGuarded(bundler, whole.files, whole.entry, false, true);
  return Object.freeze({
    ...guarded,
    diagnostics: Object.freeze(diagnostics.slice(0, maxDiagnostics)),
    timings: Object.freeze({ typecheckMs: 0, ...timings }),
  });
}

interface Guarded {
  readonly guarded: Pick<Build, 'code' | 'sourceMap' | 'sites'>;
  readonly diagnostics: readonly Diagnostic[];
  readonly timings: Pick<Build['timings'], 'bundleMs' | 'instrumentMs'>;
}

/** @throws NboxError `bundle_failed` */
async function bundleGuarded(bundler: Bundler, ...what: Parameters<Bundler['bundle']>): Promise<Guarded> {
  const began = performance.now();
  const { code, sourceMap, diagnostics } = await bundler.bundle(...what);
  const bundled = performance.now();
  const guarded = guard(code, sourceMap);
  return { guarded, diagnostics, timings: { bundleMs: round(bundled - began), instrumentMs: round(performance.now() - bundled) } };
}

function guard(code: string, sourceMap: string): Pick<Build, 'code' | 'sourceMap' | 'sites'> {
  const { code: kept, map: original } = keepContextOf(code, new TraceMap(sourceMap));
  const { code: instrumented, sites, move } = readable(() => instrument(kept), original);
  const positions = sites.map((site) => authorPosition(original, site));
  // From here on `original` is no longer to be asked: its mappings are moved in place.
  const mappings = decodedMappings(original) as Parameters<typeof move>[0];
  move(mappings);
  const map = new TraceMap({ version: 3, names: original.names, sources: original.sources, mappings });
  return { code: instrumented, sourceMap: JSON.stringify(encodedMap(map)), sites: Object.freeze(positions) };
}

/** Only what has `node:async_hooks` pays for it. */
function keepContextOf(code: string, map: TraceMap): { code: string; map: TraceMap } {
  if (!code.includes(contextVariable)) return { code, map };
  const { code: kept, move } = readable(() => keepContext(code), map);
  const mappings = decodedMappings(map) as Parameters<typeof move>[0];
  move(mappings);
  return { code: kept, map: new TraceMap({ version: 3, names: map.names, sources: map.sources, mappings }) };
}

function readable<T>(read: () => T, map: TraceMap): T {
  try {
    return read();
  } catch (error) {
    // esbuild accepts a few things that are not yet in the standard, and deeper nesting than acorn.
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    const { loc } = error as { loc?: { line: number; column: number } };
    const message = error.message.replace(/ \(\d+:\d+\)$/, '');
    const position = loc === undefined ? undefined : authorPosition(map, { line: loc.line, column: loc.column + 1 });
    throw new NboxError('bundle_failed', {
      detail: `The bundle cannot be read: ${message}`,
      cause: error,
      ...(position === undefined ? {} : { position }),
    });
  }
}

/** A place in the bundle as one in the author's source; what the bundler added itself has none, and says so. */
function authorPosition(map: TraceMap, { line, column }: Site): SourcePosition {
  const found = originalPositionFor(map, { line, column: column - 1 });
  return found.source === null ? { file: '(bundle)', line, column } : { file: found.source, line: found.line, column: found.column + 1 };
}

function typeErrors(errors: readonly Diagnostic[]): NboxError {
  const [{ file, line, column, code, message }] = errors as [Diagnostic];
  const more = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`;
  return new NboxError('type_errors', {
    detail: `${file}:${line}:${column} ${code}: ${message.split('\n')[0]}${more}`,
    position: { file, line, column },
    diagnostics: errors.slice(0, maxDiagnostics),
  });
}

function asWarning(diagnostic: Diagnostic): Diagnostic {
  return { ...diagnostic, severity: 'warning' };
}

/** Characters that make a text read in another order than it runs (CVE-2021-42574): a reviewer must be told. */
export function hiddenText(files: SourceFiles): Diagnostic[] {
  return [...files].flatMap(([file, text]) => {
    if (isPacked(file)) return [];
    const at = /[\u202A-\u202E\u2066-\u2069]/.exec(text)?.index;
    if (at === undefined) return [];
    const before = text.slice(0, at).split('\n');
    const message = 'The file has control characters that change the direction in which text is shown';
    return [{ severity: 'warning', file, line: before.length, column: (before.at(-1) as string).length + 1, code: 'nbox/bidi', message }];
  });
}

type Timed<T> = { readonly ms: number } & ({ readonly value: T } | { readonly error: unknown });

/** How a step ended and how long it took: one step's failure must not hide the other's. */
async function timed<T>(step: () => Promise<T>): Promise<Timed<T>> {
  const started = performance.now();
  try {
    const value = await step();
    return { value, ms: round(performance.now() - started) };
  } catch (error) {
    return { error, ms: round(performance.now() - started) };
  }
}

function value<T>(outcome: Timed<T>): T {
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

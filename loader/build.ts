/** What a build is given and what it gives: values that cross from the host to the builder process and back. */

import type { Diagnostic, SourcePosition } from '../guards/errors.ts';
import type { Manifest } from './manifest.ts';

/** An author's files by normalised relative path. A Map, since a file may be called `__proto__`. */
export type SourceFiles = ReadonlyMap<string, string>;

/** Whether a file was packed from a project's libraries, and is not its author's own. */
export function isPacked(file: string): boolean {
  return file.startsWith('node_modules/');
}

export interface BuildRequest {
  /** Names the plugin in paths that diagnostics and stack traces show nowhere; any stable text. */
  readonly plugin: string;
  readonly files: SourceFiles;
  readonly manifest: Pick<Manifest, 'entry'> & Partial<Pick<Manifest, 'isolation'>>;
  /** `strict`: a type error fails the build. `warn`: it is returned as a warning. */
  readonly typecheck: 'strict' | 'warn';
}

export interface BuildTimings {
  readonly typecheckMs: number;
  readonly bundleMs: number;
  readonly instrumentMs: number;
}

export interface Build {
  /** One instrumented ES module without imports: what a sandbox evaluates. */
  readonly code: string;
  /** Source map (version 3, JSON) from `code` to the author's files. */
  readonly sourceMap: string;
  /** By guard number: the loop or function that it counts, in the author's source. */
  readonly sites: readonly SourcePosition[];
  /** Warnings only; an error fails the build. */
  readonly diagnostics: readonly Diagnostic[];
  readonly timings: BuildTimings;
}

/** What executors are made of, beside Node. */
export interface ExecutorParts {
  /** An executor's own code, in one ES module that imports nothing but Node's. */
  readonly program: string;
  readonly prelude: PreludeModules;
}

/** The text of each of the guest prelude's modules, by its name. */
export type PreludeModules = Readonly<Record<string, string>>;

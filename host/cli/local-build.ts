/** Builds sources in this process, by the host's own pipeline: what a push would mind of the code is known without a host. */

import type { Build, BuildTimings } from '../../loader/build.ts';
import { createPipeline, type Pipeline } from '../../loader/builder/build-source.ts';
import { Bundler } from '../../loader/builder/bundle.ts';
import { loadLibraries } from '../../loader/builder/libraries.ts';
import { Typechecker } from '../../loader/builder/typecheck.ts';
import { readSource } from '../../loader/source.ts';
import { testFiles } from '../../loader/tests.ts';
import { pushedManifest } from '../release/pushed-manifest.ts';
import type { PushSource } from './push-source.ts';

export interface Built {
  readonly entry: string;
  readonly tests: number;
  readonly codeBytes: number;
  readonly diagnostics: Build['diagnostics'];
  readonly timings: BuildTimings;
}

/** What the operator decides, a host says. */
const allowing = { hasLane: () => true, dynamicCode: true };

export class LocalBuild implements AsyncDisposable {
  readonly #pipeline: Pipeline;
  /** The checker's process, and the bundler's. */
  readonly #processes: AsyncDisposableStack;

  private constructor(pipeline: Pipeline, processes: AsyncDisposableStack) {
    this.#pipeline = pipeline;
    this.#processes = processes;
  }

  /** @param librariesDir of what a host has approved. @throws Error where a library of it is not installed */
  static async open(librariesDir: string): Promise<LocalBuild> {
    const libraries = loadLibraries(librariesDir);
    await using processes = new AsyncDisposableStack();
    const bundler = processes.use(new Bundler(libraries));
    const typechecker = processes.use(await Typechecker.create({ libraries }));
    return new LocalBuild(createPipeline({ bundler, typechecker }), processes.move());
  }

  /** @throws NboxError as the push of it would, as far as that has to do with its code */
  async build({ body }: Pick<PushSource, 'body'>, typecheck: 'strict' | 'warn'): Promise<Built> {
    const { source, files: given, manifest: pushed } = body as { source?: string; files?: Record<string, string>; manifest?: unknown };
    const files = readSource(given === undefined ? { source: source as string } : { files: given });
    const manifest = pushedManifest({ files, manifest: pushed }, allowing);
    const request = { plugin: 'local', files, manifest, typecheck };
    const { code, diagnostics, timings } = await this.#pipeline.build(request);
    const tests = testFiles(files.keys(), manifest.entry).length;
    const tested = tests === 0 ? undefined : await this.#pipeline.build({ ...request, part: 'tests' });
    return Object.freeze({
      ...{ entry: manifest.entry, tests, codeBytes: Buffer.byteLength(code), timings },
      diagnostics: Object.freeze([...diagnostics, ...(tested?.diagnostics ?? [])]),
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#processes.disposeAsync();
  }
}

/** The bundle that a host serves: found where it was made, and made by a process of its own where it was not. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../log.ts';
import { Assets, indexName } from './assets.ts';
import { bundleDirectory } from './bundle-directory.ts';

export type BundleState =
  | { readonly kind: 'ready'; readonly assets: Assets }
  /** It is being made. */
  | { readonly kind: 'making' }
  | { readonly kind: 'failed' };

export interface BundleSourceParts {
  readonly log: Logger;
  readonly elapsed: () => number;
  /** Where the bundle of the present sources lies, or would. */
  readonly directory?: () => Promise<string>;
  /** Makes it. */
  readonly make?: (signal: AbortSignal) => Promise<void>;
}

const bundler = join(import.meta.dirname, 'bundle.ts');
/** After a failure, whoever asks has it tried again, but not all the time. */
const againMs = 10_000;
const makingMs = 120_000;

/** Owned by the host, which closes it. */
export class BundleSource {
  readonly #parts: Required<BundleSourceParts>;
  readonly #closing = new AbortController();
  #state: BundleState | undefined;
  #finding: Promise<BundleState> | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: BundleSourceParts) {
    this.#parts = { directory: bundleDirectory, make: runBundler, ...parts };
  }

  /** Looked for when it is first asked for, so that hosts that nobody looks at have nothing to do with it. */
  async state(): Promise<BundleState> {
    if (this.#state?.kind === 'failed' && this.#parts.elapsed() - this.#failedAt > againMs) this.#state = undefined;
    if (this.#state !== undefined) return this.#state;
    this.#finding ??= this.#find().finally(() => {
      this.#finding = undefined;
    });
    return this.#finding;
  }

  /** Resolves when what was begun is over. */
  close(): void {
    this.#closing.abort();
  }

  async #find(): Promise<BundleState> {
    try {
      const directory = await this.#parts.directory();
      if (existsSync(join(directory, indexName))) return this.#enter({ kind: 'ready', assets: await Assets.read(directory) });
      this.#parts.log.info('the dashboard is bundled, since there is no bundle of its present sources');
      this.#make(directory);
      return this.#enter({ kind: 'making' });
    } catch (err) {
      return this.#fail(err);
    }
  }

  #make(directory: string): void {
    this.#parts.make(AbortSignal.any([this.#closing.signal, AbortSignal.timeout(makingMs)])).then(
      async () => {
        try {
          this.#enter({ kind: 'ready', assets: await Assets.read(directory) });
        } catch (err) {
          this.#fail(err);
        }
      },
      (err: unknown) => {
        if (!this.#closing.signal.aborted) this.#fail(err);
      },
    );
  }

  #enter(state: BundleState): BundleState {
    this.#state = state;
    return state;
  }

  #fail(err: unknown): BundleState {
    this.#failedAt = this.#parts.elapsed();
    this.#parts.log.error({ err }, 'there is no dashboard: its bundle could neither be read nor made');
    return this.#enter({ kind: 'failed' });
  }
}

/** Below traffic: `nice` by the bundler's own hand would come too late for what it loads. */
function runBundler(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [bundler], { signal, env: { PATH: process.env['PATH'] } }, (error, _, stderr) => {
      if (error === null) resolve();
      else reject(new Error(`the bundler has failed: ${stderr.slice(-2_000)}`, { cause: error }));
    });
  });
}

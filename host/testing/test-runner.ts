/**
 * Runs a plugin's tests in executors, as calls of a release that is in no registry and no store: with the guards, the watchdog
 * and the breaker of every release.
 */

import { isNboxError, NboxError } from '../../guards/errors.ts';
import type { Limits } from '../../guards/limits.ts';
import type { Manifest } from '../../loader/manifest.ts';
import { testFiles } from '../../loader/tests.ts';
import type { Clock } from '../clock.ts';
import type { Dispatch } from '../dispatch/dispatch.ts';
import type { ReleaseLoader } from '../pool/loader.ts';
import type { SourceBuilder } from '../release/preparer.ts';
import type { Registry } from '../release/registry.ts';
import { imageOf, type Release } from '../release/release.ts';
import type { Unstored } from '../release/unstored.ts';
import { Turns } from '../turns.ts';
import type { TestReport } from './test-report.ts';
import { type TestedSource, TestSession, testsUnfit, testTimes } from './test-session.ts';

export interface TestRunnerParts {
  readonly builder: SourceBuilder;
  readonly loader: Pick<ReleaseLoader, 'probe'>;
  readonly registry: Pick<Registry, 'admit'>;
  readonly unstored: Unstored;
  /** Of calls that are nobody's traffic. */
  readonly dispatch: Dispatch;
  readonly clock: Clock;
}

/** The same for all plugins: a test may call the plugin many times. */
const testLimits: Partial<Limits> = {
  ...{ deadlineMs: testTimes.deadlineMs, cpuMs: testTimes.cpuMs, loopBudget: 10_000_000, startupMs: 2_000 },
  ...{ queue: 4, concurrency: 4, requestBytes: 0, responseBytes: 2_097_152 },
};
/** Of plugins whose tests run, and of those that wait for that. */
const atOnce = 4;
const mostWaiting = 64;

export class TestRunner {
  readonly #parts: TestRunnerParts;
  readonly #turns = new Turns(atOnce);
  readonly #closing = new AbortController();
  #waiting = 0;

  constructor(parts: TestRunnerParts) {
    this.#parts = parts;
  }

  /**
   * @returns undefined where the source has no tests
   * @throws NboxError `tests_failed`, `bundle_failed`; `builder_failed`, `builder_busy`, `publish_failed`, `stopping` where
   * nothing is known of them
   */
  async run(source: TestedSource): Promise<TestReport | undefined> {
    if (testFiles(source.files.keys(), source.manifest.entry).length === 0) return undefined;
    if (this.#waiting >= mostWaiting) {
      throw new NboxError('builder_busy', { detail: `The tests of ${this.#waiting} plugins are waiting already`, retryAfterS: 5 });
    }
    this.#waiting += 1;
    using _turn = await this.#turns.take(this.#closing.signal).finally(() => {
      this.#waiting -= 1;
    });
    return this.#run(source);
  }

  /** What waits for its turn is refused; what runs ends by itself, or with the executors. */
  close(): void {
    this.#closing.abort(new NboxError('stopping', { detail: 'The host is stopping; push again in a moment', retryAfterS: 5 }));
  }

  async #run(source: TestedSource): Promise<TestReport> {
    const { builder, loader, registry, unstored, clock } = this.#parts;
    const { plugin, files } = source;
    const manifest: Manifest = Object.freeze({
      ...{ ...source.manifest, isolation: 'request', idempotent: true, egress: Object.freeze([]) },
      limits: Object.freeze({ ...source.manifest.limits, ...testLimits }),
    });
    const bundle = await builder.build({ plugin, files, manifest, typecheck: 'strict', part: 'tests' });
    const release: Release = Object.freeze({ plugin, number: 0, hash: '', manifest, createdAt: clock.now(), trial: 'tests' });
    const { interfaces, snapshot } = await loader.probe(release, bundle).catch((error: unknown) => {
      throw isNboxError(error, 'probe_failed') ? testsUnfit(source, error) : error;
    });
    unstored.add(release, bundle, imageOf(bundle, snapshot));
    const live = registry.admit(release, interfaces);
    try {
      return await new TestSession({ ...this.#parts, source, live, bundle }).run();
    } finally {
      live.retire();
    }
  }
}

/** The releases that the pool has to do with: which code they have, what their calls take, and how they get into executors. */

import { Breaker } from '../../guards/breaker.ts';
import { isNboxError, NboxError } from '../../guards/errors.ts';
import { CallError } from '../dispatch/dispatch.ts';
import { SourcePlaces } from '../release/explain.ts';
import type { Bundle, LiveRelease, Release } from '../release/release.ts';
import type { ExecutorProcess } from './executor-process.ts';
import type { Probe, ReleaseLoader } from './loader.ts';
import type { Loads } from './loads.ts';
import type { Supervisor } from './supervisor.ts';

/** What a call of a release is expected to take before any has been seen. */
const unknownUs = 1_000;

/** What the pool keeps of a release that has calls. */
export class KnownRelease {
  readonly live: LiveRelease;
  /** Calls in executors. */
  inFlight = 0;
  /** A moving average: with it an executor is given neither too much nor too little. */
  expectedUs = unknownUs;
  /** Read when an executor first needs it. */
  code: string | undefined;
  fetching = false;
  /** Made when it first kills an executor. */
  breaker: Breaker | undefined;

  constructor(live: LiveRelease) {
    this.live = live;
  }

  get mayStart(): boolean {
    return !this.fetching && this.inFlight < this.live.release.manifest.limits.concurrency;
  }

  /** It has killed an executor. @returns whether its calls are refused from now on */
  kill(now: number): boolean {
    this.breaker ??= new Breaker();
    return this.breaker.kill(now);
  }

  learn(cpuUs: number): void {
    this.expectedUs += (Math.max(10, cpuUs) - this.expectedUs) / 8;
  }
}

export class ReleaseLoads implements ReleaseLoader {
  readonly #known = new Map<number, KnownRelease>();
  readonly #supervisor: Supervisor;
  readonly #loads: Loads;

  constructor(supervisor: Supervisor, loads: Loads) {
    this.#supervisor = supervisor;
    this.#loads = loads;
  }

  known(live: LiveRelease): KnownRelease {
    let known = this.#known.get(live.key);
    if (known === undefined) {
      known = new KnownRelease(live);
      this.#known.set(live.key, known);
    }
    return known;
  }

  find(key: number): KnownRelease | undefined {
    return this.#known.get(key);
  }

  async probe(release: Release, bundle: Bundle): Promise<Probe> {
    // Once more where the executor was lost for another's fault.
    for (let attempt = 1; ; attempt += 1) {
      const executor = this.#supervisor.proving;
      if (executor === undefined) throw new NboxError('publish_failed', { detail: 'No executor is ready', retryAfterS: 1 });
      const { id, result } = this.#loads.probe(executor);
      executor.send({ kind: 'probe', id, code: bundle.code, limits: release.manifest.limits });
      try {
        return await result;
      } catch (error) {
        if (error instanceof CallError) throw located(error, bundle);
        if (!isNboxError(error, 'publish_failed') || attempt > 1) throw error;
      }
    }
  }

  async load(live: LiveRelease, bundle: Bundle): Promise<void> {
    this.known(live).code = bundle.code;
    // One after another: while one evaluates the modules, the others serve.
    for (const executor of [...this.#supervisor.executors]) {
      if (executor.state !== 'ready' || executor.releases.has(live.key)) continue;
      const loaded = this.#loads.load(executor, live.key);
      this.send(executor, live, bundle.code);
      await loaded;
    }
  }

  unload(live: LiveRelease): void {
    this.#known.delete(live.key);
    for (const executor of this.#supervisor.executors) {
      if (executor.releases.delete(live.key)) executor.send({ kind: 'unload', key: live.key });
    }
  }

  send(executor: ExecutorProcess, live: LiveRelease, code: string): void {
    executor.releases.add(live.key);
    executor.send({ kind: 'load', key: live.key, code, limits: live.release.manifest.limits });
  }
}

/** The failure of a probe with its place in the author's source, where that is known. */
function located(error: CallError, bundle: Bundle): NboxError {
  const position = new SourcePlaces(bundle).find(error);
  return new NboxError(error.code, { ...error.details, ...(position === undefined ? {} : { position }) });
}

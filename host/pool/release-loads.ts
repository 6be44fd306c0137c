/** The releases that the pool has to do with: which code they have, what their calls take, and how they get into executors. */

import { Breaker } from '../../guards/breaker.ts';
import { isNboxError, NboxError } from '../../guards/errors.ts';
import { CallError } from '../dispatch/dispatch.ts';
import { SourcePlaces } from '../release/explain.ts';
import type { Bundle, Image, LiveRelease, Release } from '../release/release.ts';
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
  /** Executors that have it, or will in a moment, those that have had it for longest first. */
  readonly holders: ExecutorProcess[] = [];
  /** Being read from the store, for an executor. */
  fetching = false;
  /** Made when it first kills an executor. */
  breaker: Breaker | undefined;

  constructor(live: LiveRelease) {
    this.live = live;
  }

  get mayStart(): boolean {
    return !this.fetching && this.inFlight < this.live.limits.concurrency;
  }

  /** It has killed an executor. @returns whether its calls are refused from now on */
  kill(now: number): boolean {
    this.breaker ??= new Breaker();
    return this.breaker.kill(now);
  }

  /** Down fast, since the first calls find cold caches and tell too much; up slowly, since a single one may be a hiccup. */
  learn(cpuUs: number): void {
    const off = Math.max(10, cpuUs) - this.expectedUs;
    // A whole number, which the engine keeps where it is and not in an object of its own.
    this.expectedUs = Math.round(this.expectedUs + (off < 0 ? off * 0.75 : off / 8));
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
    const kept = this.kept(live);
    if (kept !== undefined) return kept;
    const known = new KnownRelease(live);
    live.pooled = known;
    this.#known.set(live.key, known);
    return known;
  }

  /** What is kept of it already, if anything. */
  kept(live: LiveRelease): KnownRelease | undefined {
    return live.pooled as KnownRelease | undefined;
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

  async load(live: LiveRelease, image: Image, replaced: LiveRelease | undefined): Promise<void> {
    const before = replaced === undefined ? [] : (this.#known.get(replaced.key)?.holders ?? []);
    const executors = before.filter(({ state }) => state === 'ready');
    const home = executors.length === 0 ? this.#supervisor.emptiest : undefined;
    // One after another: while one is at it, the others serve.
    for (const executor of home === undefined ? executors : [home]) {
      const loaded = this.#loads.load(executor, live.key);
      this.send(executor, live, image);
      await loaded;
    }
  }

  unload(live: LiveRelease): void {
    for (const executor of this.#known.get(live.key)?.holders ?? []) {
      executor.releases.delete(live.key);
      executor.send({ kind: 'unload', key: live.key });
    }
    this.#known.delete(live.key);
    live.pooled = undefined;
  }

  send(executor: ExecutorProcess, live: LiveRelease, image: Image): void {
    this.#hold(executor, live);
    const { limits, isolation } = live.release.manifest;
    executor.send({ kind: 'load', key: live.key, image, limits, isolation });
  }

  #hold(executor: ExecutorProcess, live: LiveRelease): void {
    if (executor.releases.has(live.key)) return;
    executor.releases.add(live.key);
    this.known(live).holders.push(executor);
  }

  /** The executor has it no more. */
  dropped(executor: ExecutorProcess, key: number): void {
    executor.releases.delete(key);
    const holders = this.#known.get(key)?.holders;
    const at = holders?.indexOf(executor) ?? -1;
    if (at >= 0) holders?.splice(at, 1);
  }

  /** The executor is gone, and all that it had. */
  lost(executor: ExecutorProcess): void {
    for (const key of [...executor.releases]) this.dropped(executor, key);
  }
}

/** The failure of a probe with its place in the author's source, where that is known. */
function located(error: CallError, bundle: Bundle): NboxError {
  const position = new SourcePlaces(bundle).find(error);
  return new NboxError(error.code, { ...error.details, ...(position === undefined ? {} : { position }) });
}

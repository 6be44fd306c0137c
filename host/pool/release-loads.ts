/** The releases that the pool has to do with: which code they have, what their calls take, and how they get into executors. */

import { isNboxError, NboxError } from '../../guards/errors.ts';
import { CallError } from '../dispatch/dispatch.ts';
import type { HandOver } from '../executor/wire.ts';
import type { ExecutorWatch } from '../meter/attribution/executor-meters.ts';
import { SourcePlaces } from '../release/explain.ts';
import type { Bundle, Image, LiveRelease, Release } from '../release/release.ts';
import type { ExecutorProcess } from './executor-process.ts';
import { KnownRelease } from './known-release.ts';
import type { Probe, ReleaseLoader } from './loader.ts';
import type { Loads } from './loads.ts';
import type { Supervisor } from './supervisor.ts';

/** How long a push waits for an executor, where all of them are being replaced. */
const mostWaitMs = 5_000;

export class ReleaseLoads implements Omit<ReleaseLoader, 'handsOver' | 'quiet'> {
  readonly #known = new Map<number, KnownRelease>();
  readonly #supervisor: Supervisor;
  readonly #loads: Loads;
  readonly #meter: ExecutorWatch | undefined;
  /** Releases that a push is bringing to executors, with what resolves when it has, or has failed. */
  readonly #loading = new Map<number, Promise<void>>();

  constructor(supervisor: Supervisor, loads: Loads, meter?: ExecutorWatch) {
    this.#supervisor = supervisor;
    this.#loads = loads;
    this.#meter = meter;
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
    const { limits, dynamicCode } = release.manifest;
    // Once more where the executor was lost for another's fault.
    for (let attempt = 1; ; attempt += 1) {
      const executor = await this.#supervisor.proving(mostWaitMs);
      if (executor === undefined) throw new NboxError('publish_failed', { detail: 'No executor is ready', retryAfterS: 1 });
      const { id, result } = this.#loads.probe(executor);
      this.#meter?.probes(executor, id, release);
      executor.send({ kind: 'probe', id, source: { code: bundle.code, limits, dynamicCode } });
      try {
        return await result;
      } catch (error) {
        if (error instanceof CallError) throw located(error, bundle);
        if (!isNboxError(error, 'publish_failed') || attempt > 1) throw error;
      }
    }
  }

  async load(live: LiveRelease, image: Image, replaced: LiveRelease | undefined, code?: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#loading.set(live.key, promise);
    try {
      await this.#load(live, image, replaced, code);
    } finally {
      this.#loading.delete(live.key);
      resolve();
    }
  }

  async #load(live: LiveRelease, image: Image, replaced: LiveRelease | undefined, code?: string): Promise<void> {
    const executors = replaced === undefined ? [] : this.#heirs(replaced);
    const handOver = replaced === undefined || code === undefined || executors.length === 0 ? undefined : { from: replaced.key, code };
    const home = executors.length === 0 ? await this.#home(live) : undefined;
    // One after another: while one is at it, the others serve.
    for (const executor of home === undefined ? executors : [home]) {
      // One that was lost while another loaded would never answer, and the push would wait for ever; one that ends now is not called.
      if (!executor.usable) continue;
      await this.bring(executor, live, image, handOver);
    }
  }

  /**
   * Resolves when it is there; where it is dropped meanwhile, or the executor is lost, too. One that has it must not be asked: it
   * would not answer.
   * @throws NboxError `publish_failed`, HandOverError
   */
  bring(executor: ExecutorProcess, live: LiveRelease, image: Image, handOver?: HandOver): Promise<void> {
    const loaded = this.#loads.load(executor, live.key, handOver !== undefined);
    this.send(executor, live, image, handOver);
    return loaded;
  }

  /** Resolves when a push that brings the release to executors is done with it; at once where none does. */
  async brought(key: number): Promise<void> {
    await this.#loading.get(key);
  }

  async #home({ release }: LiveRelease): Promise<ExecutorProcess | undefined> {
    return release.trial === undefined ? this.#supervisor.emptiest : this.#supervisor.proving(mostWaitMs);
  }

  /** Whether it has a sandbox that may hand its state over, in an executor that what replaces it will be in. */
  handsOver(live: LiveRelease): boolean {
    return this.kept(live)?.isHot === true && this.#heirs(live).length > 0;
  }

  /** The executors that what replaces the release is loaded into. What it has done is not held against that. */
  #heirs({ key }: LiveRelease): ExecutorProcess[] {
    return (this.#known.get(key)?.holders ?? []).filter(({ usable, apart }) => usable && !apart);
  }

  unload(live: LiveRelease): void {
    const known = this.#known.get(live.key);
    if (known !== undefined) known.isOver = true;
    for (const executor of [...(known?.holders ?? [])]) this.drop(executor, live.key);
    this.#known.delete(live.key);
    this.#meter?.unloaded(live);
    live.pooled = undefined;
  }

  send(executor: ExecutorProcess, live: LiveRelease, image: Image, handOver?: HandOver): void {
    this.#hold(executor, live);
    this.#meter?.loads(live);
    const { limits, isolation, dynamicCode } = live.release.manifest;
    const more = handOver === undefined ? {} : { handOver };
    if (image.kind === 'code' && image.keep) executor.handed.asksForSnapshot(live.key);
    executor.send({ kind: 'load', key: live.key, image, limits, isolation, dynamicCode, ...more });
  }

  #hold(executor: ExecutorProcess, live: LiveRelease): void {
    if (executor.releases.has(live.key)) return;
    executor.releases.add(live.key);
    // What ends is sent a release only for calls that it has.
    if (executor.stage !== 'retired') this.known(live).holders.push(executor);
  }

  /** The executor is to drop it; calls that wait there for it are refused. */
  drop(executor: ExecutorProcess, key: number): void {
    executor.send({ kind: 'unload', key });
    this.#loads.dropped(executor, key);
    this.dropped(executor, key);
  }

  /** The executor has it no more. */
  dropped(executor: ExecutorProcess, key: number): void {
    executor.releases.delete(key);
    executor.handed.letGo(key);
    this.#unhold(executor, key);
  }

  #unhold(executor: ExecutorProcess, key: number): void {
    const holders = this.#known.get(key)?.holders;
    const at = holders?.indexOf(executor) ?? -1;
    if (at >= 0) holders?.splice(at, 1);
  }

  /** No calls are to go to the executor any more; what it has goes on with what it holds. */
  withdrawn(executor: ExecutorProcess): void {
    for (const key of executor.releases) this.#unhold(executor, key);
  }

  /** Calls may go again to one that had been withdrawn. What was over meanwhile it drops. */
  restored(executor: ExecutorProcess): void {
    for (const key of [...executor.releases]) {
      const known = this.#known.get(key);
      if (known !== undefined) known.holders.push(executor);
      else {
        executor.releases.delete(key);
        executor.handed.letGo(key);
        executor.send({ kind: 'unload', key });
      }
    }
  }

  /** The releases that calls would find nowhere if it were not for this executor. */
  aloneIn(executor: ExecutorProcess): KnownRelease[] {
    return [...executor.releases].flatMap((key) => this.#known.get(key) ?? []).filter((known) => this.isAloneIn(known, executor));
  }

  isAloneIn(known: KnownRelease, executor: ExecutorProcess): boolean {
    // What is tried, and is nobody's traffic, is brought where it is called; and what is quarantined has executors of its own.
    const { live, holders, isOver } = known;
    if (isOver || known.isApart(performance.now()) || live.release.trial !== undefined || !holders.includes(executor)) return false;
    return !holders.some((one) => one !== executor && one.stage === 'staying' && one.usable && !one.apart);
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

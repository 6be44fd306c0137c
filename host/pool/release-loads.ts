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
    const executors = replaced === undefined ? [] : this.#heirs(replaced);
    const handOver = replaced === undefined || code === undefined || executors.length === 0 ? undefined : { from: replaced.key, code };
    const home = executors.length === 0 ? await this.#home(live) : undefined;
    // One after another: while one is at it, the others serve.
    for (const executor of home === undefined ? executors : [home]) {
      // One that was lost while another loaded would never answer, and the push would wait for ever.
      if (executor.state !== 'ready') continue;
      const loaded = this.#loads.load(executor, live.key, handOver !== undefined);
      this.send(executor, live, image, handOver);
      await loaded;
    }
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
    for (const executor of known?.holders ?? []) {
      executor.releases.delete(live.key);
      executor.send({ kind: 'unload', key: live.key });
    }
    this.#known.delete(live.key);
    this.#meter?.unloaded(live);
    live.pooled = undefined;
  }

  send(executor: ExecutorProcess, live: LiveRelease, image: Image, handOver?: HandOver): void {
    this.#hold(executor, live);
    this.#meter?.loads(live);
    const { limits, isolation, dynamicCode } = live.release.manifest;
    const more = handOver === undefined ? {} : { handOver };
    executor.send({ kind: 'load', key: live.key, image, limits, isolation, dynamicCode, ...more });
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

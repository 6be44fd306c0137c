/** The host's lanes: each has executors, a spare one and a queue of its own, so that what fills one leaves the others alone. */

import { Breaker, type BreakerView } from '../../guards/breaker.ts';
import { NboxError } from '../../guards/errors.ts';
import { defaultLane } from '../../loader/manifest.ts';
import type { Call, CallError, Reply } from '../dispatch/dispatch.ts';
import type { Bundle, Image, LiveRelease, Release } from '../release/release.ts';
import type { Probe, ReleaseLoader } from './loader.ts';
import type { ExecutorView, Pool, PoolSize } from './pool.ts';
import type { ResizableLanes } from './resizable.ts';

export interface LaneExecutor extends ExecutorView {
  readonly lane: string;
}

/** How much is asked of a lane now. */
export interface LaneLoad {
  readonly lane: string;
  /** Calls that no executor has yet. */
  readonly waiting: number;
  /** Calls that executors have. */
  readonly inFlight: number;
}

export class Lanes implements ReleaseLoader, ResizableLanes {
  readonly #pools: ReadonlyMap<string, Pool>;

  /** @param pools by the lanes' names; the default lane's is there */
  constructor(pools: ReadonlyMap<string, Pool>) {
    this.#pools = pools;
  }

  has(lane: string): boolean {
    return this.#pools.has(lane);
  }

  /** The lane that runs the release: the default one where the operator has taken its own away. */
  laneOf({ manifest: { lane } }: Release): string {
    return this.#pools.has(lane) ? lane : defaultLane;
  }

  /** Whether a call of the release would be refused now. */
  gate(live: LiveRelease): CallError | undefined {
    return this.#poolOf(live.release).gate(live);
  }

  /** @throws CallError */
  dispatch(call: Call): Promise<Reply> {
    return this.#poolOf(call.live.release).dispatch(call);
  }

  probe(release: Release, bundle: Bundle): Promise<Probe> {
    return this.#poolOf(release).releases.probe(release, bundle);
  }

  load(live: LiveRelease, image: Image, replaced: LiveRelease | undefined, code?: string): Promise<void> {
    const pool = this.#poolOf(live.release);
    const isHere = replaced !== undefined && this.#poolOf(replaced.release) === pool;
    return pool.releases.load(live, image, isHere ? replaced : undefined, code);
  }

  handsOver(live: LiveRelease, to: Release): boolean {
    const pool = this.#poolOf(to);
    return this.#poolOf(live.release) === pool && pool.releases.handsOver(live);
  }

  quiet(live: LiveRelease, mostMs: number): Promise<void> {
    return this.#poolOf(live.release).quiet(live, mostMs);
  }

  unload(live: LiveRelease): void {
    this.#poolOf(live.release).releases.unload(live);
  }

  /** Cuts the replies of the release that are still being made. */
  endStreams(live: LiveRelease): void {
    this.#poolOf(live.release).endStreams(live);
  }

  /** What is held against the release. */
  breaker(live: LiveRelease): BreakerView {
    return this.#poolOf(live.release).releases.kept(live)?.breakerView ?? new Breaker().view(0);
  }

  /** Nothing is held against it any more. */
  forgive(live: LiveRelease): void {
    this.#poolOf(live.release).releases.kept(live)?.forgive();
  }

  /** Whether every executor that should run does. */
  get ready(): boolean {
    return this.#all.every((pool) => pool.ready);
  }

  sizes(): ReadonlyMap<string, PoolSize> {
    return new Map([...this.#pools].map(([lane, { size }]) => [lane, size]));
  }

  resize(lane: string, count: number): number {
    const pool = this.#pools.get(lane);
    if (pool === undefined) throw new RangeError(`there is no lane ${JSON.stringify(lane)}`);
    return pool.resize(count);
  }

  /** Resolves once every executor is ready to run calls. */
  async started(): Promise<void> {
    await Promise.all(this.#all.map((pool) => pool.started()));
  }

  executors(): LaneExecutor[] {
    return [...this.#pools].flatMap(([lane, pool]) => pool.executors().map((one) => ({ lane, ...one })));
  }

  loads(): LaneLoad[] {
    return [...this.#pools].map(([lane, { waiting, inFlight }]) => ({ lane, waiting, inFlight }));
  }

  /** Calls that no executor has yet. */
  get waiting(): number {
    return this.#all.reduce((sum, pool) => sum + pool.waiting, 0);
  }

  /** What there is of each lane, those executors left out that are for one release alone, and those that leave. */
  presence(): { readonly lane: string; readonly executors: number; readonly waiting: number }[] {
    return [...this.#pools].map(([lane, pool]) => ({
      ...{ lane, executors: pool.size.count, waiting: pool.waiting },
    }));
  }

  /** Resolves when no call is in an executor, or when the time is over. */
  async drain(mostMs: number): Promise<void> {
    await Promise.all(this.#all.map((pool) => pool.drain(mostMs)));
  }

  /** Ends every executor. Calls that are still running fail as `stopping`. */
  async close(): Promise<void> {
    await Promise.all(this.#all.map((pool) => pool.close()));
  }

  get #all(): Pool[] {
    return [...this.#pools.values()];
  }

  #poolOf(release: Release): Pool {
    const pool = this.#pools.get(this.laneOf(release));
    if (pool === undefined) throw new NboxError('internal_error', 'There is no lane');
    return pool;
  }
}

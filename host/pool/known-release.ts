/** What the pool keeps of a release that has calls: who holds it, what its calls take, and what is held against it. */

import { Breaker, type BreakerView } from '../../guards/breaker.ts';
import type { LiveRelease } from '../release/release.ts';
import type { Weight } from './backlog.ts';
import { DrainRate } from './drain-rate.ts';
import type { ExecutorProcess } from './executor-process.ts';
import type { Account } from './fair-queue.ts';

/** What a call of a release is expected to take before any has been seen. */
const unknownUs = 1_000;
/** A release in whose calls an executor is found to be for longer is costly: nothing light is to wait for them. */
const costlyUs = 5_000;
/** Below this it is light again. Between the two it stays what it was: one that is now this, now that, would be placed apart from itself. */
const lightUs = 2_500;
/** So many calls back it is remembered what they took. */
const remembered = 256;
/**
 * A call that took so long, and so many times what others take, is a hiccup of the machine: virtual ones are stopped for a while, and count
 * it as time of whoever was running. So many of those that are remembered are, and so many in 10 s; more of them are the plugin's way, and
 * who would take executors' time by such calls gets little of it.
 */
const hiccup = { leastUs: 10_000, times: 32, leastCalls: 32, most: 2, withinMs: 10_000 };

export class KnownRelease implements Account {
  readonly live: LiveRelease;
  /** On the clock of the queue in which its calls wait. */
  usedUs = 0;
  /** Calls in executors. */
  inFlight = 0;
  /** A moving average: with it an executor is given neither too much nor too little. */
  expectedUs = unknownUs;
  /** Whether any call of it has been seen to end. */
  isSeen = false;
  /** Of its calls that wait. */
  readonly drain = new DrainRate();
  /** Moving averages of what calls take, and of its square. */
  #meanUs = 0;
  #meanSquare = 0;
  #isCostly = false;
  #learned = 0;
  /** When each came, and after how many calls; the oldest first. */
  readonly #hiccups: { readonly at: number; readonly learned: number }[] = [];
  /** Whether modules were evaluated for the last call. */
  #isEvaluated = false;
  /** Executors that have it, or will in a moment, those that have had it for longest first. */
  readonly holders: ExecutorProcess[] = [];
  /** Whether its sandboxes may hand their state over. */
  isHot = false;
  /** Calls that may wait beyond the limit, since so many came at once from a hand-over, for as long as any waits. */
  extraRoom = 0;
  /** For so many executors it is being read from the store. */
  fetching = 0;
  /** No call of it will come any more. */
  isOver = false;
  /** Whether any call of it has ended by itself. */
  #wasWell = false;
  /** Made when a guard first trips. */
  #breaker: Breaker | undefined;

  constructor(live: LiveRelease) {
    this.live = live;
  }

  /** Whether a call of it may be given to an executor. */
  mayStart(now: number): boolean {
    if (this.inFlight >= this.live.limits.concurrency) return false;
    const breaker = this.#breaker;
    return breaker === undefined || (breaker.mayStart(now) && this.inFlight < breaker.mostAtOnce(now));
  }

  /** Whether its own bounds, and not want of executors, keep its calls waiting. @param executors how many there are for it */
  isAtOwnLimit(now: number, executors: number): boolean {
    const breaker = this.#breaker;
    if (breaker !== undefined && (breaker.isApart(now) || !breaker.mayStart(now))) return true;
    const most = Math.min(this.live.limits.concurrency, breaker?.mostAtOnce(now) ?? Number.POSITIVE_INFINITY);
    // Where it may have more calls at once than there are executors, those that they have are no more than a queue.
    return most <= executors && this.inFlight >= most;
  }

  /** What a call of it takes on average; 0 before any has been seen. */
  get meanUs(): number {
    return this.#meanUs;
  }

  get weight(): Weight {
    if (!this.isSeen) return 'unknown';
    return this.#isCostly ? 'costly' : 'light';
  }

  /**
   * What a call took that ended by itself.
   * @param clock milliseconds; looked at where a call took far more than others
   * @returns what it is believed to have taken: what others do, where the machine had a hiccup
   */
  learnWhole(cpuUs: number, clock: { now(): number } = performance): number {
    const isStrange = cpuUs >= hiccup.leastUs && cpuUs >= hiccup.times * this.#meanUs && this.#learned >= hiccup.leastCalls;
    if (isStrange && this.#isHiccup(clock.now())) return this.expectedUs;
    this.learn(cpuUs);
    return cpuUs;
  }

  #isHiccup(now: number): boolean {
    const [first] = this.#hiccups;
    if (first !== undefined && this.#hiccups.length === hiccup.most) {
      if (this.#learned - first.learned < remembered || now - first.at < hiccup.withinMs) return false;
      this.#hiccups.shift();
    }
    this.#hiccups.push({ at: now, learned: this.#learned });
    return true;
  }

  /** Down fast, since the first calls find cold caches and tell too much; up slowly, since a single one may be a hiccup. */
  learn(cpuUs: number): void {
    const us = Math.max(10, cpuUs);
    const off = us - this.expectedUs;
    // A whole number, which the engine keeps where it is and not in an object of its own.
    this.expectedUs = Math.round(this.isSeen ? this.expectedUs + (off < 0 ? off * 0.75 : off / 8) : us);
    const share = this.isSeen ? 1 / remembered : 1;
    this.#meanUs += (us - this.#meanUs) * share;
    this.#meanSquare += (us * us - this.#meanSquare) * share;
    this.isSeen = true;
    this.#learned += 1;
    // Not what a call takes on average, but how long the one takes that is found running at any moment: a few long calls among
    // many short ones are what others would wait for.
    this.#isCostly = this.#meanSquare >= (this.#isCostly ? lightUs : costlyUs) * this.#meanUs;
  }

  /**
   * What there is to learn of a call. The evaluation of modules is a part of it where each call starts anew, and the call before had one,
   * too; else it is the sandbox's, and what calls take on average says nothing of the next.
   */
  usualUs(cpuUs: number, initCpuUs: number): number {
    const wasEvaluated = this.#isEvaluated;
    this.#isEvaluated = initCpuUs > 0;
    const isUsual = wasEvaluated && this.#isEvaluated && this.live.release.manifest.isolation === 'request';
    return isUsual ? cpuUs + initCpuUs : cpuUs;
  }

  /** A call was stopped when it had taken so much: how long it would have gone on for nobody knows. */
  learnAtLeast(cpuUs: number): void {
    if (cpuUs >= (this.isSeen ? this.expectedUs : costlyUs)) this.learn(cpuUs);
  }

  // What is held against it.

  /** A guard has ended a call of it. @returns whether its calls are refused from now on */
  trip(now: number): boolean {
    this.#breaker ??= new Breaker(this.#wasWell);
    return this.#breaker.trip(now);
  }

  /** It has killed an executor. @returns whether its calls are refused from now on */
  kill(now: number): boolean {
    this.#breaker ??= new Breaker();
    return this.#breaker.kill(now);
  }

  /** A call of it has ended within its limits. */
  success(): void {
    this.#wasWell = true;
    this.#breaker?.success(performance.now());
  }

  isSlowed(now: number): boolean {
    return this.#breaker?.isSlowed(now) === true;
  }

  isApart(now: number): boolean {
    return this.#breaker?.isApart(now) === true;
  }

  refusedForMs(now: number): number {
    return this.#breaker?.refusedForMs(now) ?? 0;
  }

  get breakerView(): BreakerView {
    return (this.#breaker ?? new Breaker()).view(performance.now());
  }

  /** Nothing is held against it any more. */
  forgive(): void {
    this.#breaker = undefined;
  }
}

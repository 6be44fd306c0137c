/** What is used of one budget, and what follows of that: whether a call is let in, and what is told. */

import { type Budget, type BudgetMetric, budgetMetrics, windowsMs } from './budget.ts';
import type { BudgetEvent, TellBudgetEvent } from './budget-event.ts';
import { peakBucketMs, SlidingPeaks } from './sliding-peaks.ts';
import { SlidingSum, wholeBuckets } from './sliding-sum.ts';

export type BudgetUse = { readonly [Metric in BudgetMetric]: number };

/** Why no call is let in. */
export interface Excess {
  readonly budget: Budget;
  readonly metric: BudgetMetric;
  readonly limit: number;
  readonly used: number;
  /** When the window lets calls in again, if nothing else is used meanwhile. */
  readonly untilMs: number;
}

/** What was used until `endMs`, since the last such time: calls and the CPU time of calls. */
export type UsedUntil = readonly [endMs: number, calls: number, cpuUs: number];

/** Of all its times, ms since the epoch on a clock that only goes forward. */
export class BudgetCounter {
  readonly #tell: TellBudgetEvent;
  #budget: Budget;
  #bucketMs = 0;
  #peakMs = 0;
  #calls = new SlidingSum(0);
  #cpuUs = new SlidingSum(0);
  #memory = new SlidingPeaks(0);
  /** Of each metric in its order, when it may be warned of again, and when it may be told to be exceeded. */
  readonly #tellFromMs = new Float64Array(budgetMetrics.length * 2);
  /** Whether something was counted since this was last set to false. */
  isChanged = false;

  constructor(budget: Budget, now: number, tell: TellBudgetEvent) {
    this.#tell = tell;
    this.#budget = budget;
    this.#open(now);
  }

  get budget(): Budget {
    return this.#budget;
  }

  /** Other terms for what was counted. In another window it counts as far as both go back. */
  become(budget: Budget, now: number): void {
    this.#advance(now);
    const isSameWindow = budget.window === this.#budget.window;
    const before = isSameWindow ? [] : this.history();
    this.#budget = budget;
    this.#tellFromMs.fill(0);
    if (!isSameWindow) {
      this.#open(now);
      this.refill(before, now);
    }
    this.isChanged = true;
  }

  /** Why a call may not be let in: where it is a hard budget, and all of one of its limits is used. */
  excess(now: number): Excess | undefined {
    if (this.#budget.mode === 'soft') return undefined;
    this.#advance(now);
    let worst: Excess | undefined;
    for (const metric of budgetMetrics) {
      const limit = this.#budget[metric];
      if (limit === undefined) continue;
      const used = this.#usedOf(metric);
      if (used < limit) continue;
      const untilMs = this.#belowFromMs(metric, limit);
      if (worst === undefined || untilMs > worst.untilMs) worst = { budget: this.#budget, metric, limit, used, untilMs };
    }
    return worst;
  }

  /** A call was let in. */
  take(now: number): void {
    this.#advance(now);
    this.#calls.add(1);
    this.isChanged = true;
    this.#look('calls', now);
  }

  /** What was taken at that time was of no use: nobody has begun the call. */
  giveBack(takenAt: number): void {
    this.#calls.add(-1, Math.floor(takenAt / this.#bucketMs));
    this.isChanged = true;
  }

  /** A call has ended, with that much CPU time and a sandbox of that size. */
  record(now: number, plugin: string, cpuUs: number, memoryBytes: number): void {
    this.#advance(now);
    this.#cpuUs.add(cpuUs);
    this.#memory.add(plugin, memoryBytes);
    this.isChanged = true;
    this.#look('cpuSeconds', now);
    this.#look('memoryBytes', now);
  }

  used(now: number): BudgetUse {
    this.#advance(now);
    return { calls: this.#usedOf('calls'), cpuSeconds: this.#usedOf('cpuSeconds'), memoryBytes: this.#usedOf('memoryBytes') };
  }

  /** What counts, bucket by bucket. Memory is none of it: sandboxes do not outlive the host. */
  history(): UsedUntil[] {
    const all: UsedUntil[] = [];
    for (let bucket = this.#calls.newest - wholeBuckets; bucket <= this.#calls.newest; bucket += 1) {
      const [calls, cpuUs] = [this.#calls.of(bucket), this.#cpuUs.of(bucket)];
      if (calls > 0 || cpuUs > 0) all.push([(bucket + 1) * this.#bucketMs, calls, Math.round(cpuUs)]);
    }
    return all;
  }

  /** Adds what an earlier counter of the scope has had. What ends later than the bucket of now counts as of now. */
  refill(history: readonly UsedUntil[], now: number): void {
    this.#advance(now);
    const { newest } = this.#calls;
    for (const [endMs, calls, cpuUs] of history) {
      const bucket = Math.min(newest, Math.ceil(endMs / this.#bucketMs) - 1);
      this.#calls.add(calls, bucket);
      this.#cpuUs.add(cpuUs, bucket);
    }
  }

  #open(now: number): void {
    const windowMs = windowsMs[this.#budget.window];
    this.#bucketMs = windowMs / wholeBuckets;
    this.#peakMs = peakBucketMs(windowMs);
    const bucket = Math.floor(now / this.#bucketMs);
    this.#calls = new SlidingSum(bucket);
    this.#cpuUs = new SlidingSum(bucket);
    this.#memory = new SlidingPeaks(Math.floor(now / this.#peakMs));
  }

  #advance(now: number): void {
    const bucket = Math.floor(now / this.#bucketMs);
    if (bucket <= this.#calls.newest) return;
    this.#calls.advance(bucket);
    this.#cpuUs.advance(bucket);
    this.#memory.advance(Math.floor(now / this.#peakMs));
  }

  #usedOf(metric: BudgetMetric): number {
    switch (metric) {
      case 'calls':
        return this.#calls.sum;
      case 'cpuSeconds':
        return this.#cpuUs.sum / 1_000_000;
      case 'memoryBytes':
        return this.#memory.sum;
    }
  }

  #belowFromMs(metric: BudgetMetric, limit: number): number {
    switch (metric) {
      case 'calls':
        return this.#calls.belowFrom(limit) * this.#bucketMs;
      case 'cpuSeconds':
        return this.#cpuUs.belowFrom(limit * 1_000_000) * this.#bucketMs;
      case 'memoryBytes':
        return this.#memory.belowFrom(limit) * this.#peakMs;
    }
  }

  /** Tells of it once in a window. */
  #look(metric: BudgetMetric, now: number): void {
    const limit = this.#budget[metric];
    if (limit === undefined) return;
    const used = this.#usedOf(metric);
    if (used < limit * this.#budget.warnAt) return;
    const at = budgetMetrics.indexOf(metric) * 2;
    if (used >= limit) {
      if (now < (this.#tellFromMs[at + 1] as number)) return;
      // Whoever reads that all is used need not read that a part was.
      this.#hush(at, now);
      this.#hush(at + 1, now);
      this.#tell(this.#eventOf('exceeded', metric, limit, used, now));
    } else if (now >= (this.#tellFromMs[at] as number)) {
      this.#hush(at, now);
      this.#tell(this.#eventOf('warned', metric, limit, used, now));
    }
  }

  #hush(at: number, now: number): void {
    this.#tellFromMs[at] = now + windowsMs[this.#budget.window];
  }

  #eventOf(kind: BudgetEvent['kind'], metric: BudgetMetric, limit: number, used: number, now: number): BudgetEvent {
    const { scope, window, mode } = this.#budget;
    return Object.freeze({ kind, scope, metric, window, mode, limit, used, at: Math.round(now) });
  }
}

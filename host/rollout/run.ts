/** One run of a comparison: counts the calls of two releases, each as it ends. It is in the hot path, and makes nothing for a call. */

import { errorCatalogue } from '../../guards/errors.ts';
import { LogHistogram } from '../meter/log-histogram.ts';
import type { Outcome, UsageRecord } from '../meter/usage.ts';
import {
  costMetrics,
  type Health,
  judge,
  type Percentiles,
  percents,
  type ReleaseFigures,
  type Threshold,
  thresholdOver,
} from './health.ts';
import type { Margins } from './plan.ts';

export interface RunOptions {
  readonly base: number;
  readonly canary: number;
  /** From 1 on in a rollout. */
  readonly run: number;
  readonly margins: Margins;
  /** How many of the old release's first calls give the thresholds. */
  readonly baseline: number;
  /** Calls that began before are of what was deployed before. In milliseconds since the epoch. */
  readonly since: number;
}

/** More would make the thresholds no better. */
const mostBaseline = 1_000;

/** Failures that are the plugin's. A stream that ended with its release is not. */
const failures: ReadonlySet<Outcome> = new Set(
  (Object.keys(errorCatalogue) as (keyof typeof errorCatalogue)[]).filter(
    (code) => errorCatalogue[code].fault === 'author' && code !== 'release_replaced',
  ),
);

const perMetric = percents.length;
const thresholdCount = costMetrics.length * perMetric;

class Counts {
  readonly release: number;
  calls = 0;
  failures = 0;
  compared = 0;
  /** By metric and percent: how many calls were above the threshold. */
  readonly above = new Uint32Array(thresholdCount);
  readonly spread = costMetrics.map(() => new LogHistogram());
  readonly #executors = new Set<number>();

  constructor(release: number) {
    this.release = release;
  }

  /** @returns whether it has been called there before */
  isWarmIn(executor: number): boolean {
    if (this.#executors.has(executor)) return true;
    this.#executors.add(executor);
    return false;
  }

  figures(): ReleaseFigures {
    const [cpuUs, latencyUs, steps] = this.spread.map(percentilesOf) as [Percentiles, Percentiles, Percentiles];
    const { release, calls, failures: failed, compared } = this;
    return { release, calls, failures: failed, compared, cpuUs, latencyUs, steps };
  }
}

export class Run {
  readonly #options: RunOptions;
  readonly #base: Counts;
  readonly #canary: Counts;
  /** The costs of the old release's first calls, one metric's after another's; dropped when the thresholds are there. */
  #baseline: Float64Array | undefined;
  #noted = 0;
  readonly #baselineSize: number;
  readonly #baseAbove = new Float64Array(thresholdCount);
  readonly #canaryAbove = new Float64Array(thresholdCount);

  constructor(options: RunOptions) {
    this.#options = options;
    this.#base = new Counts(options.base);
    this.#canary = new Counts(options.canary);
    this.#baselineSize = Math.min(mostBaseline, options.baseline);
    this.#baseline = new Float64Array(this.#baselineSize * costMetrics.length);
  }

  /** @returns whether it says anything of the two releases' health, or may go with something that does */
  add(record: UsageRecord): boolean {
    const { outcome, release } = record;
    // What chance has not given to one of the two (events, calls by hand, requests that name their release) cannot be compared: by
    // requests that fail, anyone could have a release rolled back.
    if (record.interface !== 'fetch' || record.isForced === true || record.startedAt < this.#options.since) return false;
    const isBase = release === this.#base.release;
    if (!isBase && release !== this.#canary.release) return false;
    const counts = isBase ? this.#base : this.#canary;
    const failed = failures.has(outcome);
    // Others' faults do not count; but those of a process may have come from the plugin, and then its breaker tells.
    if (!failed && outcome !== 'ok') return outcome === 'executor_lost';
    counts.calls += 1;
    if (failed) counts.failures += 1;
    // It never ran, and has cost nothing; or it was the first in its sandbox, which fills what later calls find: a release with few
    // calls has more of these.
    if (record.executor === 0 || record.initUs > 0 || !counts.isWarmIn(record.executor)) return true;
    const { cpuUs, steps } = record;
    // What it waited has its sandbox's making in it. Of a short call the start is heard of together with its end, and what goes
    // on after the reply is CPU and no latency.
    const latencyUs = Math.min(record.wallUs, Math.max(cpuUs, record.wallUs - record.waitUs));
    (counts.spread[0] as LogHistogram).record(cpuUs);
    (counts.spread[1] as LogHistogram).record(latencyUs);
    (counts.spread[2] as LogHistogram).record(steps);
    if (this.#baseline !== undefined) {
      if (isBase) this.#note(this.#baseline, cpuUs, latencyUs, steps);
      return true;
    }
    counts.compared += 1;
    const over = isBase ? this.#baseAbove : this.#canaryAbove;
    for (let i = 0; i < thresholdCount; i += 1) {
      const cost = i < perMetric ? cpuUs : i < 2 * perMetric ? latencyUs : steps;
      if (cost > (over[i] as number)) counts.above[i] = (counts.above[i] as number) + 1;
    }
    return true;
  }

  health(): Health {
    const { run, margins } = this.#options;
    return judge(run, margins, this.#base.figures(), this.#canary.figures(), this.#thresholds());
  }

  #note(baseline: Float64Array, cpuUs: number, latencyUs: number, steps: number): void {
    const size = this.#baselineSize;
    baseline[this.#noted] = cpuUs;
    baseline[size + this.#noted] = latencyUs;
    baseline[2 * size + this.#noted] = steps;
    this.#noted += 1;
    if (this.#noted < size) return;
    for (const [m, metric] of costMetrics.entries()) {
      const sorted = baseline.subarray(m * size, (m + 1) * size).sort();
      for (const [p, percent] of percents.entries()) {
        const threshold = sorted[Math.min(size - 1, Math.floor((percent / 100) * size))] as number;
        this.#baseAbove[m * perMetric + p] = threshold;
        this.#canaryAbove[m * perMetric + p] = thresholdOver(metric, threshold, this.#options.margins);
      }
    }
    this.#baseline = undefined;
  }

  #thresholds(): Threshold[] {
    if (this.#baseline !== undefined) return [];
    return costMetrics.flatMap((metric, m) =>
      percents.map((percent, p) => {
        const i = m * perMetric + p;
        const part = ({ above, compared }: Counts) => ({ count: above[i] as number, calls: compared });
        const [baseAbove, canaryAbove] = [this.#baseAbove[i] as number, this.#canaryAbove[i] as number];
        return { metric, percent, baseAbove, canaryAbove, base: part(this.#base), canary: part(this.#canary) };
      }),
    );
  }
}

function percentilesOf(histogram: LogHistogram): Percentiles {
  return { p50: histogram.percentile(50), p90: histogram.percentile(90), p99: histogram.percentile(99) };
}

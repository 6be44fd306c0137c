/**
 * What is compared of two releases, and what counts as worse: the stated test. All figures are of one run: of one step, from
 * when it began to when it ended or the host stopped. Calls of different steps are never added up, since the two releases
 * then have had different parts of different times of the day (E. Simpson, 1951).
 *
 * The new release is worse where the lower bound of a share of its calls lies above what the upper bound of the old one's
 * allows. Shares are those of the calls that fail, and of those that take more than the old release's median, 90th and 99th
 * percentile by a factor and a least amount. Shares of calls above a threshold assume nothing of how costs are
 * distributed, whatever their tails; the thresholds come from the old release's first calls in the run, which are not
 * compared. Bounds hold at every look at once (`bounds.ts`), so one may look as often as one likes.
 */

import { lowerBound, upperBound } from './bounds.ts';
import type { Margins } from './plan.ts';

/** A release that is no worse than the old one is rolled back with no more than this probability, all metrics, looks and steps together. */
export const falseAlarmRate = 0.01;

/** A run has its part of that: all parts add up to it, however many runs there are (1/2 + 1/6 + 1/12 + …). @param run from 1 */
export function alarmRateOf(run: number): number {
  return falseAlarmRate / (run * (run + 1));
}

export const costMetrics = ['cpuUs', 'latencyUs', 'steps'] as const;
export type CostMetric = (typeof costMetrics)[number];
export type Metric = 'failures' | CostMetric;

/** Of the old release's calls. */
export const percents = [50, 90, 99] as const;

/** What may differ for reasons of the host: a release with few calls finds cold caches. Measured; see docs/operators.md. */
const leastExcess: Readonly<Record<CostMetric, number>> = { cpuUs: 100, latencyUs: 1_000, steps: 100 };
/** So many times as many failures as the old release's are let pass, beside the margin that is added. */
const failureFactor = 1.1;
/** In so many more calls the new release has to be slower. */
const shareMargin = 0.02;
/** Steps are held against a release only where its CPU is higher, too, by so much: other loops are not worse ones. */
const dearer = 1.1;

/** However plain they are, what fewer calls cost is not enough: those that come first are not like those that come later. */
const leastCompared = 20;

const metricCount = 1 + costMetrics.length;
/** A bound of each release. */
const bounds = 2;

/** How many of a release's calls are above a threshold, or failed. */
export interface Part {
  readonly count: number;
  readonly calls: number;
}

/** What is known of one release. */
export interface ReleaseFigures {
  readonly release: number;
  /** Those that count: neither what callers, the operator or the host are to blame for, nor calls whose clients left. */
  readonly calls: number;
  readonly failures: number;
  /** Of these calls the costs were compared. */
  readonly compared: number;
  readonly cpuUs: Percentiles;
  /** From the start in the guest to the reply: what the call waited for the host, and for its sandbox, is not in it. */
  readonly latencyUs: Percentiles;
  readonly steps: Percentiles;
}

export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** `worse`: surely, and by more than lets pass. `suspect`: it looks so, and is not sure. `well`: neither. */
export type Verdict = 'worse' | 'suspect' | 'well';

/** One share of both releases. */
export interface Comparison {
  readonly metric: Metric;
  /** Of the old release's first calls; `null` of failures. */
  readonly percent: number | null;
  /** Calls of the old release count that took more than this; `null` of failures. */
  readonly baseAbove: number | null;
  /** Those of the new one. */
  readonly canaryAbove: number | null;
  readonly base: Part;
  readonly canary: Part;
  /** The new one's share is at least this. */
  readonly atLeast: number;
  /** The old one's is at most this. */
  readonly atMost: number;
  /** So much the new one's may be. */
  readonly allowed: number;
  readonly verdict: Verdict;
}

export interface Health {
  /** Counts what was counted anew: a step, or a start of the host. */
  readonly run: number;
  /** This run's part of the false-alarm rate. */
  readonly alarmRate: number;
  readonly base: ReleaseFigures;
  readonly canary: ReleaseFigures;
  readonly comparisons: readonly Comparison[];
  readonly verdict: Verdict;
}

/** What was counted for one threshold. */
export interface Threshold {
  readonly metric: CostMetric;
  readonly percent: number;
  readonly baseAbove: number;
  readonly canaryAbove: number;
  readonly base: Part;
  readonly canary: Part;
}

/** What counts as more than `base` of the metric. */
export function thresholdOver(metric: CostMetric, base: number, margins: Margins): number {
  const factor = metric === 'latencyUs' ? margins.latency : margins.cpu;
  return Math.max(base * factor, base + leastExcess[metric]);
}

/** @param thresholds none before the old release's first calls have given them */
export function judge(
  run: number,
  margins: Margins,
  base: ReleaseFigures,
  canary: ReleaseFigures,
  thresholds: readonly Threshold[],
): Health {
  const alarmRate = alarmRateOf(run);
  const perMetric = alarmRate / metricCount / bounds;
  const failing = compareShares(part(base), part(canary), perMetric, (share) => Math.min(1, failureFactor * share + margins.failures));
  const failures: Comparison = { metric: 'failures', percent: null, baseAbove: null, canaryAbove: null, ...failing };
  const costs = thresholds.map(({ metric, percent, baseAbove, canaryAbove, ...parts }): Comparison => {
    const compared = compareShares(parts.base, parts.canary, perMetric / percents.length, (share) => Math.min(1, share + shareMargin));
    return { metric, percent, baseAbove, canaryAbove, ...compared, verdict: costVerdict(metric, percent, compared.verdict, base, canary) };
  });
  const comparisons = [failures, ...costs];
  return { run, alarmRate, base, canary, comparisons, verdict: worstOf(comparisons) };
}

function compareShares(
  base: Part,
  canary: Part,
  alpha: number,
  allow: (share: number) => number,
): Pick<Comparison, 'base' | 'canary' | 'atLeast' | 'atMost' | 'allowed' | 'verdict'> {
  const atLeast = lowerBound(canary.count, canary.calls, alpha);
  const atMost = upperBound(base.count, base.calls, alpha);
  const seems = canary.calls > 0 && canary.count / canary.calls > allow(base.calls === 0 ? 0 : base.count / base.calls);
  const verdict = atLeast > allow(atMost) ? 'worse' : seems ? 'suspect' : 'well';
  return { base, canary, atLeast, atMost, allowed: allow(atMost), verdict };
}

const part = ({ failures, calls }: ReleaseFigures): Part => ({ count: failures, calls });

function costVerdict(metric: CostMetric, percent: number, verdict: Verdict, base: ReleaseFigures, canary: ReleaseFigures): Verdict {
  if (metric === 'steps' && !isDearer(base, canary, percent)) return 'well';
  return verdict === 'worse' && canary.compared < leastCompared ? 'suspect' : verdict;
}

function isDearer(base: ReleaseFigures, canary: ReleaseFigures, percent: number): boolean {
  const name = `p${percent}` as keyof Percentiles;
  return canary.cpuUs[name] > dearer * base.cpuUs[name];
}

function worstOf(comparisons: readonly Comparison[]): Verdict {
  const has = (verdict: Verdict) => comparisons.some((one) => one.verdict === verdict);
  return has('worse') ? 'worse' : has('suspect') ? 'suspect' : 'well';
}

/** What a rollback is recorded with: the first that is worse, in figures. */
export function reasonOf({ base, canary, comparisons }: Health): string {
  const worse = comparisons.find(({ verdict }) => verdict === 'worse');
  if (worse === undefined) return '';
  const [ours, theirs] = [worse.canary, worse.base].map(({ count, calls }) => `${count} of ${calls}`);
  const bound = `surely over ${percentage(worse.atLeast)}`;
  const allowed = `${percentage(worse.allowed)} are let pass`;
  if (worse.metric === 'failures') {
    return `failures: ${ours} calls of release ${canary.release} failed, ${bound}; of release ${base.release} ${theirs}, so ${allowed}`;
  }
  const [above, before] = [worse.canaryAbove, worse.baseAbove].map((value) => amount(worse.metric, value as number));
  return (
    `${names[worse.metric]}: ${ours} calls of release ${canary.release} took more than ${above}, ${bound}; ` +
    `of release ${base.release} ${theirs} took more than ${before}, so ${allowed}`
  );
}

const names: Readonly<Record<Metric, string>> = { failures: 'failures', cpuUs: 'CPU', latencyUs: 'latency', steps: 'steps' };

const percentage = (share: number): string => `${Number((share * 100).toPrecision(3))}%`;
const amount = (metric: Metric, value: number): string =>
  metric === 'steps' ? `${Math.round(value)} steps` : `${Number((value / 1_000).toPrecision(3))} ms`;

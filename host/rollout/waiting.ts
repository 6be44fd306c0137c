/** What a rollout waits for before it goes a step further. */

import type { Comparison, Health, Metric } from './health.ts';
import type { Rollout } from './rollout.ts';

export interface Waiting {
  /** `store`: a decision was made and could not be stored; it is tried again. */
  readonly what: 'resume' | 'hold' | 'samples' | 'health' | 'store';
  readonly detail: string;
}

/** Nothing: it goes on. @param now in milliseconds since the epoch */
export function waitingFor({ state, plan, stepAt }: Rollout, health: Health, now: number): Waiting[] {
  const waiting: Waiting[] = [];
  if (state === 'paused') waiting.push({ what: 'resume', detail: 'It is paused' });
  const left = stepAt + plan.holdMs - now;
  if (left > 0) waiting.push({ what: 'hold', detail: `The step is held for ${Math.ceil(left / 1_000)} s more` });
  for (const { release, compared } of [health.canary, health.base]) {
    if (compared >= plan.samples) continue;
    waiting.push({ what: 'samples', detail: `Of release ${release} ${compared} of ${plan.samples} calls have been compared` });
  }
  for (const one of health.comparisons) {
    if (one.verdict === 'suspect') waiting.push({ what: 'health', detail: `${said(one)}: it may be worse, more calls will tell` });
  }
  return waiting;
}

function said({ metric, percent, base, canary }: Comparison): string {
  const shares = `${canary.count} of ${canary.calls} calls against ${base.count} of ${base.calls}`;
  return metric === 'failures' ? `Failures: ${shares}` : `${metricNames[metric]} above the ${percent}th percentile: ${shares}`;
}

const metricNames: Readonly<Record<Metric, string>> = { failures: 'Failures', cpuUs: 'CPU', latencyUs: 'Latency', steps: 'Steps' };

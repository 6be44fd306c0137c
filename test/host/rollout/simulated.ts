/** Rollouts without a host and without time: calls come one after another, and each step is judged as a host judges it. */

import type { UsageRecord } from '../../../host/meter/usage.ts';
import { defaultPlan } from '../../../host/rollout/plan.ts';
import { Run } from '../../../host/rollout/run.ts';
import type { Behavior } from './random.ts';

export interface Simulated {
  readonly base: Behavior;
  readonly canary: Behavior;
  /** Calls in the time for which a step is held. */
  readonly callsInHold: number;
  /** A step that takes more calls than this is still under way. */
  readonly mostCalls: number;
}

export interface Ended {
  readonly state: 'completed' | 'rolled_back' | 'running';
  /** The new release's part of the calls in the last step. */
  readonly percentage: number;
  /** Its calls in that step. */
  readonly calls: number;
  readonly metric: string | undefined;
}

const { steps, samples, margins } = defaultPlan;
const record = {
  ...{ plugin: 'a/b/c', interface: 'fetch', executor: 1, lane: 'standard', startedAt: 1, waitUs: 0, initUs: 0 },
  ...{ memoryPeakBytes: 0, hostCalls: 0, bytesIn: 0, bytesOut: 0 },
} as const;

function callOf(release: number, { failing, cost }: Behavior, before: number, random: () => number): UsageRecord {
  const { cpuUs, latencyUs, steps } = cost(random);
  const share = typeof failing === 'number' ? failing : failing(before);
  return { ...record, release, outcome: random() < share ? 'plugin_error' : 'ok', cpuUs, wallUs: latencyUs, steps };
}

export function simulate({ base, canary, callsInHold, mostCalls }: Simulated, random: () => number): Ended {
  for (const [i, percentage] of steps.entries()) {
    if (percentage === 100) break;
    const run = new Run({ base: 1, canary: 2, run: i + 1, margins, baseline: samples, since: 0 });
    let ours = 0;
    for (let calls = 1; ; calls += 1) {
      const isCanary = random() * 100 < percentage;
      run.add(isCanary ? callOf(2, canary, calls, random) : callOf(1, base, calls, random));
      if (isCanary) ours += 1;
      const isLast = calls >= mostCalls;
      // A host looks when calls have ended; here at each call of the new release at first, and then at some.
      if (!isLast && (!isCanary || ours % Math.ceil(ours / 50) !== 0)) continue;
      const health = run.health();
      const metric = health.comparisons.find(({ verdict }) => verdict === 'worse')?.metric;
      if (metric !== undefined) return { state: 'rolled_back', percentage, calls: ours, metric };
      if (isLast) return { state: 'running', percentage, calls: ours, metric: undefined };
      const isEnough = health.base.compared >= samples && health.canary.compared >= samples;
      if (isEnough && calls >= callsInHold && health.verdict === 'well') break;
    }
  }
  return { state: 'completed', percentage: 100, calls: 0, metric: undefined };
}

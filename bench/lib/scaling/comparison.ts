/** Every policy on one trace, and what is asked of nbox's beside Knative's. */

import { atMost, below, type Criterion } from '../criteria.ts';
import { callsOf, type Trace } from '../traces/trace.ts';
import { CpuTarget } from './cpu-target.ts';
import { Knative } from './knative.ts';
import { OwnHints } from './own-hints.ts';
import { defaultOptions, type Outcome, perfectForecast, simulate } from './simulation.ts';

/** How long after a rise of the load capacity is short at the most: a tick, an executor's start, and working off what has come meanwhile. */
export const reactionS = 5;

export interface Compared {
  readonly trace: string;
  readonly jumps: number | undefined;
  readonly calls: number;
  readonly meanCores: number;
  readonly outcomes: readonly Outcome[];
}

export function compare(trace: Trace): Compared {
  const calls = callsOf(trace);
  // Nobody begins by being short.
  const begin = Math.max(1, Math.ceil(trace.cores(0) / 0.7));
  const policies = [new OwnHints(), new Knative(), new CpuTarget()];
  const outcomes = [...policies.map((policy) => simulate(calls, policy, begin)), perfectForecast(calls, defaultOptions)];
  const meanCores = calls.cpu.reduce((sum, one) => sum + one, 0) / calls.seconds;
  return { trace: trace.name, jumps: trace.jumps, calls: calls.times.length, meanCores, outcomes };
}

/** None of a trace that was read: how often it jumps is not known. */
export function criteriaOf({ trace, jumps, outcomes }: Compared): Criterion[] {
  if (jumps === undefined) return [];
  const of = (policy: string) => outcomes.find((one) => one.policy === policy) as Outcome;
  const [own, knative] = [of('nbox'), of('Knative')];
  // What a jump has made wait is worked off by executors that are there for no longer: up and down, and up to what it takes from then on.
  const flaps = jumps === 0 ? 1 : 2 * jumps;
  return [
    atMost(`${trace}: short seconds ≤ Knative's ${knative.shortSeconds}`, own.shortSeconds, knative.shortSeconds),
    atMost(`${trace}: longest short stretch, in s ≤ ${reactionS}`, own.longestShort, reactionS),
    below(`${trace}: over-provisioned, in % < Knative's ${percent(knative)}`, percent(own), percent(knative)),
    atMost(`${trace}: flaps ≤ ${flaps}`, own.flaps, flaps),
  ];
}

export function percent({ overProvisioned }: Outcome): number {
  return Number((overProvisioned * 100).toFixed(1));
}

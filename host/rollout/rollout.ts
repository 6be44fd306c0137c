/** A rollout as a value: a release on its way from a small part of a plugin's calls to all of them, and what was decided on it. */

import type { PluginId } from '../../loader/plugin-id.ts';
import type { Health } from './health.ts';
import type { RolloutPlan } from './plan.ts';

/**
 * - `running`, `paused`: under way; a paused one is watched, too, and goes no further.
 * - `completed`: the release has all calls.
 * - `rolled_back`: it was worse, or a step took too long; the old release has all calls.
 * - `aborted`: someone ended it; the old release has all calls.
 * - `superseded`: someone deployed something else, which was left as it is.
 */
export type RolloutState = 'running' | 'paused' | 'completed' | 'rolled_back' | 'aborted' | 'superseded';

export type DecisionKind = 'started' | 'promoted' | 'paused' | 'resumed' | 'completed' | 'rolled_back' | 'aborted' | 'superseded';

export interface Decision {
  readonly kind: DecisionKind;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `rollout` where nbox decided by itself. */
  readonly actor: string;
  /** Why; empty where nobody said. */
  readonly reason: string;
  /** The deployment that it made, or found. */
  readonly deployment: number;
  /** The new release's part of the calls from then on; `undefined` where others have decided on it. */
  readonly percentage: number | undefined;
  /** What was seen by then in the step that it ended; `undefined` where it ended none. */
  readonly health: Health | undefined;
}

export interface Rollout {
  readonly plugin: PluginId;
  /** Counts from 1 in each plugin. */
  readonly number: number;
  /** The release that is rolled out. */
  readonly release: number;
  /** The one that it is compared with, and that has the other calls. */
  readonly base: number;
  readonly plan: RolloutPlan;
  readonly state: RolloutState;
  /** Index of the step in the plan. */
  readonly step: number;
  /** When the step began, in milliseconds since the epoch. */
  readonly stepAt: number;
  /** How often counting began anew. */
  readonly run: number;
  /** The deployment that must be live for it to go on. */
  readonly deployment: number;
  readonly actor: string;
  readonly message: string;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  /** In their order; of very many the last ones. */
  readonly decisions: readonly Decision[];
}

/** Who decides where nobody does. */
export const automatic = 'rollout';

/** Steps make 22 at most; the others are pauses. */
const mostDecisions = 100;

export const isUnderWay = ({ state }: Pick<Rollout, 'state'>): boolean => state === 'running' || state === 'paused';

export function percentageOf({ plan, step }: Pick<Rollout, 'plan' | 'step'>): number {
  return plan.steps[step] as number;
}

/** With one more decision. The store puts the deployment's number in place of 0. */
export function decided(rollout: Rollout, decision: Decision, change: Partial<Rollout> = {}): Rollout {
  const decisions = Object.freeze([...rollout.decisions, Object.freeze(decision)].slice(-mostDecisions));
  return Object.freeze({ ...rollout, ...change, decisions });
}

/** As the deployment has made it. */
export function deployedAs(rollout: Rollout, deployment: number): Rollout {
  const decisions = rollout.decisions.map((one, i) => (i === rollout.decisions.length - 1 ? Object.freeze({ ...one, deployment }) : one));
  return Object.freeze({ ...rollout, deployment, decisions: Object.freeze(decisions) });
}

/** The rollout routes of the admin API: a release that gets more and more of a plugin's calls while it is no worse than the one before. */

import {
  abortRollout,
  getRollout,
  listRollouts,
  pauseRollout,
  promoteRollout,
  resumeRollout,
  startRollout,
} from '../api/operations/rollouts.ts';
import type { Health } from '../rollout/health.ts';
import { type DecisionKind, percentageOf, type Rollout, type RolloutState } from '../rollout/rollout.ts';
import type { Rollouts } from '../rollout/rollouts.ts';
import type { RolloutStatus } from '../rollout/under-way.ts';
import type { Waiting } from '../rollout/waiting.ts';
import type { Store } from '../store/store.ts';
import { expectedDeployment, tag } from './if-match.ts';
import { pageOf } from './page.ts';
import { idOf, livePlugin } from './plugins.ts';
import { type Route, route } from './route.ts';

export interface RolloutRouteParts {
  readonly rollouts: Pick<Rollouts, 'start' | 'status' | 'pause' | 'resume' | 'promote' | 'abort'>;
  readonly store: Pick<Store, 'plugin' | 'rollouts'>;
}

export interface DecisionView {
  readonly decision: DecisionKind;
  readonly at: string;
  readonly actor: string;
  readonly reason: string;
  readonly deployment: number;
  readonly percentage: number | null;
  readonly health: Health | null;
}

/** An item of `GET …/rollouts`, the newest first. Times are ISO 8601 in UTC. */
export interface RolloutView {
  readonly number: number;
  readonly state: RolloutState;
  readonly release: number;
  readonly base: number;
  readonly steps: readonly number[];
  readonly holdSeconds: number;
  readonly samples: number;
  readonly timeoutSeconds: number | null;
  readonly margins: Rollout['plan']['margins'];
  /** The new release's part of the calls in the step that it is in, or was in when it ended. */
  readonly percentage: number;
  readonly stepAt: string;
  readonly deployment: number;
  readonly actor: string;
  readonly message: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly decisions: readonly DecisionView[];
}

/** `GET …/rollout`, and the answer of every change */
export interface RolloutStatusView extends RolloutView {
  readonly health: Health | null;
  readonly waitingFor: readonly Waiting[];
}

const changes = [
  { change: 'pause', operation: pauseRollout },
  { change: 'resume', operation: resumeRollout },
  { change: 'promote', operation: promoteRollout },
  { change: 'abort', operation: abortRollout },
] as const;

export function rolloutRoutes({ rollouts, store }: RolloutRouteParts): Route[] {
  return [
    route(startRollout, async (ctx, params, { body }) => {
      const expected = expectedDeployment(ctx);
      const { release, message, ...asked } = await body();
      const { steps, samples, margins, timeoutSeconds } = asked;
      const timeoutMs = timeoutSeconds === undefined ? undefined : timeoutSeconds * 1_000;
      const plan = { steps, holdMs: asked.holdSeconds * 1_000, samples, timeoutMs, margins };
      const status = await rollouts.start({ plugin: idOf(params), release, plan, message, expected, actor: ctx.state['actor'] });
      answer(ctx, status);
      ctx.status = 201;
    }),
    route(getRollout, async (ctx, params) => {
      const { release, deployment } = await livePlugin(store, params);
      answer(ctx, await rollouts.status(release.plugin), deployment.number);
    }),
    route(listRollouts, async (ctx, params, { query }) => {
      const { release, deployment } = await livePlugin(store, params);
      tag(ctx, deployment.number);
      const { rows, next } = pageOf('listRollouts', await store.rollouts(release.plugin), ({ number }) => number, query);
      ctx.body = { plugin: release.plugin, rollouts: rows.map(rolloutView), next };
    }),
    ...changes.map(({ change, operation }) =>
      route(operation, async (ctx, params, { body }) => {
        const expected = expectedDeployment(ctx);
        const { message } = await body();
        const { plugin } = (await livePlugin(store, params)).release;
        answer(ctx, await rollouts[change]({ plugin, message, expected, actor: ctx.state['actor'] }));
      }),
    ),
  ];
}

/** @param live the number of the deployment that is */
function answer(ctx: Parameters<typeof tag>[0], { rollout, health, waiting }: RolloutStatus, live = rollout.deployment): void {
  tag(ctx, live);
  const view: RolloutStatusView = { ...rolloutView(rollout), health: health ?? null, waitingFor: waiting };
  ctx.body = { plugin: rollout.plugin, rollout: view };
}

function rolloutView(rollout: Rollout): RolloutView {
  const { number, state, release, base, plan, deployment, actor, message, endedAt } = rollout;
  const { steps, samples, margins } = plan;
  return {
    ...{ number, state, release, base, steps, holdSeconds: plan.holdMs / 1_000, samples },
    ...{ timeoutSeconds: plan.timeoutMs === undefined ? null : plan.timeoutMs / 1_000, margins, percentage: percentageOf(rollout) },
    ...{ stepAt: time(rollout.stepAt), deployment, actor, message, startedAt: time(rollout.startedAt) },
    endedAt: endedAt === undefined ? null : time(endedAt),
    decisions: rollout.decisions.map(({ kind, at, percentage, health, ...rest }) => ({
      ...{ decision: kind, at: time(at), ...rest, percentage: percentage ?? null, health: health ?? null },
    })),
  };
}

const time = (ms: number): string => new Date(ms).toISOString();

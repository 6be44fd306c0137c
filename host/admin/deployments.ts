/** The deployment routes of the admin API: which releases serve which part of a plugin's calls, what did before, and going back. */

import { z } from 'zod';
import type { PluginId } from '../../loader/plugin-id.ts';
import type { Deploying } from '../release/deployer.ts';
import type { Publisher } from '../release/publisher.ts';
import type { Cause, Deployment, Share, Store } from '../store/store.ts';
import { readJson } from './body.ts';
import { expectedDeployment, tag } from './if-match.ts';
import { handoverOf, idOf, livePlugin } from './plugins.ts';
import type { Route } from './route.ts';
import { messageSchema, parseBody } from './schema.ts';

export interface DeploymentRouteParts {
  readonly publisher: Pick<Publisher, 'deploy' | 'rollback'>;
  readonly store: Pick<Store, 'plugin' | 'deployments'>;
  /** Ends the streams that go on on the release of the plugin that was replaced last. */
  readonly evict: (plugin: PluginId) => void;
}

/** An item of `GET …/deployments`, the newest first. */
export interface DeploymentView {
  readonly number: number;
  readonly releases: readonly Share[];
  readonly createdAt: string;
  readonly actor: string;
  readonly cause: Cause;
  readonly message: string;
  /** The deployment that was live before; `null` where there was none. */
  readonly replaced: number | null;
}

const number = z
  .int()
  .min(1)
  .max(2 ** 31);

/** The body of a deployment. What the numbers must add up to is checked where deployments are made. */
export const deploymentSchema = z.strictObject({
  releases: z.array(z.strictObject({ number, percentage: z.number() })),
  message: messageSchema,
});

/** The body of a rollback. */
export const rollbackSchema = z.strictObject({ to: number.optional(), message: messageSchema });

export function deploymentRoutes({ publisher, store, evict }: DeploymentRouteParts): Route[] {
  const one = '/v1/plugins/:domain/:group/:name';
  return [
    {
      ...{ method: 'GET', pattern: `${one}/deployments`, access: 'read', of: 'plugin', query: [] },
      async handle(ctx, params) {
        const { release, deployment } = await livePlugin(store, params);
        tag(ctx, deployment.number);
        ctx.body = { plugin: release.plugin, deployments: (await store.deployments(release.plugin)).map(deploymentView) };
      },
    },
    {
      ...{ method: 'POST', pattern: `${one}/deployments`, access: 'deploy', of: 'plugin', query: ['handover'] },
      async handle(ctx, params) {
        const handover = handoverOf(ctx);
        const expected = expectedDeployment(ctx);
        const { releases: shares, message } = parseBody(deploymentSchema, await readJson(ctx.req), 'a deployment');
        const done = await publisher.deploy({ plugin: idOf(params), shares, handover, message, expected, actor: ctx.state['actor'] });
        answer(ctx, done);
      },
    },
    {
      ...{ method: 'POST', pattern: `${one}/rollback`, access: 'deploy', of: 'plugin', query: ['handover'] },
      async handle(ctx, params) {
        const handover = handoverOf(ctx);
        const expected = expectedDeployment(ctx);
        const { to, message } = parseBody(rollbackSchema, await readJson(ctx.req), 'a rollback');
        const done = await publisher.rollback({ plugin: idOf(params), to, handover, message, expected, actor: ctx.state['actor'] });
        answer(ctx, done);
      },
    },
    {
      ...{ method: 'POST', pattern: `${one}/evict`, access: 'deploy', of: 'plugin', query: [] },
      async handle(ctx, params) {
        evict((await livePlugin(store, params)).release.plugin);
        ctx.status = 204;
      },
    },
  ];
}

function answer(ctx: Parameters<typeof tag>[0], { plugin, deployment, created }: Deploying): void {
  tag(ctx, deployment.number);
  ctx.status = created ? 201 : 200;
  ctx.body = { plugin, deployment: deploymentView(deployment) };
}

export function deploymentView({ number, releases, createdAt, actor, cause, message, replaced }: Deployment): DeploymentView {
  return { number, releases, createdAt: new Date(createdAt).toISOString(), actor, cause, message, replaced: replaced ?? null };
}

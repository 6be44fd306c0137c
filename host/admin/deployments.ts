/** The deployment routes of the admin API: which releases serve which part of a plugin's calls, what did before, and going back. */

import type { PluginId } from '../../loader/plugin-id.ts';
import { deploy, evict as evictStreams, listDeployments, rollBack } from '../api/operations/deployments.ts';
import type { Deploying } from '../release/deployer.ts';
import type { Publisher } from '../release/publisher.ts';
import { checkExpected } from '../store/expected.ts';
import type { Cause, Deployment, Share, Store } from '../store/store.ts';
import { expectedDeployment, tag } from './if-match.ts';
import { pageOf } from './page.ts';
import { idOf, livePlugin } from './plugins.ts';
import { type Route, route } from './route.ts';

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

export function deploymentRoutes({ publisher, store, evict }: DeploymentRouteParts): Route[] {
  return [
    route(listDeployments, async (ctx, params, { query }) => {
      const { release, deployment } = await livePlugin(store, params);
      tag(ctx, deployment.number);
      const { rows, next } = pageOf('listDeployments', await store.deployments(release.plugin), ({ number }) => number, query);
      ctx.body = { plugin: release.plugin, deployments: rows.map(deploymentView), next };
    }),
    route(deploy, async (ctx, params, { query: { handover }, body }) => {
      const expected = expectedDeployment(ctx);
      const { releases: shares, message } = await body();
      const done = await publisher.deploy({ plugin: idOf(params), shares, handover, message, expected, actor: ctx.state['actor'] });
      answer(ctx, done);
    }),
    route(rollBack, async (ctx, params, { query: { handover }, body }) => {
      const expected = expectedDeployment(ctx);
      const { to, message } = await body();
      const done = await publisher.rollback({ plugin: idOf(params), to, handover, message, expected, actor: ctx.state['actor'] });
      answer(ctx, done);
    }),
    route(evictStreams, async (ctx, params) => {
      const expected = expectedDeployment(ctx);
      const { release, deployment } = await livePlugin(store, params);
      checkExpected(deployment.number, expected);
      evict(release.plugin);
      ctx.status = 204;
    }),
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

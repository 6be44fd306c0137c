/** The plugin routes of the admin API: push, list, read, remove. */

import type { Context } from 'koa';
import { NboxError, placed } from '../../guards/errors.ts';
import type { Manifest } from '../../loader/manifest.ts';
import { type PluginId, parsePluginId, pluginId } from '../../loader/plugin-id.ts';
import { extractManifest, readSource } from '../../loader/source.ts';
import type { Brought } from '../api/bodies/pushes.ts';
import { getPlugin, listPlugins, pushPlugin, pushPlugins, removePlugin } from '../api/operations/plugins.ts';
import type { Publisher } from '../release/publisher.ts';
import type { Published, PublishRequest } from '../release/push.ts';
import type { LiveRelease } from '../release/release.ts';
import type { LivePlugin, Share, Store } from '../store/store.ts';
import { checkReach, principalOf, within } from './access.ts';
import { noteChange } from './audited.ts';
import { expectedDeployment, tag } from './if-match.ts';
import { pageOf } from './page.ts';
import { type Params, type Route, route } from './route.ts';

export interface PluginRouteParts {
  readonly publisher: Pick<Publisher, 'publish' | 'publishAll' | 'remove'>;
  readonly store: Pick<Store, 'live' | 'plugin'>;
}

/** An item of `GET /v1/plugins`. Times are ISO 8601 in UTC. */
export interface PluginView {
  readonly plugin: PluginId;
  readonly owner: string;
  readonly description: string;
  readonly release: { readonly number: number; readonly hash: string; readonly createdAt: string };
  readonly deployment: {
    readonly number: number;
    readonly createdAt: string;
    readonly actor: string;
    readonly releases: readonly Share[];
  };
  readonly interfaces: readonly string[];
}

/** `GET /v1/plugins/:domain/:group/:name` */
export interface PluginDetailView extends PluginView {
  readonly manifest: Manifest;
}

export function pluginRoutes({ publisher, store }: PluginRouteParts): Route[] {
  return [
    route(pushPlugin, async (ctx, params, { query, body }) => {
      const plugin = idOf(params);
      const expected = expectedDeployment(ctx);
      const { message, ...push } = await body();
      const published = await publisher.publish({
        ...{ plugin, ...query, tests: testsOf(query.tests), expected, message, actor: ctx.state['actor'], key: keyOf(ctx) },
        ...contentOf(push),
      });
      answerPush(ctx, published);
    }),
    route(pushPlugins, async (ctx, _, { query, body }) => {
      const key = keyOf(ctx);
      const { plugins, message } = await body();
      const principal = principalOf(ctx);
      const requests = plugins.map(({ plugin: id, ...push }, i): PublishRequest => {
        try {
          const plugin = parsePluginId(id);
          checkReach(principal, plugin);
          return {
            ...{ plugin, ...contentOf(push), ...query, tests: testsOf(query.tests) },
            ...{ message, key, actor: ctx.state['actor'] },
          };
        } catch (error) {
          throw placed(error, `/plugins/${i}`);
        }
      });
      const twice = requests.findIndex(({ plugin }, i) => requests.findIndex((one) => one.plugin === plugin) < i);
      if (twice >= 0) {
        throw new NboxError('invalid_body', { detail: 'A plugin is in it twice', pointer: `/plugins/${twice}/plugin` });
      }
      const published = await publisher.publishAll(requests);
      for (const { plugin, release, deployment } of published) noteChange(ctx, { plugin, after: { deployment, release: release.number } });
      if (published.some(({ repeated }) => repeated === true)) ctx.set('idempotency-replayed', 'true');
      ctx.status = published.some(({ created }) => created) ? 201 : 200;
      ctx.body = { plugins: published.map(({ repeated: _, ...one }) => one) };
    }),
    route(listPlugins, async (ctx, _, { query }) => {
      const isVisible = within(ctx);
      const seen = (await store.live()).filter(({ release }) => isVisible(release.plugin));
      const { rows, next } = pageOf('listPlugins', seen, ({ release }) => release.plugin, query);
      ctx.body = { plugins: rows.map(view), next };
    }),
    route(getPlugin, async (ctx, params) => {
      const live = await livePlugin(store, params);
      tag(ctx, live.deployment.number);
      ctx.body = { ...view(live), manifest: live.release.manifest } satisfies PluginDetailView;
    }),
    route(removePlugin, async (ctx, params) => {
      await publisher.remove(idOf(params), ctx.state['actor'], expectedDeployment(ctx));
      ctx.status = 204;
    }),
  ];
}

export function answerPush(ctx: Context, { created, repeated, ...published }: Published): void {
  tag(ctx, published.deployment);
  if (repeated === true) ctx.set('idempotency-replayed', 'true');
  ctx.status = created ? 201 : 200;
  ctx.body = published;
}

/** @throws NboxError `invalid_plugin_id` */
export function idOf(params: Params): PluginId {
  return pluginId(params['domain'] ?? '', params['group'] ?? '', params['name'] ?? '');
}

/** @throws NboxError `invalid_plugin_id`, `no_such_plugin` */
export async function livePlugin(store: Pick<Store, 'plugin'>, params: Params): Promise<LivePlugin> {
  const plugin = idOf(params);
  const live = await store.plugin(plugin);
  if (live === undefined) throw new NboxError('no_such_plugin', `There is no plugin ${plugin}`);
  return live;
}

/** What calls of the plugin run on now. @throws NboxError `invalid_plugin_id`, `no_such_plugin` */
export function liveRelease(find: (plugin: string) => LiveRelease | undefined, params: Params): LiveRelease {
  const plugin = idOf(params);
  const live = find(plugin);
  if (live === undefined) throw new NboxError('no_such_plugin', `There is no plugin ${plugin}`);
  return live;
}

/** What of a push's parameters others than the operations have words for. */
export function testsOf(tests: 'run' | 'skip'): PublishRequest['tests'] {
  return tests === 'skip' ? tests : undefined;
}

/** @throws NboxError `bad_request` */
export function keyOf(ctx: Context): string | undefined {
  const key = ctx.req.headers['idempotency-key'] as string | undefined;
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new NboxError('bad_request', 'Idempotency-Key may be 1 to 255 visible characters of ASCII, such as a UUID');
}

/** @throws NboxError `invalid_source`, `source_too_large`, `invalid_body` */
export function contentOf(push: Brought): Pick<PublishRequest, 'files' | 'manifest'> {
  const files = readSource(sourceOf(push));
  if (push.manifest === undefined) return { files };
  if (extractManifest(files) === undefined) return { files, manifest: push.manifest };
  const detail = 'The files have a manifest of their own; send one or the other';
  throw new NboxError('invalid_body', { detail, pointer: '/manifest' });
}

function sourceOf(body: Brought): { source: string } | { files: Record<string, string> } {
  return body.source === undefined ? { files: body.files as Record<string, string> } : { source: body.source };
}

function view({ release, deployment, interfaces }: LivePlugin): PluginView {
  const { plugin, number, hash, createdAt, manifest } = release;
  return {
    plugin,
    owner: manifest.owner,
    description: manifest.description,
    release: { number, hash, createdAt: new Date(createdAt).toISOString() },
    deployment: {
      ...{ number: deployment.number, createdAt: new Date(deployment.createdAt).toISOString(), actor: deployment.actor },
      releases: deployment.releases,
    },
    interfaces,
  };
}

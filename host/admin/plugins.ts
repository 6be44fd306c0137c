/** The plugin routes of the admin API: push, list, read, remove. */

import type { Context } from 'koa';
import { z } from 'zod';
import { NboxError, placed } from '../../guards/errors.ts';
import type { Manifest } from '../../loader/manifest.ts';
import { type PluginId, parsePluginId, pluginId } from '../../loader/plugin-id.ts';
import { extractManifest, readSource } from '../../loader/source.ts';
import type { HandOverMode } from '../release/hand-over.ts';
import type { Publisher } from '../release/publisher.ts';
import type { Published, PublishRequest } from '../release/push.ts';
import type { LiveRelease } from '../release/release.ts';
import type { LivePlugin, Share, Store } from '../store/store.ts';
import { checkReach, principalOf, within } from './access.ts';
import { noteChange } from './audited.ts';
import { readJson } from './body.ts';
import { expectedDeployment, tag } from './if-match.ts';
import type { Params, Route } from './route.ts';
import { messageSchema, parseBody } from './schema.ts';

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

/** In one transaction. */
const mostInBulk = 100;

const plainObject = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
);

/** Own keys by hand: `z.record` drops a file that is called `__proto__` without a word. */
const filesSchema = plainObject.superRefine((files, issues) => {
  for (const [name, text] of Object.entries(files)) {
    if (typeof text !== 'string') issues.addIssue({ code: 'custom', path: [name], message: 'a file must be a string' });
  }
});

/** What is inside `manifest` and `files` is checked by their own parsers. */
export const pushFields = { source: z.string().optional(), files: filesSchema.optional(), manifest: plainObject.optional() };
export const hasOneSource = (body: { source?: unknown; files?: unknown }) => (body.source === undefined) !== (body.files === undefined);
export const oneSource = 'Either "source" or "files" is needed, and not both';

/** The body of a push. */
export const pushSchema = z.strictObject({ ...pushFields, message: messageSchema }).refine(hasOneSource, oneSource);

/** The body of a push of several plugins. */
export const bulkSchema = z.strictObject({
  plugins: z
    .array(z.strictObject({ plugin: z.string(), ...pushFields }).refine(hasOneSource, oneSource))
    .min(1)
    .max(mostInBulk),
  message: messageSchema,
});

type Push = Omit<z.infer<typeof pushSchema>, 'message'>;

export function pluginRoutes({ publisher, store }: PluginRouteParts): Route[] {
  const one = '/v1/plugins/:domain/:group/:name';
  return [
    {
      ...{ method: 'PUT', pattern: one, access: 'deploy', of: 'plugin', query: ['typecheck', 'tests', 'percentage', 'handover', 'accept'] },
      async handle(ctx, params) {
        const plugin = idOf(params);
        const typecheck = typecheckOf(ctx);
        const percentage = percentageOf(ctx);
        const tests = testsOf(ctx);
        const handover = handoverOf(ctx);
        const accept = acceptOf(ctx);
        const expected = expectedDeployment(ctx);
        const body = parseBody(pushSchema, await readJson(ctx.req), 'a push: there are source, files, manifest and message');
        const published = await publisher.publish({
          ...{
            plugin,
            typecheck,
            tests,
            percentage,
            handover,
            accept,
            expected,
            message: body.message,
            actor: ctx.state['actor'],
            key: keyOf(ctx),
          },
          ...contentOf(body),
        });
        answerPush(ctx, published);
      },
    },
    {
      ...{ method: 'POST', pattern: '/v1/plugins', access: 'deploy', of: 'reach', query: ['typecheck', 'tests', 'handover', 'accept'] },
      async handle(ctx) {
        const typecheck = typecheckOf(ctx);
        const tests = testsOf(ctx);
        const handover = handoverOf(ctx);
        const accept = acceptOf(ctx);
        const key = keyOf(ctx);
        const { plugins, message } = parseBody(bulkSchema, await readJson(ctx.req), 'a push of several plugins');
        const principal = principalOf(ctx);
        const requests = plugins.map(({ plugin: id, ...push }, i): PublishRequest => {
          try {
            const plugin = parsePluginId(id);
            checkReach(principal, plugin);
            return {
              plugin,
              ...contentOf(push),
              typecheck,
              tests,
              handover,
              accept,
              message,
              key,
              actor: ctx.state['actor'],
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
        for (const { plugin, release, deployment } of published)
          noteChange(ctx, { plugin, after: { deployment, release: release.number } });
        if (published.some(({ repeated }) => repeated === true)) ctx.set('idempotency-replayed', 'true');
        ctx.status = published.some(({ created }) => created) ? 201 : 200;
        ctx.body = { plugins: published.map(({ repeated: _, ...one }) => one) };
      },
    },
    {
      ...{ method: 'GET', pattern: '/v1/plugins', access: 'read', of: 'reach', query: [] },
      async handle(ctx) {
        const isVisible = within(ctx);
        ctx.body = { plugins: (await store.live()).filter(({ release }) => isVisible(release.plugin)).map(view) };
      },
    },
    {
      ...{ method: 'GET', pattern: one, access: 'read', of: 'plugin', query: [] },
      async handle(ctx, params) {
        const live = await livePlugin(store, params);
        tag(ctx, live.deployment.number);
        ctx.body = { ...view(live), manifest: live.release.manifest } satisfies PluginDetailView;
      },
    },
    {
      ...{ method: 'DELETE', pattern: one, access: 'admin', of: 'plugin', query: [] },
      async handle(ctx, params) {
        await publisher.remove(idOf(params), ctx.state['actor'], expectedDeployment(ctx));
        ctx.status = 204;
      },
    },
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

export function typecheckOf(ctx: Context): PublishRequest['typecheck'] {
  const value = new URLSearchParams(ctx.querystring).get('typecheck') ?? 'strict';
  if (value !== 'strict' && value !== 'warn') {
    throw new NboxError('invalid_query', `typecheck is ${JSON.stringify(value.slice(0, 80))}; it may be strict or warn`);
  }
  return value;
}

export function testsOf(ctx: Context): PublishRequest['tests'] {
  const value = new URLSearchParams(ctx.querystring).get('tests') ?? 'run';
  if (value !== 'run' && value !== 'skip') {
    throw new NboxError('invalid_query', `tests is ${JSON.stringify(value.slice(0, 80))}; it may be run or skip`);
  }
  return value === 'skip' ? value : undefined;
}

/** Whether the plugin's state is carried over. @throws NboxError `invalid_query` */
export function handoverOf(ctx: Context): HandOverMode {
  const value = new URLSearchParams(ctx.querystring).get('handover') ?? 'carry';
  if (value === 'carry' || value === 'skip') return value;
  throw new NboxError('invalid_query', `handover is ${JSON.stringify(value.slice(0, 80))}; it may be carry or skip`);
}

/** Gates whose findings the pusher knows of. */
const acceptable = ['replay'];

export function acceptOf(ctx: Context): readonly string[] {
  const value = new URLSearchParams(ctx.querystring).get('accept');
  const names = value === null ? [] : value.split(',');
  const strange = names.find((name) => !acceptable.includes(name));
  if (strange === undefined) return names;
  throw new NboxError('invalid_query', `accept has ${JSON.stringify(strange.slice(0, 80))}; there is ${acceptable.join(', ')}`);
}

/** @throws NboxError `bad_request` */
export function keyOf(ctx: Context): string | undefined {
  const key = ctx.req.headers['idempotency-key'] as string | undefined;
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new NboxError('bad_request', 'Idempotency-Key may be 1 to 255 visible characters of ASCII, such as a UUID');
}

export function percentageOf(ctx: Context): number {
  const value = new URLSearchParams(ctx.querystring).get('percentage') ?? '100';
  if (!/^\d{1,3}(\.\d{1,2})?$/.test(value)) {
    throw new NboxError(
      'invalid_query',
      `percentage is ${JSON.stringify(value.slice(0, 80))}; it may be a number from 0 to 100 in hundredths`,
    );
  }
  return Number(value);
}

/** @throws NboxError `invalid_source`, `source_too_large`, `invalid_body` */
export function contentOf(push: Push): Pick<PublishRequest, 'files' | 'manifest'> {
  const files = readSource(sourceOf(push));
  if (push.manifest === undefined) return { files };
  if (extractManifest(files) === undefined) return { files, manifest: push.manifest };
  const detail = 'The files have a manifest of their own; send one or the other';
  throw new NboxError('invalid_body', { detail, pointer: '/manifest' });
}

function sourceOf(body: Push): { source: string } | { files: Record<string, string> } {
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

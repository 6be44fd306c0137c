/** The preview routes of the admin API: a draft that is called under its own address, what becomes of it, and publishing it as it is. */

import { z } from 'zod';
import type { BreakerView } from '../../guards/breaker.ts';
import type { Diagnostic } from '../../guards/errors.ts';
import type { Manifest } from '../../loader/manifest.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import type { UsageSnapshot } from '../meter/totals.ts';
import { previewPath } from '../preview/address.ts';
import { type Preview, ttlBounds } from '../preview/preview.ts';
import type { Previews } from '../preview/previews.ts';
import type { PreviewUsage } from '../preview/usage.ts';
import type { Publisher } from '../release/publisher.ts';
import type { GateReports, LiveRelease } from '../release/release.ts';
import { readJson } from './body.ts';
import { expectedDeployment } from './if-match.ts';
import { type Calls, invoke } from './invocations.ts';
import {
  acceptOf,
  answerPush,
  contentOf,
  handoverOf,
  hasOneSource,
  idOf,
  keyOf,
  oneSource,
  percentageOf,
  pushFields,
  testsOf,
  typecheckOf,
} from './plugins.ts';
import { type PreviewRequestParts, requestPreview } from './preview-requests.ts';
import type { Params, Route } from './route.ts';
import { messageSchema, parseBody } from './schema.ts';

export interface PreviewRouteParts {
  readonly previews: Pick<Previews, 'create' | 'of' | 'list' | 'delete'>;
  readonly previewUsage: Pick<PreviewUsage, 'snapshot'>;
  readonly publisher: Pick<Publisher, 'publish'>;
  readonly calls: Omit<Calls, 'find'>;
  readonly breaker: (live: LiveRelease) => BreakerView;
  readonly frames: PreviewRequestParts['frames'];
  readonly logs: PreviewRequestParts['logs'];
}

/** An item of `GET …/previews`, the newest first. Times are ISO 8601 in UTC. */
export interface PreviewView {
  readonly id: string;
  /** Relative to where traffic goes. */
  readonly url: string;
  readonly hash: string;
  readonly interfaces: readonly string[];
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly actor: string;
  readonly message: string;
}

/** `GET …/previews/:id` */
export interface PreviewDetailView extends PreviewView {
  readonly plugin: PluginId;
  readonly manifest: Manifest;
  readonly diagnostics: readonly Diagnostic[];
  readonly gates: GateReports;
  readonly usage: Omit<UsageSnapshot, 'plugin'>;
  readonly breaker: BreakerView;
}

const ttl = z.int().min(ttlBounds.least).max(ttlBounds.most).default(ttlBounds.default);

/** The body of a preview: that of a push, and for how long. */
export const previewSchema = z.strictObject({ ...pushFields, message: messageSchema, ttlSeconds: ttl }).refine(hasOneSource, oneSource);

/** The body of publishing one. */
export const publishSchema = z.strictObject({ message: messageSchema });

export function previewRoutes({ previews, previewUsage, publisher, calls, breaker, frames, logs }: PreviewRouteParts): Route[] {
  const all = '/v1/plugins/:domain/:group/:name/previews';
  const one = `${all}/:id`;
  const find = (params: Params) => previews.of(idOf(params), params['id'] ?? '');
  return [
    {
      ...{ method: 'POST', pattern: all, access: 'deploy', of: 'plugin', query: ['typecheck', 'tests', 'accept'] },
      async handle(ctx, params) {
        const plugin = idOf(params);
        const typecheck = typecheckOf(ctx);
        const tests = testsOf(ctx);
        const accept = acceptOf(ctx);
        const what = 'a preview: there are source, files, manifest, message and ttlSeconds';
        const { message, ttlSeconds, ...push } = parseBody(previewSchema, await readJson(ctx.req), what);
        const { preview, token, timings } = await previews.create({
          ...{ plugin, typecheck, tests, accept, message, actor: ctx.state['actor'], ttlMs: ttlSeconds * 1_000 },
          ...contentOf(push),
        });
        const { diagnostics, interfaces, gates } = preview;
        ctx.status = 201;
        ctx.body = { plugin, preview: { ...view(preview), token }, diagnostics, timings, interfaces, gates };
      },
    },
    {
      ...{ method: 'GET', pattern: all, access: 'read', of: 'plugin', query: [] },
      handle(ctx, params) {
        const plugin = idOf(params);
        ctx.body = { plugin, previews: previews.list(plugin).map(view) };
      },
    },
    {
      ...{ method: 'GET', pattern: one, access: 'read', of: 'plugin', query: [] },
      handle(ctx, params) {
        const preview = find(params);
        const { plugin, live, diagnostics, gates } = preview;
        const detail: PreviewDetailView = {
          ...{ plugin, ...view(preview), manifest: live.release.manifest, diagnostics, gates },
          ...{ usage: previewUsage.snapshot(preview.id), breaker: breaker(live) },
        };
        ctx.body = detail;
      },
    },
    {
      ...{ method: 'DELETE', pattern: one, access: 'deploy', of: 'plugin', query: [] },
      handle(ctx, params) {
        previews.delete(idOf(params), params['id'] ?? '');
        ctx.status = 204;
      },
    },
    {
      ...{ method: 'POST', pattern: `${one}/invocations`, access: 'deploy', of: 'plugin', isKept: false, query: [] },
      handle: (ctx, params) => invoke(ctx, calls, () => find(params).live),
    },
    {
      ...{ method: 'POST', pattern: `${one}/requests`, access: 'deploy', of: 'plugin', isKept: false, query: [] },
      handle: (ctx, params) => requestPreview(ctx, { calls, frames, logs }, () => find(params).live),
    },
    {
      ...{
        method: 'POST',
        pattern: `${one}/publish`,
        access: 'deploy',
        of: 'plugin',
        query: ['percentage', 'handover', 'tests', 'accept'],
      },
      async handle(ctx, params) {
        // Before the body is read, in whose time it may end.
        const { plugin, content, message: before } = find(params);
        const percentage = percentageOf(ctx);
        const handover = handoverOf(ctx);
        const tests = testsOf(ctx);
        const accept = acceptOf(ctx);
        const expected = expectedDeployment(ctx);
        const { message } = parseBody(publishSchema, await readJson(ctx.req), 'publishing a preview');
        const published = await publisher.publish({
          ...{
            plugin,
            ...content,
            percentage,
            handover,
            tests,
            accept,
            expected,
            message: message || before,
            actor: ctx.state['actor'],
            key: keyOf(ctx),
          },
        });
        answerPush(ctx, published);
      },
    },
  ];
}

function view({ id, live, interfaces, createdAt, expiresAt, actor, message }: Preview): PreviewView {
  return {
    ...{ id, url: `${previewPath(id)}/`, hash: live.release.hash, interfaces, actor, message },
    ...{ createdAt: new Date(createdAt).toISOString(), expiresAt: new Date(expiresAt).toISOString() },
  };
}

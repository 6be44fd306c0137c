/** The preview routes of the admin API: a draft that is called under its own address, what becomes of it, and publishing it as it is. */

import type { BreakerView } from '../../guards/breaker.ts';
import type { Diagnostic } from '../../guards/errors.ts';
import type { Manifest } from '../../loader/manifest.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import { requestPreview } from '../api/operations/preview-requests.ts';
import { endPreview, getPreview, invokePreview, listPreviews, makePreview, publishPreview } from '../api/operations/previews.ts';
import type { UsageSnapshot } from '../meter/totals.ts';
import { previewPath } from '../preview/address.ts';
import type { Preview } from '../preview/preview.ts';
import type { Previews } from '../preview/previews.ts';
import type { PreviewUsage } from '../preview/usage.ts';
import type { Publisher } from '../release/publisher.ts';
import type { GateReports, LiveRelease } from '../release/release.ts';
import { expectedDeployment } from './if-match.ts';
import { type Calls, invoke } from './invocations.ts';
import { answerPush, contentOf, idOf, keyOf, testsOf } from './plugins.ts';
import { type PreviewRequestParts, sendRequest } from './preview-requests.ts';
import { type Params, type Route, route } from './route.ts';

export interface PreviewRouteParts {
  readonly previews: Pick<Previews, 'create' | 'of' | 'list' | 'delete'>;
  readonly previewUsage: Pick<PreviewUsage, 'snapshot'>;
  readonly publisher: Pick<Publisher, 'publish'>;
  readonly calls: Omit<Calls, 'find'>;
  readonly frames: PreviewRequestParts['frames'];
  readonly logs: PreviewRequestParts['logs'];
  readonly breaker: (live: LiveRelease) => BreakerView;
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

export function previewRoutes({ previews, previewUsage, publisher, calls, breaker, frames, logs }: PreviewRouteParts): Route[] {
  const find = (params: Params) => previews.of(idOf(params), params['id'] ?? '');
  return [
    route(makePreview, async (ctx, params, { query, body }) => {
      const plugin = idOf(params);
      const { message, ttlSeconds, ...push } = await body();
      const { preview, token, timings } = await previews.create({
        ...{ plugin, ...query, tests: testsOf(query.tests), message, actor: ctx.state['actor'], ttlMs: ttlSeconds * 1_000 },
        ...contentOf(push),
      });
      const { diagnostics, interfaces, gates } = preview;
      ctx.status = 201;
      ctx.body = { plugin, preview: { ...view(preview), token }, diagnostics, timings, interfaces, gates };
    }),
    route(listPreviews, (ctx, params) => {
      const plugin = idOf(params);
      ctx.body = { plugin, previews: previews.list(plugin).map(view) };
    }),
    route(getPreview, (ctx, params) => {
      const preview = find(params);
      const { plugin, live, diagnostics, gates } = preview;
      const detail: PreviewDetailView = {
        ...{ plugin, ...view(preview), manifest: live.release.manifest, diagnostics, gates },
        ...{ usage: previewUsage.snapshot(preview.id), breaker: breaker(live) },
      };
      ctx.body = detail;
    }),
    route(endPreview, (ctx, params) => {
      previews.delete(idOf(params), params['id'] ?? '');
      ctx.status = 204;
    }),
    route(requestPreview, (ctx, params, { body }) => sendRequest(ctx, body, { calls, frames, logs }, () => find(params).live)),
    route(invokePreview, (ctx, params, { body }) => invoke(ctx, body, calls, () => find(params).live)),
    route(publishPreview, async (ctx, params, { query, body }) => {
      // Before the body is read, in whose time it may end.
      const { plugin, content, message: before } = find(params);
      const expected = expectedDeployment(ctx);
      const { message } = await body();
      const published = await publisher.publish({
        ...{ plugin, ...content, ...query, tests: testsOf(query.tests), expected },
        ...{ message: message || before, actor: ctx.state['actor'], key: keyOf(ctx) },
      });
      answerPush(ctx, published);
    }),
  ];
}

function view({ id, live, interfaces, createdAt, expiresAt, actor, message }: Preview): PreviewView {
  return {
    ...{ id, url: `${previewPath(id)}/`, hash: live.release.hash, interfaces, actor, message },
    ...{ createdAt: new Date(createdAt).toISOString(), expiresAt: new Date(expiresAt).toISOString() },
  };
}

/** The routes of failures: calls that failed of late, keeping one, and running one again. */

import type { SourcePosition } from '../../guards/errors.ts';
import { NboxError } from '../../guards/errors.ts';
import { dropFailure, getCapsule, keepFailure, listFailures, replayFailure } from '../api/operations/failures.ts';
import { readReplyHead } from '../ingress/reply-head.ts';
import type { FailureInfo, FailureSummary } from '../recording/capsule.ts';
import type { CapsuleReplay, Capsules, On } from '../recording/capsules.ts';
import { contentOf, idOf } from './plugins.ts';
import { type Route, route } from './route.ts';

export interface FailureRouteParts {
  readonly capsules: Pick<Capsules, 'list' | 'get' | 'keep' | 'drop' | 'replay'>;
}

/** An item of `GET …/failures`. Times are ISO 8601 in UTC. */
export interface FailureView extends Omit<FailureSummary, 'at'> {
  readonly id: string;
  readonly release: number;
  readonly at: string;
  readonly kept: { readonly at: string; readonly actor: string; readonly message: string } | null;
}

/** `POST …/replays` */
export interface ReplayView {
  /** On which release; `null` of a source. */
  readonly release: number | null;
  readonly outcome: string;
  readonly detail: string | null;
  readonly position: SourcePosition | null;
  /** Whether it failed by the same error at the same place. */
  readonly same: boolean;
  /** What it answered; `null` where it failed. `body` in base64 where it is no text. */
  readonly reply: { readonly status: number; readonly headers: readonly string[]; readonly body: string; readonly base64: boolean } | null;
  readonly cost: { readonly cpuUs: number; readonly steps: number; readonly memoryBytes: number };
  readonly missed: readonly string[];
  readonly loose: number;
}

/** Of a reply's body, in characters. */
const mostShown = 65_536;

export function failureRoutes({ capsules }: FailureRouteParts): Route[] {
  return [
    route(listFailures, async (ctx, params) => {
      const plugin = idOf(params);
      ctx.body = { plugin, failures: (await capsules.list(plugin)).map(view) };
    }),
    route(getCapsule, async (ctx, params) => {
      ctx.body = await capsules.get(idOf(params), params['id'] ?? '');
    }),
    route(keepFailure, async (ctx, params, { body }) => {
      const { message } = await body();
      ctx.status = 201;
      ctx.body = view(await capsules.keep(idOf(params), params['id'] ?? '', ctx.state['actor'], message));
    }),
    route(dropFailure, async (ctx, params) => {
      await capsules.drop(idOf(params), params['id'] ?? '');
      ctx.status = 204;
    }),
    route(replayFailure, async (ctx, params, { body }) => {
      const plugin = idOf(params);
      const { failure, capsule, release, ...push } = await body();
      if (capsule !== undefined && capsule.plugin !== plugin) {
        throw new NboxError('invalid_body', { detail: `The capsule is of ${capsule.plugin}`, pointer: '/capsule/plugin' });
      }
      const found = capsule ?? (await capsules.get(plugin, failure as string));
      const isSource = push.source !== undefined || push.files !== undefined;
      const on: On = isSource ? { manifest: undefined, ...contentOf(push) } : release === undefined ? undefined : { release };
      ctx.body = replayView(await capsules.replay(found, on, ctx.state['actor']));
    }),
  ];
}

function view({ id, release, summary, kept }: FailureInfo): FailureView {
  return {
    ...{ id, release, ...summary, at: new Date(summary.at).toISOString() },
    kept: kept === undefined ? null : { ...kept, at: new Date(kept.at).toISOString() },
  };
}

function replayView({ replayed, release, isSame }: CapsuleReplay): ReplayView {
  const { outcome, detail = null, position = null, head, body, bodyBytes, spent, missed, loose } = replayed;
  const { cpuUs, steps, memoryBytes } = spent;
  return {
    ...{ release: release ?? null, outcome, detail, position, same: isSame },
    reply: outcome === 'ok' ? replyOf(head, body, body.length < bodyBytes) : null,
    ...{ cost: { cpuUs, steps, memoryBytes }, missed, loose },
  };
}

/** @param isCut whether the body goes on, and may end in the middle of a character */
function replyOf(head: string, body: Buffer, isCut: boolean): NonNullable<ReplayView['reply']> {
  const { status, headers } = readReplyHead(head);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body, { stream: isCut });
    return { status, headers, body: text.slice(0, mostShown), base64: false };
  } catch {
    return { status, headers, body: body.toString('base64').slice(0, mostShown), base64: true };
  }
}

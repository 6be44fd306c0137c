/**
 * The route that sends a request to a preview and tells all that came of it: the reply, what it cost, what its console said, and of a
 * failure the stack. Whoever writes a plugin in a browser needs it here: the traffic port is another origin.
 */

import { randomUUID } from 'node:crypto';
import { type IncomingHttpHeaders, validateHeaderName, validateHeaderValue } from 'node:http';
import type { Context } from 'koa';
import { z } from 'zod';
import { NboxError, type Problem } from '../../guards/errors.ts';
import type { PreviewRequest, previewRequestBody } from '../api/bodies/preview-requests.ts';
import type { Shape } from '../api/operation.ts';
import { CallError, CallSignal, nothingSpent, type Spent } from '../dispatch/dispatch.ts';
import { checkHops, hopsHeader } from '../dispatch/hops.ts';
import { callerName } from '../hygiene/caller.ts';
import { readReplyHead } from '../ingress/reply-head.ts';
import { requestHead } from '../ingress/request-head.ts';
import { requestHost } from '../ingress/target.ts';
import { type EntryView, viewOf } from '../logs/line.ts';
import type { PluginLogs } from '../logs/plugin-logs.ts';
import type { Outcome } from '../meter/usage.ts';
import type { SourceFrame } from '../release/explain.ts';
import type { LiveRelease } from '../release/release.ts';
import type { Calls } from './invocations.ts';
import type { Asked } from './route.ts';

export interface PreviewRequestParts {
  readonly calls: Pick<Calls, 'dispatch' | 'explain'>;
  /** The stack of a failure in the author's source, the innermost frame first. */
  readonly frames: (live: LiveRelease, error: NboxError) => Promise<readonly SourceFrame[]>;
  readonly logs: Pick<PluginLogs, 'page'>;
}

/** `POST …/previews/:id/requests` */
export interface PreviewRequestView {
  /** By which its lines are found in the log. */
  readonly call: string;
  /** `null` where it failed. */
  readonly reply: PreviewReplyView | null;
  /** Why it failed; `null` where it did not. Of a stream that was cut there is a reply as well. */
  readonly error: Problem | null;
  readonly stack: readonly SourceFrame[];
  readonly usage: PreviewCallUsage;
  readonly logs: readonly EntryView[];
}

export interface PreviewReplyView {
  readonly status: number;
  readonly statusText: string;
  /** Name and value, as a live release's would be sent. */
  readonly headers: readonly (readonly [string, string])[];
  /** In base64 where it is no text. */
  readonly body: string;
  readonly base64: boolean;
  /** Of all of it. */
  readonly bytes: number;
  /** Whether `body` is only its beginning. */
  readonly cut: boolean;
}

/** As in usage records. */
export interface PreviewCallUsage extends Omit<Spent, 'memoryBytes'> {
  readonly outcome: Outcome;
  readonly wallUs: number;
  readonly memoryPeakBytes: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Of a reply's body, in bytes. */
const mostShown = 262_144;
/** A stream that goes on is cut then, and shown as far as it came. */
const longestMs = 10_000;
const mostLines = 200;

type AskedRequest = Asked<Shape, typeof previewRequestBody>['body'];

/** @param find what shall be called, or throws; asked again when the body was read */
export async function sendRequest(ctx: Context, body: AskedRequest, parts: PreviewRequestParts, find: () => LiveRelease): Promise<void> {
  // A plugin with a token can call others this way, too.
  const hops = ctx.req.headers[hopsHeader] as string | undefined;
  checkHops(hops);
  find();
  const asked = await body();
  const live = find();
  if (!live.interfaces.has('fetch')) throw new NboxError('no_such_interface', 'The preview answers no requests: it has no fetch');
  const sent = bodyOf(asked, live.limits.requestBytes);
  const headers = headersOf(asked);
  const host = requestHost({ url: '/', headers, rawHeaders: [] });
  const head = requestHead({ method: asked.method, headers }, host, asked.path);
  if (head === undefined) throw new NboxError('invalid_body', { detail: 'The path is not that of a URL', pointer: '/path' });
  const signal = new CallSignal();
  ctx.res.once('close', () => {
    if (!ctx.res.writableFinished) signal.abort();
  });
  const id = randomUUID();
  ctx.set('nbox-call', id);
  const call = {
    ...{ id, live, interface: 'fetch' as const, head, body: sent, hops, idempotent: false, signal },
    ...{ caller: callerName('token', ctx.state['actor']), admittedAt: performance.now() },
  };
  let made: Made = { reply: null, error: undefined, spent: nothingSpent };
  try {
    made = await run(call, parts.calls.dispatch);
  } catch (error) {
    if (!(error instanceof NboxError)) throw error;
    made = { reply: null, error, spent: error instanceof CallError ? error.spent : nothingSpent };
  }
  const { reply, error, spent } = made;
  const { plugin } = live.release;
  const { memoryBytes, ...rest } = spent;
  const view: PreviewRequestView = {
    call: id,
    reply,
    error: error === undefined ? null : (await parts.calls.explain(live, error)).toProblem(),
    stack: error === undefined ? [] : await parts.frames(live, error),
    usage: {
      ...{ outcome: error?.code ?? 'ok', ...rest, wallUs: Math.round((performance.now() - call.admittedAt) * 1_000) },
      ...{ memoryPeakBytes: memoryBytes, bytesIn: sent?.byteLength ?? 0, bytesOut: reply?.bytes ?? 0 },
    },
    logs: parts.logs.page(plugin, { ...everything, call: id }, mostLines, undefined).entries.map(viewOf),
  };
  ctx.body = view;
}

const everything = { level: undefined, from: undefined, release: undefined, preview: undefined, contains: undefined };

interface Made {
  readonly reply: PreviewReplyView | null;
  readonly error: NboxError | undefined;
  readonly spent: Spent;
}

async function run(call: Parameters<Calls['dispatch']>[0], dispatch: Calls['dispatch']): Promise<Made> {
  const reply = await dispatch(call);
  const { status, statusText, headers } = readReplyHead(reply.head);
  const shown = (chunks: Buffer, bytes: number): PreviewReplyView => ({
    ...{ status, statusText, headers: pairs(headers), ...textOf(chunks, bytes > chunks.length), bytes, cut: bytes > chunks.length },
  });
  if (reply.stream === undefined) {
    return { reply: shown(reply.body.subarray(0, mostShown), reply.body.length), error: undefined, spent: reply.spent };
  }
  const { stream } = reply;
  const { promise, resolve } = Promise.withResolvers<{ readonly error: NboxError | undefined; readonly isCut: boolean }>();
  const chunks: Buffer[] = [];
  let [kept, bytes] = [0, 0];
  const timer = setTimeout(() => resolve({ error: undefined, isCut: true }), longestMs);
  stream.pipe({
    write(chunk) {
      if (kept < mostShown) chunks.push(Buffer.from(chunk.subarray(0, mostShown - kept)));
      kept = Math.min(mostShown, kept + chunk.length);
      bytes += chunk.length;
      return true;
    },
    end: () => resolve({ error: undefined, isCut: false }),
    cut: (error) => resolve({ error, isCut: true }),
  });
  const { error, isCut } = await promise;
  clearTimeout(timer);
  if (isCut && error === undefined) stream.cancel();
  const over = isCut ? undefined : await reply.rest;
  const view = shown(Buffer.concat(chunks), bytes);
  return { reply: { ...view, cut: view.cut || isCut }, error: error ?? over?.error, spent: over?.spent ?? reply.spent };
}

/** @param isCut whether the bytes go on, and may end in the middle of a character */
function textOf(bytes: Buffer, isCut: boolean): Pick<PreviewReplyView, 'body' | 'base64'> {
  try {
    return { body: new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut }), base64: false };
  } catch {
    return { body: bytes.toString('base64'), base64: true };
  }
}

function pairs(headers: readonly string[]): [string, string][] {
  return Array.from({ length: headers.length >> 1 }, (_, i): [string, string] => [headers[2 * i] as string, headers[2 * i + 1] as string]);
}

/** @throws NboxError `request_too_large`, `invalid_body` */
function bodyOf({ body, base64 }: PreviewRequest, most: number): Buffer | undefined {
  if (body === undefined || body === '') return undefined;
  if (base64 && !z.base64().safeParse(body).success) {
    throw new NboxError('invalid_body', { detail: 'The body is not base64', pointer: '/body' });
  }
  const bytes = Buffer.from(body, base64 ? 'base64' : 'utf8');
  if (bytes.length > most) throw new NboxError('request_too_large', `The plugin takes bodies of at most ${most} bytes`);
  return bytes;
}

/** As Node's server would have read them. @throws NboxError `invalid_body` */
function headersOf({ headers, body }: PreviewRequest): IncomingHttpHeaders {
  const read: Record<string, string> = Object.create(null);
  for (const [i, [name, value]] of headers.entries()) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch {
      throw new NboxError('invalid_body', { detail: `${JSON.stringify(name.slice(0, 80))} is no header`, pointer: `/headers/${i}` });
    }
    const lower = name.toLowerCase();
    read[lower] = lower in read && lower !== 'host' ? `${read[lower]}${lower === 'cookie' ? '; ' : ', '}${value}` : value;
  }
  read['host'] ??= 'localhost';
  if (body !== undefined) delete read['content-length'];
  return read;
}

/** The traffic side as a koa application: route, read, dispatch, write. All failures leave through one place. */

import type { ServerResponse } from 'node:http';
import Koa, { type Context } from 'koa';
import { isNboxError, NboxError } from '../../guards/errors.ts';
import { type Call, CallSignal, type Dispatch, type Reply } from '../dispatch/dispatch.ts';
import { checkHops, hopsHeader } from '../dispatch/hops.ts';
import type { Logger } from '../log.ts';
import type { LiveRelease } from '../release/release.ts';
import { ByteBudget, HeldBytes } from './byte-budget.ts';
import type { Details } from './details.ts';
import { readReplyHead } from './reply-head.ts';
import { writeStream } from './reply-stream-writer.ts';
import { hasBody, receiveBody } from './request-body.ts';
import { requestHead } from './request-head.ts';
import { RequestStream } from './request-stream.ts';
import { matchPath } from './route.ts';
import { requestHost, targetPath } from './target.ts';
import { UnsentReplies } from './unsent.ts';

export interface IngressParts {
  readonly find: (plugin: string) => LiveRelease | undefined;
  readonly dispatch: Dispatch;
  /** What a caller may read of a plugin's failure: all of it where `exposed`. */
  readonly explain: (live: LiveRelease, error: NboxError, exposed: boolean) => Promise<NboxError>;
  readonly details: Details;
  /** False once the host has begun to stop. */
  readonly open: () => boolean;
  readonly log: Logger;
  readonly bounds?: IngressBounds;
}

/** What callers, whom nobody has asked for a token, can make the host hold. */
export interface IngressBounds {
  /** Of request bodies, until their calls are over. */
  readonly bodyBytes: number;
  /** Of replies that their readers have not taken. */
  readonly unsentBytes: number;
  /** How long a reader may take over a reply. */
  readonly drainMs: number;
}

const defaultBounds: IngressBounds = { bodyBytes: 256 * 1_048_576, unsentBytes: 256 * 1_048_576, drainMs: 30_000 };

/** Bodies up to this size are copied to save a system call. */
const joinedBytes = 4_096;

/** RFC 9110, section 9.2.2. */
const idempotentMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

export function createIngressApp(parts: IngressParts): Koa {
  const bounds = parts.bounds ?? defaultBounds;
  const bodies = new ByteBudget(bounds.bodyBytes);
  const unsent = new UnsentReplies(new ByteBudget(bounds.unsentBytes), bounds.drainMs);
  const app = new Koa();
  app.on('error', (error: unknown) => parts.log.debug({ err: error }, 'a traffic connection failed'));
  app.use(async (ctx) => {
    // The reply is written here: koa's own writing would look at every form that a body may have.
    ctx.respond = false;
    let live: LiveRelease | undefined;
    let held: HeldBytes | undefined;
    let body: Buffer | RequestStream | undefined;
    let exposed = false;
    try {
      if (!parts.open()) throw new NboxError('stopping', { detail: 'The host is stopping', retryAfterS: 5 });
      const { req } = ctx;
      checkHops(req.headers[hopsHeader] as string | undefined);
      exposed = parts.details(req);
      const host = requestHost(req);
      const target = targetPath(req.url as string);
      const match = matchPath(target);
      live = match && parts.find(match.plugin);
      if (match === undefined || live === undefined) {
        throw new NboxError('no_such_plugin', `No plugin answers to ${target.slice(0, 200)}`);
      }
      if (hasBody(req)) {
        held = new HeldBytes(bodies);
        body = await receiveBody(req, live.limits.requestBytes, held);
        // A push may have gone live while the body was read, and then the old release may be closed.
        live = parts.find(match.plugin) ?? live;
      }
      const head = requestHead(req, host, match.path);
      if (head === undefined) throw new NboxError('bad_request', 'The path is not that of a URL');
      await answer(parts, unsent, ctx, live, head, body);
    } catch (error) {
      await refuse(parts, unsent, ctx, live, error, exposed);
    } finally {
      if (body instanceof RequestStream) body.close();
      held?.[Symbol.dispose]();
    }
  });
  return app;
}

async function answer(
  parts: IngressParts,
  unsent: UnsentReplies,
  ctx: Context,
  live: LiveRelease,
  head: string,
  body: Buffer | RequestStream | undefined,
): Promise<void> {
  const { req, res } = ctx;
  if (live.state !== 'live') throw new NboxError('no_such_plugin', 'The plugin was removed');
  if (!live.interfaces.has('fetch')) throw new NboxError('no_such_interface', 'The plugin answers no requests: it has no fetch');
  const signal = new CallSignal();
  const upload = body instanceof RequestStream ? body : undefined;
  const call: Call = {
    live,
    interface: 'fetch',
    head,
    body: upload === undefined ? (body as Buffer | undefined) : undefined,
    upload,
    hops: req.headers[hopsHeader] as string | undefined,
    idempotent: live.release.manifest.idempotent || idempotentMethods.has(req.method as string),
    admittedAt: performance.now(),
    signal,
  };
  res.once('close', () => {
    if (!res.writableFinished) signal.abort();
  });
  const reply = await parts.dispatch(call);
  if (!parts.open()) res.shouldKeepAlive = false;
  if (reply.stream !== undefined) {
    // Nothing of it has been sent yet: so it can still be told.
    if (reply.stream.error !== undefined) throw reply.stream.error;
    const { status, statusText, headers } = readReplyHead(reply.head);
    const error = await writeStream(res, unsent, reply.stream, {
      status,
      statusText,
      headers: [...headers, 'nbox-release', String(live.release.number)],
    });
    // It cannot be told any more, but it is to be in the log.
    if (error !== undefined) await parts.explain(live, error, false).catch(() => {});
    return;
  }
  // The client may have left while the plugin went on.
  if (!res.destroyed) write(res, unsent, reply, live.release.number, req.method === 'HEAD');
}

function write(res: ServerResponse, unsent: UnsentReplies, reply: Reply, release: number, headOnly: boolean): void {
  const { status, statusText, headers } = readReplyHead(reply.head);
  const bodiless = status === 204 || status === 304;
  const all = bodiless
    ? [...headers, 'nbox-release', String(release)]
    : [...headers, 'nbox-release', String(release), 'content-length', String(reply.body.length)];
  const bytes = bodiless || headOnly ? 0 : reply.body.length;
  const counted = unsent.admit(bytes);
  if (statusText === '') res.writeHead(status, all);
  else res.writeHead(status, statusText, all);
  if (bodiless || headOnly) res.end();
  // Node joins a head and a body in Latin-1 to one write, where a Buffer would be a second.
  else if (reply.body.length <= joinedBytes) res.end(reply.body.toString('latin1'), 'latin1');
  else res.end(reply.body);
  unsent.written(res, bytes, counted);
}

async function refuse(
  parts: IngressParts,
  unsent: UnsentReplies,
  ctx: Context,
  live: LiveRelease | undefined,
  error: unknown,
  exposed: boolean,
): Promise<void> {
  const { res } = ctx;
  if (res.headersSent || res.destroyed) {
    res.destroy();
    return;
  }
  let known: NboxError;
  try {
    if (!isNboxError(error)) throw error;
    known = live === undefined ? error : await parts.explain(live, error, exposed);
  } catch (err) {
    // Whatever it says, it is not for callers.
    parts.log.error({ err }, 'a traffic request failed');
    known = new NboxError('internal_error', 'The host failed');
  }
  // A text and not bytes: Node joins it to the head in one write.
  const body = JSON.stringify(known.toProblem());
  const length = Buffer.byteLength(body);
  if (!parts.open()) res.shouldKeepAlive = false;
  res.writeHead(known.status, {
    'content-type': 'application/problem+json',
    'content-length': length,
    ...(live === undefined ? {} : { 'nbox-release': String(live.release.number) }),
    ...(known.details.retryAfterS === undefined ? {} : { 'retry-after': String(known.details.retryAfterS) }),
  });
  res.end(ctx.req.method === 'HEAD' ? undefined : body);
  unsent.written(res, length, false);
}

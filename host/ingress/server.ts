/** The traffic side as a koa application: route, read, dispatch, write. All failures leave through one place. */

import type { ServerResponse } from 'node:http';
import Koa, { type Context } from 'koa';
import { isNboxError, NboxError } from '../../guards/errors.ts';
import { type Call, CallSignal, type Dispatch, type Reply } from '../dispatch/dispatch.ts';
import type { Logger } from '../log.ts';
import type { LiveRelease } from '../release/release.ts';
import { readReplyHead } from './reply-head.ts';
import { readBody } from './request-body.ts';
import { requestHead } from './request-head.ts';
import { matchPath } from './route.ts';

export interface IngressParts {
  readonly find: (plugin: string) => LiveRelease | undefined;
  readonly dispatch: Dispatch;
  /** What a caller may read of a plugin's failure. */
  readonly explain: (live: LiveRelease, error: NboxError) => Promise<NboxError>;
  /** False once the host has begun to stop. */
  readonly open: () => boolean;
  readonly log: Logger;
}

/** Bodies up to this size are copied to save a system call. */
const joinedBytes = 4_096;

/** RFC 9110, section 9.2.2. */
const idempotentMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

export function createIngressApp(parts: IngressParts): Koa {
  const app = new Koa();
  app.on('error', (error: unknown) => parts.log.debug({ err: error }, 'a traffic connection failed'));
  app.use(async (ctx) => {
    // The reply is written here: koa's own writing would look at every form that a body may have.
    ctx.respond = false;
    let live: LiveRelease | undefined;
    try {
      if (!parts.open()) throw new NboxError('stopping', { detail: 'The host is stopping', retryAfterS: 5 });
      const match = matchPath(ctx.req.url as string);
      live = match && parts.find(match.plugin);
      if (match === undefined || live === undefined) {
        throw new NboxError('no_such_plugin', `No plugin answers to ${(ctx.req.url as string).slice(0, 200)}`);
      }
      const reading = readBody(ctx.req, live.release.manifest.limits.requestBytes);
      const body = reading === undefined ? undefined : await reading;
      // A push may have gone live while the body was read, and then the old release may be closed.
      live = reading === undefined ? live : (parts.find(match.plugin) ?? live);
      await answer(parts, ctx, live, match.path, body);
    } catch (error) {
      await refuse(parts, ctx, live, error);
    }
  });
  return app;
}

async function answer(parts: IngressParts, ctx: Context, live: LiveRelease, path: string, body: Buffer | undefined): Promise<void> {
  const { req, res } = ctx;
  const head = requestHead(req, path);
  if (head === undefined) throw new NboxError('bad_request', 'The path is not that of a URL');
  if (live.state !== 'live') throw new NboxError('no_such_plugin', 'The plugin was removed');
  const signal = new CallSignal();
  const call: Call = {
    live,
    interface: 'fetch',
    head,
    body,
    idempotent: idempotentMethods.has(req.method as string),
    admittedAt: performance.now(),
    signal,
  };
  res.once('close', () => {
    if (!res.writableFinished) signal.abort();
  });
  const reply = await parts.dispatch(call);
  if (!parts.open()) res.shouldKeepAlive = false;
  write(res, reply, live.release.number, req.method === 'HEAD');
}

function write(res: ServerResponse, reply: Reply, release: number, headOnly: boolean): void {
  const { status, statusText, headers } = readReplyHead(reply.head);
  const bodiless = status === 204 || status === 304;
  const all = bodiless
    ? [...headers, 'nbox-release', String(release)]
    : [...headers, 'nbox-release', String(release), 'content-length', String(reply.body.length)];
  if (statusText === '') res.writeHead(status, all);
  else res.writeHead(status, statusText, all);
  if (bodiless || headOnly) res.end();
  // Node joins a head and a body in Latin-1 to one write, where a Buffer would be a second.
  else if (reply.body.length <= joinedBytes) res.end(reply.body.toString('latin1'), 'latin1');
  else res.end(reply.body);
}

async function refuse(parts: IngressParts, ctx: Context, live: LiveRelease | undefined, error: unknown): Promise<void> {
  const { res } = ctx;
  if (res.headersSent || res.destroyed) {
    res.destroy();
    return;
  }
  let known: NboxError;
  if (isNboxError(error)) known = live === undefined ? error : await parts.explain(live, error).catch(() => error);
  else {
    parts.log.error({ err: error }, 'a traffic request failed');
    known = new NboxError('internal_error', 'The host failed');
  }
  const body = Buffer.from(JSON.stringify(known.toProblem()));
  if (!parts.open()) res.shouldKeepAlive = false;
  res.writeHead(known.status, {
    'content-type': 'application/problem+json',
    'content-length': body.length,
    ...(live === undefined ? {} : { 'nbox-release': String(live.release.number) }),
    ...(known.details.retryAfterS === undefined ? {} : { 'retry-after': String(known.details.retryAfterS) }),
  });
  res.end(ctx.req.method === 'HEAD' ? undefined : body);
}

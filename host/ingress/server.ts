/** The traffic side: route, read, dispatch, write. All failures leave through one place. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { isNboxError, NboxError } from '../../guards/errors.ts';
import { type Call, CallSignal, type Dispatch, type Reply } from '../dispatch/dispatch.ts';
import type { Asked, Gate, Refused } from '../dispatch/gate.ts';
import { checkHops, hopsHeader } from '../dispatch/hops.ts';
import type { CallerName } from '../hygiene/caller.ts';
import type { Logger } from '../log.ts';
import { isPreviewTarget } from '../preview/address.ts';
import { previewHeaders } from '../preview/reply-headers.ts';
import { previewGone, type Visit } from '../preview/visit.ts';
import type { Deployed } from '../release/deployed.ts';
import type { LiveRelease, Release } from '../release/release.ts';
import type { IngressTracing } from '../telemetry/tracing.ts';
import { ByteBudget, HeldBytes } from './byte-budget.ts';
import { chooseRelease, isForced } from './choose.ts';
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
  readonly deployed: (plugin: string) => Deployed | undefined;
  /** Where a target that is a preview's leads. @throws NboxError */
  readonly visit: (req: IncomingMessage, target: string) => Visit;
  readonly dispatch: Dispatch;
  readonly gate: Gate;
  /** Told of each request that named a plugin, passed the gate, and was refused before it became a call. */
  readonly refused?: Refused;
  /** What a caller may read of a plugin's failure: all of it where `exposed`. */
  readonly explain: (live: LiveRelease, error: NboxError, exposed: boolean) => NboxError | Promise<NboxError>;
  readonly details: Details;
  /** Where traces are made. */
  readonly tracing?: IngressTracing | undefined;
  readonly callerOf: (req: IncomingMessage) => CallerName | undefined;
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

/** Who takes the requests of the traffic port. Rejects nothing and throws nothing. */
export function createIngress(parts: IngressParts): RequestListener {
  const bounds = parts.bounds ?? defaultBounds;
  const ingress: Ingress = {
    ...parts,
    bodies: new ByteBudget(bounds.bodyBytes),
    unsent: new UnsentReplies(new ByteBudget(bounds.unsentBytes), bounds.drainMs),
  };
  return (req, res) => {
    handle(ingress, req, res).catch((err: unknown) => {
      parts.log.error({ err }, 'a traffic request failed');
      res.destroy();
    });
  };
}

interface Ingress extends IngressParts {
  readonly bodies: ByteBudget;
  readonly unsent: UnsentReplies;
}

async function handle(ingress: Ingress, req: IncomingMessage, res: ServerResponse): Promise<void> {
  let live: LiveRelease | undefined;
  let held: HeldBytes | undefined;
  let body: Buffer | RequestStream | undefined;
  let exposed = false;
  let isMetered = false;
  let id: string | undefined;
  const asked = (): Asked => ({ isForced: isForced(req), caller: ingress.callerOf(req) });
  try {
    if (!ingress.open()) throw new NboxError('stopping', { detail: 'The host is stopping', retryAfterS: 5 });
    checkHops(req.headers[hopsHeader] as string | undefined);
    const host = requestHost(req);
    const target = targetPath(req.url as string);
    let path: string;
    let deployed: Deployed | undefined;
    if (isPreviewTarget(target)) {
      const visit = ingress.visit(req, target);
      if (visit.kind === 'redirect') {
        redirect(ingress, res, visit);
        return;
      }
      // Whoever has its token is its author, or was sent by the author.
      exposed = ingress.details(req, visit.live.release.plugin) || true;
      ({ live, path } = visit);
    } else {
      const match = matchPath(target);
      deployed = match && ingress.deployed(match.plugin);
      if (match === undefined || deployed === undefined) {
        throw new NboxError('no_such_plugin', `No plugin answers to ${target.slice(0, 200)}`);
      }
      path = match.path;
      // Before it is a call of the plugin: one with a wrong token is none.
      exposed = ingress.details(req, match.plugin);
      live = chooseRelease(deployed, req, path);
    }
    // Before its body is read, and before anything is made of it.
    const turnedAway = ingress.gate(live, asked);
    if (turnedAway !== undefined) {
      isMetered = true;
      ingress.tracing?.refused(live, req.headers, turnedAway);
      await refuse(ingress, req, res, live, turnedAway, exposed);
      return;
    }
    if (hasBody(req)) {
      held = new HeldBytes(ingress.bodies);
      body = await receiveBody(req, live.limits.requestBytes, held);
      // A push may have gone live while the body was read, and then the old release may be closed.
      const now = deployed && ingress.deployed(live.release.plugin);
      if (now !== undefined && now !== deployed) live = chooseRelease(now, req, path);
    }
    let hasWaited = false;
    while (live.held !== undefined) {
      await live.held;
      hasWaited = true;
      const now = ingress.deployed(live.release.plugin);
      if (now === undefined) throw new NboxError('no_such_plugin', 'The plugin was removed');
      live = chooseRelease(now, req, path);
      // Its client has gone meanwhile.
      if (res.destroyed) {
        ingress.refused?.(live, 'aborted', asked());
        return;
      }
    }
    const head = requestHead(req, host, path);
    if (head === undefined) throw new NboxError('bad_request', 'The path is not that of a URL');
    if (live.state !== 'live') throw gone(live);
    if (!live.interfaces.has('fetch')) throw new NboxError('no_such_interface', 'The plugin answers no requests: it has no fetch');
    // From here on it is a call, and has a record as such.
    isMetered = true;
    id = randomUUID();
    await answer(ingress, req, res, live, id, head, body, hasWaited);
  } catch (error) {
    if (live !== undefined && !isMetered)
      ingress.refused?.(live, res.destroyed ? 'aborted' : isNboxError(error) ? error.code : 'internal_error', asked());
    await refuse(ingress, req, res, live, error, exposed, id);
  } finally {
    if (body instanceof RequestStream) body.close();
    held?.[Symbol.dispose]();
  }
}

async function answer(
  ingress: Ingress,
  req: IncomingMessage,
  res: ServerResponse,
  live: LiveRelease,
  id: string,
  head: string,
  body: Buffer | RequestStream | undefined,
  hasWaited: boolean,
): Promise<void> {
  const signal = new CallSignal();
  const upload = body instanceof RequestStream ? body : undefined;
  const call: Call = {
    id,
    live,
    interface: 'fetch',
    head,
    body: upload === undefined ? (body as Buffer | undefined) : undefined,
    upload,
    hops: req.headers[hopsHeader] as string | undefined,
    trace: ingress.tracing?.accept(req.headers),
    idempotent: live.release.manifest.idempotent || idempotentMethods.has(req.method as string),
    hasWaited,
    isForced: isForced(req),
    caller: ingress.callerOf(req),
    admittedAt: performance.now(),
    signal,
  };
  res.once('close', () => {
    if (!res.writableFinished) signal.abort();
  });
  const reply = await ingress.dispatch(call);
  if (!ingress.open()) res.shouldKeepAlive = false;
  if (reply.stream !== undefined) {
    // Nothing of it has been sent yet: so it can still be told.
    if (reply.stream.error !== undefined) throw reply.stream.error;
    // A preview's streams end with it, and this one had not begun when they did.
    if (live.release.preview !== undefined && live.state !== ('live' as LiveRelease['state'])) {
      reply.stream.cancel();
      throw gone(live);
    }
    const { status, statusText, headers } = readReplyHead(reply.head);
    const error = await writeStream(res, ingress.unsent, reply.stream, {
      status,
      statusText,
      headers: stamped(headers, live.release, id),
    });
    // It cannot be told any more, but it is to be in the log.
    if (error !== undefined) await Promise.resolve(ingress.explain(live, error, false)).catch(() => {});
    return;
  }
  // The client may have left while the plugin went on.
  if (!res.destroyed) write(res, ingress.unsent, reply, live.release, id, req.method === 'HEAD');
}

function gone({ release }: LiveRelease): NboxError {
  return release.preview === undefined ? new NboxError('no_such_plugin', 'The plugin was removed') : previewGone();
}

/** With what the host says of who has answered, and which call that was, where it came to one. */
function stamped(headers: readonly string[], { number, preview }: Release, id: string | undefined): string[] {
  const all = preview === undefined ? [...headers, 'nbox-release', String(number)] : previewHeaders(headers, preview);
  if (id !== undefined) all.push('nbox-call', id);
  return all;
}

/** A browser that has sent a preview's token in its URL gets it as a cookie: URLs stand in histories and logs, and go along as Referer. */
function redirect(ingress: Ingress, res: ServerResponse, { id, location, cookie }: Extract<Visit, { kind: 'redirect' }>): void {
  if (!ingress.open()) res.shouldKeepAlive = false;
  const headers = ['location', location, 'set-cookie', cookie, 'referrer-policy', 'no-referrer', 'content-length', '0'];
  res.writeHead(303, [...headers, 'nbox-preview', id, 'cache-control', 'no-store']);
  res.end();
  ingress.unsent.written(res, 0, false);
}

function write(res: ServerResponse, unsent: UnsentReplies, reply: Reply, release: Release, id: string, headOnly: boolean): void {
  const { status, statusText, headers } = readReplyHead(reply.head);
  const bodiless = status === 204 || status === 304;
  const all = stamped(headers, release, id);
  if (!bodiless) all.push('content-length', String(reply.body.length));
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
  ingress: Ingress,
  req: IncomingMessage,
  res: ServerResponse,
  live: LiveRelease | undefined,
  error: unknown,
  exposed: boolean,
  id?: string,
): Promise<void> {
  if (res.headersSent || res.destroyed) {
    res.destroy();
    return;
  }
  let known: NboxError;
  try {
    if (!isNboxError(error)) throw error;
    const explained = live === undefined ? error : ingress.explain(live, error, exposed);
    known = explained instanceof Promise ? await explained : explained;
  } catch (err) {
    // Whatever it says, it is not for callers.
    ingress.log.error({ err }, 'a traffic request failed');
    known = new NboxError('internal_error', 'The host failed');
  }
  // A text and not bytes: Node joins it to the head in one write.
  const body = JSON.stringify(known.toProblem());
  const length = Buffer.byteLength(body);
  if (!ingress.open()) res.shouldKeepAlive = false;
  const own = ['content-type', 'application/problem+json', 'content-length', String(length)];
  // Caches keep even a 404, and the next who asks may have the token.
  if (known.code === 'no_such_preview') own.push('cache-control', 'no-store');
  const headers = live === undefined ? own : stamped(own, live.release, id);
  if (known.details.retryAfterS !== undefined) headers.push('retry-after', String(known.details.retryAfterS));
  res.writeHead(known.status, headers);
  res.end(req.method === 'HEAD' ? undefined : body);
  ingress.unsent.written(res, length, false);
}

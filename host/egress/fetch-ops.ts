/**
 * The operations behind the guest's `fetch`. The guest numbers its fetches; what it says of one reaches only fetches of
 * the same call, and all of them end with the call.
 */

import { PassThrough } from 'node:stream';
import { EgressError } from '../../guards/egress-error.ts';
import { NboxError } from '../../guards/errors.ts';
import { type HostPattern, parseHostPattern } from '../../guards/host-pattern.ts';
import { type Op, type OpAnswer, OpError, type OpHandler, type OpHandlers } from '../dispatch/op.ts';
import { ByteBudget, HeldBytes } from '../ingress/byte-budget.ts';
import { accountOf } from '../release/release.ts';
import { Turns } from '../turns.ts';
import { fetchDataUrl } from './data-url.ts';
import type { Egress, EgressResponse } from './egress.ts';
import { type FetchHead, readFetchHead, readFetchNumber } from './fetch-head.ts';
import type { FetchedBody } from './fetched-body.ts';
import { hasIntegrity } from './integrity.ts';
import { withCacheMode } from './request-headers.ts';

/** Of a response's body so much goes with its head, where it is there. */
const earlyBytes = 65_536;
/** A response may have as many bytes, decoded; more only where the plugin's replies may. */
const mostBytes = 32 * 1_048_576;
/** A body whose integrity is checked is read whole before any of it is given away. */
const mostCheckedBytes = 8 * 1_048_576;
/**
 * Requests of one call that wait for the head of their response; further ones wait for these. Not until the body's end: a
 * plugin may want many heads before it reads the first body.
 */
const atOnce = 16;
/** What the requests' bodies of all plugins may hold until they are sent. */
const bodyBytes = 128 * 1_048_576;

interface Fetching {
  readonly controller: AbortController;
  /** The request's body, where it comes as a stream. */
  readonly upload: PassThrough | undefined;
  response: EgressResponse | undefined;
}

/** What one call has under way, by the guest's number. */
class Fetches extends Map<number, Fetching> {
  readonly turns = new Turns(atOnce);
}

/** @param markOf of a plugin, to go along with its requests */
export function fetchOps(egress: Egress, markOf: (plugin: string) => string): OpHandlers {
  const calls = new WeakMap<AbortSignal, Fetches>();
  const grants = new WeakMap<readonly string[], readonly HostPattern[]>();
  const held = new ByteBudget(bodyBytes);

  const fetchesOf = (signal: AbortSignal): Fetches => {
    let fetches = calls.get(signal);
    if (fetches === undefined) {
      const mine = new Fetches();
      calls.set(signal, mine);
      signal.addEventListener('abort', () => {
        for (const number of [...mine.keys()]) end(mine, number);
      });
      fetches = mine;
    }
    return fetches;
  };

  const grantsOf = ({ egress: hosts }: { readonly egress: readonly string[] }): readonly HostPattern[] => {
    let patterns = grants.get(hosts);
    if (patterns === undefined) {
      patterns = hosts.map(parseHostPattern).filter((one) => one !== undefined);
      grants.set(hosts, patterns);
    }
    return patterns;
  };

  async function begin({ call, data, bytes, signal, trace }: Op): Promise<OpAnswer> {
    const head = readFetchHead(data);
    const fetches = fetchesOf(signal);
    if (fetches.has(head.fetch)) throw new OpError('The guest has begun this fetch already');
    using body = new HeldBytes(held);
    if (bytes !== undefined && !body.take(bytes.length)) throw failed('too many bodies of requests are on their way');
    const upload = head.body === 'stream' ? new PassThrough() : undefined;
    // Who writes learns of its end by what the write is answered.
    upload?.on('error', () => {});
    const fetching: Fetching = { controller: new AbortController(), upload, response: undefined };
    fetches.set(head.fetch, fetching);
    const { release } = call.live;
    const { manifest } = release;
    const { signal: gone } = fetching.controller;
    try {
      const request = {
        ...head,
        hops: call.hops,
        mark: markOf(release.plugin),
        trace: trace?.headers,
        mostBytes: Math.max(mostBytes, manifest.limits.streamBytes),
        headers: withCacheMode(head.headers, head.cache),
        body: upload ?? (head.body === 'bytes' ? (bytes ?? Buffer.alloc(0)) : undefined),
      };
      {
        using _turn = await fetches.turns.take(gone);
        fetching.response = await egress.fetch(accountOf(release), grantsOf(manifest), request, gone);
      }
      return await answer(fetches, head, fetching.response);
    } catch (error) {
      // Looked at first: giving it up aborts it, too.
      const why = gone.aborted ? failed('the request was aborted') : told(error);
      end(fetches, head.fetch);
      throw why;
    }
  }

  const handlers: Record<string, OpHandler> = {
    fetch: { outside: true, run: begin },
    'fetch.data': { outside: false, run: ({ data }) => fetchDataUrl(data) },
    'fetch.read': { outside: false, run: ({ data, signal }) => read(fetchesOf(signal), readFetchNumber(data)) },
    'fetch.pass': { outside: false, run: (op) => pass(fetchesOf(op.signal), op) },
    'fetch.write': { outside: false, run: ({ data, bytes, signal }) => write(fetchesOf(signal), readFetchNumber(data), bytes) },
    'fetch.cancel': {
      outside: false,
      run: ({ data, signal }) => {
        end(fetchesOf(signal), readFetchNumber(data));
        return undefined;
      },
    },
  };
  return new Map(Object.entries(handlers));
}

async function answer(fetches: Fetches, { fetch, integrity }: FetchHead, response: EgressResponse): Promise<OpAnswer> {
  const { url, redirected, status, statusText, headers, body } = response;
  const early = integrity === '' ? await body?.early(earlyBytes) : await checked(body, integrity);
  const done = early === undefined || early.done;
  if (done) finish(fetches, fetch);
  const data = { url, redirected, status, statusText, headers: headers.join('\n'), hasBody: body !== undefined, done };
  return { data, ...(early === undefined || early.bytes.length === 0 ? {} : { bytes: early.bytes }) };
}

/** The whole body, which is what the metadata says. @throws EgressError */
async function checked(body: FetchedBody | undefined, integrity: string): Promise<{ readonly bytes: Buffer; readonly done: true }> {
  const chunks: Buffer[] = [];
  let length = 0;
  for (let chunk = await body?.read(); chunk !== undefined; chunk = await body?.read()) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > mostCheckedBytes) throw new EgressError('too_large', `a body of more than ${mostCheckedBytes} bytes cannot be checked`);
  }
  const bytes = Buffer.concat(chunks);
  if (!hasIntegrity(bytes, integrity)) throw new EgressError('integrity', "the body is not what the request's integrity says");
  return { bytes, done: true };
}

/** The next chunk; neither bytes nor data at the end. */
async function read(fetches: Fetches, number: number): Promise<OpAnswer | undefined> {
  const body = fetches.get(number)?.response?.body;
  if (body === undefined) throw failed('the body is not that of a fetch of this call');
  try {
    const bytes = await body.read();
    if (bytes !== undefined) return { bytes };
    finish(fetches, number);
    return undefined;
  } catch (error) {
    end(fetches, number);
    throw told(error);
  }
}

/** Has the rest of a response's body go into the call's reply, as fast as the client takes it. */
async function pass(fetches: Fetches, { call, data, bytes, reply: replyOf }: Op): Promise<undefined> {
  const number = readFetchNumber(data);
  const reply = replyOf();
  if (reply === undefined) throw new OpError('There is no reply to pass a body on to');
  const { streamBytes } = call.live.limits;
  try {
    for (let chunk: Uint8Array | undefined = bytes ?? Buffer.alloc(0); chunk !== undefined; chunk = (await read(fetches, number))?.bytes) {
      if (reply.bytes + chunk.length > streamBytes) {
        const detail = `The reply's stream has more than ${streamBytes} bytes (streamBytes)`;
        reply.cut(new NboxError('response_too_large', detail));
        throw new OpError(detail);
      }
      if (chunk.length > 0) await reply.write(chunk as Buffer);
    }
    return undefined;
  } catch (error) {
    end(fetches, number);
    throw error;
  }
}

/**
 * A chunk of the request's body; its end where there are no bytes. Answered when the connection can take more.
 * @returns `taken`: false where nobody wants the rest
 */
async function write(fetches: Fetches, number: number, bytes: Buffer | undefined): Promise<OpAnswer> {
  const upload = fetches.get(number)?.upload;
  if (upload === undefined || upload.destroyed || upload.writableEnded) return { data: { taken: false } };
  if (bytes === undefined) {
    upload.end();
    if (fetches.get(number)?.response?.body?.over === true) fetches.delete(number);
  } else if (!upload.write(bytes)) {
    const { promise, resolve } = Promise.withResolvers<void>();
    upload.once('drain', resolve).once('close', resolve);
    await promise;
    upload.off('drain', resolve).off('close', resolve);
  }
  return { data: { taken: !upload.destroyed } };
}

/** The response has been read. A request's body may still be on its way: some servers answer before they have it. */
function finish(fetches: Fetches, number: number): void {
  const upload = fetches.get(number)?.upload;
  if (upload === undefined || upload.writableEnded || upload.destroyed) fetches.delete(number);
}

/** Gives it up, wherever it is. */
function end(fetches: Fetches, number: number): void {
  const fetching = fetches.get(number);
  if (fetching === undefined) return;
  fetches.delete(number);
  fetching.controller.abort();
  fetching.upload?.destroy();
  fetching.response?.body?.cancel();
}

const failed = (why: string): OpError => new OpError(`fetch failed: ${why}`, 'TypeError');

/** What went wrong on the way is the platform's network error. */
const told = (error: unknown): unknown => (error instanceof EgressError ? failed(error.message) : error);

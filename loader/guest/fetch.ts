/** fetch: the request is made here, by the standard; the host checks it, sends it, and follows redirects. */

import type { AbortSignal } from './abort.ts';
import { type BodyState, isStream, newBody } from './body.ts';
import type { FetchStream } from './fetch-stream.ts';
import { host } from './host.ts';
import { part } from './lazy.ts';
import { type HostAnswer, hostOp, tellHost } from './ops.ts';
import { Buffer, indexOf, NativePromise, promiseReject, promiseThen, stringSlice } from './primordials.ts';
import { type Outgoing, outgoing, Request, type RequestInit } from './request.ts';
import { type Response, responseFromHost } from './response.ts';
import type { Upload } from './upload.ts';
import { requireArguments } from './webidl.ts';

const abortPart = () => part<typeof import('./abort.ts')>('abort.ts');
const streamPart = () => part<typeof import('./fetch-stream.ts')>('fetch-stream.ts');
const uploadPart = () => part<typeof import('./upload.ts')>('upload.ts');
const utf8Part = () => part<typeof import('./utf8.ts')>('utf8.ts');

/** Fetches of this sandbox so far: the host knows them by their numbers. */
let fetches = 0;

export function fetch(input: Request, init?: RequestInit): Promise<Response> {
  try {
    requireArguments(arguments.length, 1, 'fetch');
    const given = outgoing(new Request(input, init));
    const { signal, body } = given;
    if (signal?.aborted === true) {
      if (body !== null && isStream(body.source)) new (uploadPart().Upload)(body.source).cancel(signal.reason);
      return promiseReject(signal.reason);
    }
    const call = host.runningCall();
    if (call === 0) throw new Error('fetch is not available at the top level: it needs a call that runs');
    return new NativePromise<Response>((resolve, reject) => new Fetch(call, given, resolve, reject));
  } catch (error) {
    return promiseReject(error);
  }
}

class Fetch {
  readonly #number: number;
  readonly #call: number;
  readonly #given: Outgoing;
  readonly #reject: (reason: unknown) => void;
  /** `answered`: its body may still come. */
  #state: 'asked' | 'answered' | 'over' = 'asked';
  #upload: Upload | undefined;
  #body: BodyState | undefined;
  #stream: FetchStream | undefined;

  constructor(call: number, given: Outgoing, resolve: (response: Response) => void, reject: (reason: unknown) => void) {
    this.#call = call;
    this.#given = given;
    this.#reject = reject;
    this.#number = fetches += 1;
    const { signal } = given;
    if (signal !== undefined) abortPart().whenAborted(signal, () => this.#abort(signal));
    promiseThen(
      this.#ask(),
      (answer) => {
        if (this.#state === 'asked') resolve(this.#answer(answer));
      },
      (error) => this.#fail(error),
    );
  }

  #ask(): Promise<HostAnswer> {
    const { url, method, headers, redirect, cache, integrity, body } = this.#given;
    const scheme = stringSlice(url, 0, indexOf(url, ':') + 1);
    if (scheme === 'data:') return hostOp('fetch.data', url, undefined, this.#call);
    if (scheme !== 'http:' && scheme !== 'https:') throw new TypeError('fetch failed: the scheme ' + scheme + ' is not supported');
    const head = { fetch: this.#number, url, method, headers, redirect, cache, integrity, body: 'none' };
    if (body === null) return hostOp('fetch', head, undefined, this.#call);
    const { source } = body;
    if (!isStream(source)) {
      head.body = 'bytes';
      return hostOp('fetch', head, typeof source === 'string' ? utf8Part().utf8(source) : source, this.#call);
    }
    head.body = 'stream';
    const upload = new (uploadPart().Upload)(source);
    this.#upload = upload;
    const answer = hostOp('fetch', head, undefined, this.#call);
    upload.start(this.#number, this.#call, (error) => this.#fail(error));
    return answer;
  }

  #answer({ data, bytes }: HostAnswer): Response {
    const { url, method } = this.#given;
    // A data URL has its content type and its bytes, and that is all.
    const head =
      data.type === undefined
        ? data
        : {
            ...{ url: withoutFragment(url), redirected: false, status: 200, statusText: 'OK' },
            ...{ headers: 'content-type\n' + data.type, hasBody: method !== 'HEAD', done: true },
          };
    this.#state = 'answered';
    if (!head.hasBody) {
      this.#end();
      return responseFromHost(head, null);
    }
    if (head.done) {
      this.#body = newBody(bytes ?? new Buffer(0));
      // Nothing can happen to it any more.
      if (this.#given.signal === undefined) this.#end();
    } else {
      const { FetchStream } = streamPart();
      this.#stream = new FetchStream(
        this.#number,
        this.#call,
        bytes,
        () => this.#end(),
        () => this.#cancel(),
      );
      this.#body = newBody(this.#stream.stream);
    }
    return responseFromHost(head, this.#body);
  }

  #abort({ reason }: AbortSignal): void {
    if (this.#state === 'over') return;
    const body = this.#body;
    // A body that is there whole, and that nobody has read, is gone all the same.
    if (body !== undefined && this.#stream === undefined && !body.used) body.source = streamPart().failedStream(reason);
    this.#fail(reason);
  }

  /** Before its answer the promise is rejected, after it the body's stream. */
  #fail(reason: unknown): void {
    if (this.#state === 'over') return;
    this.#cancel();
    this.#upload?.cancel(reason);
    this.#reject(reason);
    this.#stream?.fail(reason);
  }

  #cancel(): void {
    if (this.#state === 'over') return;
    this.#end();
    try {
      tellHost('fetch.cancel', { fetch: this.#number }, undefined, this.#call);
    } catch {
      // The call is over, and its fetches with it.
    }
  }

  #end(): void {
    this.#state = 'over';
    const { signal } = this.#given;
    if (signal !== undefined) abortPart().release(signal);
  }
}

function withoutFragment(url: string): string {
  const at = indexOf(url, '#');
  return at === -1 ? url : stringSlice(url, 0, at);
}

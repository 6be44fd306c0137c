/** fetch: the request is made here, by the standard; the host checks it, sends it, and follows redirects. */

import { type AbortSignal, release, whenAborted } from './abort.ts';
import { type BodyState, newBody } from './body.ts';
import { hostBodyStream, isStream, type ReadableStream } from './body-stream.ts';
import { host } from './host.ts';
import { type HostAnswer, hostOp, tellHost } from './ops.ts';
import { Buffer, Bytes, indexOf, NativePromise, promiseReject, promiseThen, stringSlice } from './primordials.ts';
import { type Outgoing, outgoing, Request, type RequestInit } from './request.ts';
import { type Response, responseFromHost } from './response.ts';
import { setSplice } from './splice.ts';
import { utf8 } from './text.ts';
import { Upload } from './upload.ts';
import type { URL } from './url.ts';
import { requireArguments } from './webidl.ts';

/** Fetches of this sandbox so far: the host knows them by their numbers. */
let fetches = 0;

export function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  try {
    requireArguments(arguments.length, 1, 'fetch');
    const given = outgoing(new Request(input, init));
    const { signal } = given;
    if (signal?.aborted === true) {
      if (given.body !== null && isStream(given.body.source)) new Upload(given.body.source).cancel(signal.reason);
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
  #upload: Upload | undefined;
  /** `answered`: its body may still come. */
  #state: 'asked' | 'answered' | 'over' = 'asked';
  #body: BodyState | undefined;
  /** Rejects the reading that waits. */
  #rejectRead: ((reason: unknown) => void) | undefined;
  #reason: unknown;

  constructor(call: number, given: Outgoing, resolve: (response: Response) => void, reject: (reason: unknown) => void) {
    this.#call = call;
    this.#given = given;
    this.#reject = reject;
    this.#number = fetches += 1;
    const { signal } = given;
    if (signal !== undefined) whenAborted(signal, () => this.#abort(signal));
    promiseThen(
      this.#ask(),
      (answer) => {
        if (this.#state === 'asked') resolve(this.#answer(answer));
      },
      (error) => this.#fail(error),
    );
  }

  #ask(): Promise<HostAnswer> {
    const { url, method, headers, redirect, cache, body } = this.#given;
    const scheme = stringSlice(url, 0, indexOf(url, ':') + 1);
    if (scheme === 'data:') return hostOp('fetch.data', url, undefined, this.#call);
    if (scheme !== 'http:' && scheme !== 'https:') throw new TypeError('fetch failed: the scheme ' + scheme + ' is not supported');
    const head = { fetch: this.#number, url, method, headers, redirect, cache, body: 'none' };
    if (body === null) return hostOp('fetch', head, undefined, this.#call);
    const { source } = body;
    if (!isStream(source)) {
      head.body = 'bytes';
      return hostOp('fetch', head, typeof source === 'string' ? utf8(source) : source, this.#call);
    }
    head.body = 'stream';
    const upload = new Upload(source);
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
    let body: BodyState | null = null;
    if (head.done) this.#state = 'answered';
    if (!head.hasBody) this.#end();
    else {
      body = this.#body = newBody(head.done ? (bytes ?? new Buffer(0)) : this.#stream(bytes));
      this.#state = 'answered';
    }
    return responseFromHost(head, body);
  }

  #stream(first: ArrayBuffer | undefined): ReadableStream {
    let early = first;
    const takeEarly = () => {
      const taken = early;
      early = undefined;
      return taken;
    };
    const pull = (): Promise<Uint8Array<ArrayBuffer> | undefined> =>
      new NativePromise((resolve, reject) => {
        if (this.#state === 'over') {
          reject(this.#reason);
          return;
        }
        if (early !== undefined) {
          resolve(new Bytes(takeEarly() as ArrayBuffer));
          return;
        }
        this.#rejectRead = reject;
        promiseThen(
          hostOp('fetch.read', { fetch: this.#number }, undefined, this.#call),
          ({ bytes }) => {
            this.#rejectRead = undefined;
            if (bytes === undefined) this.#end();
            resolve(bytes === undefined ? undefined : new Bytes(bytes));
          },
          (error) => {
            this.#rejectRead = undefined;
            this.#end();
            reject(error);
          },
        );
      });
    const stream = hostBodyStream(pull, () => this.#cancel());
    setSplice(stream, { fetch: this.#number, call: this.#call, takeEarly, done: () => this.#end() });
    return stream;
  }

  #abort(signal: AbortSignal): void {
    if (this.#state === 'over') return;
    const { reason } = signal;
    const body = this.#body;
    // A body that is there whole, and that nobody has read, is gone all the same.
    if (body !== undefined && !isStream(body.source) && !body.used) {
      body.source = hostBodyStream(
        () => promiseReject(reason),
        () => {},
      );
    }
    this.#fail(reason);
  }

  /** Before its answer the promise is rejected, after it the body's stream. */
  #fail(reason: unknown): void {
    if (this.#state === 'over') return;
    this.#reason = reason;
    const rejectRead = this.#rejectRead;
    this.#rejectRead = undefined;
    this.#cancel();
    this.#upload?.cancel(reason);
    this.#reject(reason);
    rejectRead?.(reason);
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
    if (signal !== undefined) release(signal);
  }
}

function withoutFragment(url: string): string {
  const at = indexOf(url, '#');
  return at === -1 ? url : stringSlice(url, 0, at);
}

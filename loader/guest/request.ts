/** Request: an incoming one over the host's text, of which nothing is parsed until asked for, or one that plugin code makes. */

import { type AbortSignal, dependOn, isAbortSignal } from './abort.ts';
import {
  type BodyHandle,
  type BodyInit,
  type BodySource,
  type BodyState,
  cloneBody,
  consume,
  extractBody,
  handleOf,
  isUsed,
  newBody,
  takeBody,
} from './body.ts';
import type { ReadableStream } from './body-stream.ts';
import { signalOf } from './client.ts';
import { Headers, type HeadersInit, headersFromBlock, toBlock } from './headers.ts';
import { indexOf, promiseReject, stringSlice } from './primordials.ts';
import { defaultOptions, type Options, readMethod, readOptions } from './request-options.ts';
import { normalizeUrl, type URL } from './url.ts';
import { internal, requireArguments, toDictionary } from './webidl.ts';

export interface RequestInit extends Partial<Options> {
  body?: BodyInit | null;
  headers?: HeadersInit;
  method?: string;
  signal?: AbortSignal | null;
  window?: null;
}

interface RequestState {
  /** What the host sent; `method` and `url` are cut from it when asked for. */
  readonly head: string;
  method: string | undefined;
  url: string | undefined;
  /** A block (see `headers.ts`) in the host's head, or the object. */
  headers: Headers | undefined;
  readonly immutable: boolean;
  readonly body: BodyState | null;
  readonly options: Options;
  signal: AbortSignal | undefined;
  /** Whose client's leaving aborts the signal; 0 where no client stands behind it. */
  readonly call: number;
  /** Made from another request, and not what the host sent. */
  readonly derived: boolean;
}

function methodOf(state: RequestState): string {
  return (state.method ??= stringSlice(state.head, 0, indexOf(state.head, '\n')));
}

function urlOf(state: RequestState): string {
  if (state.url !== undefined) return state.url;
  const { head } = state;
  const start = indexOf(head, '\n') + 1;
  const end = indexOf(head, '\n', start);
  return (state.url = end === -1 ? stringSlice(head, start) : stringSlice(head, start, end));
}

function headersOf(state: RequestState): Headers {
  return (state.headers ??= headersFromBlock(blockOf(state), state.immutable));
}

function blockOf(state: RequestState): string {
  if (state.headers !== undefined) return toBlock(state.headers);
  const { head } = state;
  const end = indexOf(head, '\n', indexOf(head, '\n') + 1);
  return end === -1 ? '' : stringSlice(head, end + 1);
}

export class Request {
  readonly #state: RequestState;

  constructor(input: string | URL | Request, init?: RequestInit, state?: RequestState) {
    if ((input as unknown) === internal) {
      this.#state = state as RequestState;
      return;
    }
    requireArguments(arguments.length, 1, 'Request');
    const given = toDictionary(init, 'The init of a Request');
    const source = typeof input === 'object' && input !== null && #state in input ? input.#state : undefined;
    let url: string;
    if (source !== undefined) url = urlOf(source);
    else {
      const parsed = normalizeUrl(input);
      if (parsed === undefined) throw new TypeError('Invalid URL');
      if (parsed.hasCredentials) throw new TypeError('The URL of a Request must hold no user and no password');
      url = parsed.href;
    }
    const options = readOptions(given, source?.options);
    const method = given?.method === undefined ? (source === undefined ? 'GET' : methodOf(source)) : readMethod(given.method);
    const signal = readSignal(given, source);
    const headers =
      given?.headers !== undefined ? new Headers(given.headers) : headersFromBlock(source === undefined ? '' : blockOf(source), false);
    const content = given?.body;
    const hasContent = content !== undefined && content !== null;
    if ((method === 'GET' || method === 'HEAD') && (hasContent || (source !== undefined && source.body !== null))) {
      throw new TypeError('A ' + method + ' request has no body');
    }
    let body: BodyState | null = null;
    if (hasContent) {
      const extracted = extractBody(content);
      body = extracted.body;
      if (extracted.type !== undefined && !headers.has('content-type')) headers.append('content-type', extracted.type);
    } else if (source !== undefined && source.body !== null) {
      body = takeBody(source.body);
    }
    const call = signal === undefined && given?.signal === undefined && source !== undefined ? source.call : 0;
    this.#state = { head: '', method, url, headers, immutable: false, body, options, signal, call, derived: true };
  }

  get method(): string {
    return methodOf(this.#state);
  }

  get url(): string {
    return urlOf(this.#state);
  }

  get headers(): Headers {
    return headersOf(this.#state);
  }

  get destination(): string {
    this.#state;
    return '';
  }

  get referrer(): string {
    return this.#state.options.referrer;
  }

  get referrerPolicy(): string {
    return this.#state.options.referrerPolicy;
  }

  get mode(): string {
    return this.#state.options.mode;
  }

  get credentials(): string {
    return this.#state.options.credentials;
  }

  get cache(): string {
    return this.#state.options.cache;
  }

  get redirect(): string {
    return this.#state.options.redirect;
  }

  get integrity(): string {
    return this.#state.options.integrity;
  }

  get keepalive(): boolean {
    return this.#state.options.keepalive;
  }

  get duplex(): 'half' {
    this.#state;
    return 'half';
  }

  get isReloadNavigation(): boolean {
    this.#state;
    return false;
  }

  get isHistoryNavigation(): boolean {
    this.#state;
    return false;
  }

  get signal(): AbortSignal {
    const state = this.#state;
    // An incoming request has the call's own signal; one made from it has one that follows.
    return (state.signal ??= state.call === 0 ? dependOn([]) : state.derived ? dependOn([signalOf(state.call)]) : signalOf(state.call));
  }

  clone(): Request {
    const state = this.#state;
    const body = cloneBody(state.body);
    const headers = headersFromBlock(blockOf(state), state.immutable);
    return new Request(internal as never, undefined, {
      ...state,
      method: methodOf(state),
      url: urlOf(state),
      headers,
      body,
      signal: state.call === 0 ? dependOn([this.signal]) : undefined,
      derived: true,
    });
  }

  get body(): BodyHandle | ReadableStream | null {
    return handleOf(this.#state.body);
  }

  get bodyUsed(): boolean {
    const { body } = this.#state;
    return body !== null && isUsed(body);
  }

  arrayBuffer(): Promise<unknown> {
    return #state in this ? consume(this.#state.body, 'arrayBuffer') : notThis();
  }

  bytes(): Promise<unknown> {
    return #state in this ? consume(this.#state.body, 'bytes') : notThis();
  }

  json(): Promise<unknown> {
    return #state in this ? consume(this.#state.body, 'json') : notThis();
  }

  text(): Promise<unknown> {
    return #state in this ? consume(this.#state.body, 'text') : notThis();
  }
}

/** The init's signal followed, else the source's. */
function readSignal(init: RequestInit | undefined, source: RequestState | undefined): AbortSignal | undefined {
  const given = init?.signal;
  if (given === undefined) return source?.signal === undefined ? undefined : dependOn([source.signal]);
  if (given === null) return undefined;
  if (!isAbortSignal(given)) throw new TypeError('signal must be an AbortSignal');
  return dependOn([given]);
}

/**
 * The request that a call brings. The body's buffer becomes the request's own.
 * @param head `method\nurl\nname\nvalue\n…`, the URL in its normal form and the names in lower case
 * @param call its number
 */
export function requestFromHost(head: string, body: BodySource | undefined, call = 0): Request {
  return new Request(internal as never, undefined, {
    head,
    method: undefined,
    url: undefined,
    headers: undefined,
    immutable: true,
    body: body === undefined ? null : newBody(body),
    options: defaultOptions,
    signal: undefined,
    call,
    derived: false,
  });
}

function notThis(): Promise<never> {
  return promiseReject(new TypeError('this is not a Request'));
}

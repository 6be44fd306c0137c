/** Request: an incoming one over the host's text, of which nothing is parsed until asked for, or one that plugin code makes. */

import type { AbortSignal } from './abort.ts';
import { type BodyInit, type BodySource, type BodyState, cloneBody, consume, handleOf, isUsed, newBody, takeBody } from './body.ts';
import type { Headers, HeadersInit } from './headers.ts';
import { part } from './lazy.ts';
import { indexOf, isArray, promiseReject, stringSlice } from './primordials.ts';
import type { URL } from './url.ts';
import { asInterface, internal, requireArguments } from './webidl.ts';

const streamPart = () => part<typeof import('./body-stream.ts')>('body-stream.ts');
const formsPart = () => part<typeof import('./body-forms.ts')>('body-forms.ts');
const headerPart = () => part<typeof import('./headers.ts')>('headers.ts');
const abortPart = () => part<typeof import('./abort.ts')>('abort.ts');
/** What only requests that a plugin makes need; not the module's own type, since it imports this one. */
interface InitPart {
  readonly defaultOptions: Options;
  stateFrom(input: unknown, source: RequestState | undefined, init: RequestInit | null | undefined): RequestState;
}

const initPart = () => part<InitPart>('request-init.ts');

export interface Options {
  readonly cache: string;
  readonly credentials: string;
  readonly integrity: string;
  readonly keepalive: boolean;
  readonly mode: string;
  readonly redirect: string;
  readonly referrer: string;
  readonly referrerPolicy: string;
}

export interface RequestInit extends Partial<Options> {
  body?: BodyInit | null;
  duplex?: 'half';
  headers?: HeadersInit;
  method?: string;
  priority?: 'auto' | 'high' | 'low';
  signal?: AbortSignal | null;
  window?: null;
}

export interface RequestState {
  /** What the host sent; `method` and `url` are cut from it when asked for. */
  readonly head: string;
  method: string | undefined;
  url: string | undefined;
  /** A block (see `headers.ts`) in the host's head, or the object. */
  headers: Headers | undefined;
  readonly immutable: boolean;
  readonly body: BodyState | null;
  /** Only where they are not the default. */
  readonly options: Options | undefined;
  signal: AbortSignal | undefined;
  /** Whose client's leaving aborts the signal; 0 where no client stands behind it. */
  readonly call: number;
  /** Made from another request, and not what the host sent. */
  readonly derived: boolean;
}

/**
 * What an incoming request is until someone asks for more than its method, its URL and its call: a list and no record,
 * which costs the engine five times as much to make.
 */
type Incoming = readonly [head: string, body: BodySource | undefined, call: number];
const headAt = 0,
  bodyAt = 1,
  callAt = 2;

const isIncoming = isArray as unknown as (state: RequestState | Incoming) => state is Incoming;

function whole(incoming: Incoming): RequestState {
  const body = incoming[bodyAt];
  return {
    ...{ head: incoming[headAt], method: undefined, url: undefined, headers: undefined, immutable: true },
    ...{ body: body === undefined ? null : newBody(body), options: undefined, signal: undefined, call: incoming[callAt], derived: false },
  };
}

function lineOf(head: string, n: 0 | 1): string {
  const first = indexOf(head, '\n');
  if (n === 0) return stringSlice(head, 0, first);
  const end = indexOf(head, '\n', first + 1);
  return end === -1 ? stringSlice(head, first + 1) : stringSlice(head, first + 1, end);
}

export const methodOf = (state: RequestState): string => (state.method ??= lineOf(state.head, 0));
export const urlOf = (state: RequestState): string => (state.url ??= lineOf(state.head, 1));

function headersOf(state: RequestState): Headers {
  return (state.headers ??= headerPart().headersFromBlock(blockOf(state), state.immutable));
}

export function blockOf(state: RequestState): string {
  if (state.headers !== undefined) return headerPart().toBlock(state.headers);
  const { head } = state;
  const end = indexOf(head, '\n', indexOf(head, '\n') + 1);
  return end === -1 ? '' : stringSlice(head, end + 1);
}

const optionsOf = (state: RequestState): Options => state.options ?? initPart().defaultOptions;

/** A request as it is sent. */
export interface Outgoing {
  readonly url: string;
  readonly method: string;
  /** A block (see `headers.ts`). */
  readonly headers: string;
  readonly redirect: string;
  readonly cache: string;
  readonly integrity: string;
  /** Used up by the request's own; its source is the caller's to read. */
  readonly body: BodyState | null;
  readonly signal: AbortSignal | undefined;
}

/** What a request that plugin code never sees asks for; its body is used up. */
export let outgoing: (request: Request) => Outgoing;

let stateOf: (request: Request) => RequestState;

export class Request {
  #state: RequestState | Incoming;

  constructor(input: string | URL | Request, init?: RequestInit, state?: RequestState | Incoming) {
    if ((input as unknown) === internal) {
      this.#state = state as RequestState | Incoming;
      return;
    }
    requireArguments(arguments.length, 1, 'Request');
    const source = typeof input === 'object' && input !== null && #state in input ? stateOf(input) : undefined;
    this.#state = initPart().stateFrom(input, source, init);
  }

  get method(): string {
    const state = this.#state;
    return isIncoming(state) ? lineOf(state[headAt], 0) : methodOf(state);
  }

  get url(): string {
    const state = this.#state;
    return isIncoming(state) ? lineOf(state[headAt], 1) : urlOf(state);
  }

  get headers(): Headers {
    return headersOf(stateOf(this));
  }

  get destination(): string {
    this.#state;
    return '';
  }

  get referrer(): string {
    return optionsOf(stateOf(this)).referrer;
  }

  get referrerPolicy(): string {
    return optionsOf(stateOf(this)).referrerPolicy;
  }

  get mode(): string {
    return optionsOf(stateOf(this)).mode;
  }

  get credentials(): string {
    return optionsOf(stateOf(this)).credentials;
  }

  get cache(): string {
    return optionsOf(stateOf(this)).cache;
  }

  get redirect(): string {
    return optionsOf(stateOf(this)).redirect;
  }

  get integrity(): string {
    return optionsOf(stateOf(this)).integrity;
  }

  get keepalive(): boolean {
    return optionsOf(stateOf(this)).keepalive;
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
    const state = stateOf(this);
    if (state.signal !== undefined) return state.signal;
    // An incoming request has the call's own signal; one made from it has one that follows.
    const { call } = state;
    if (call === 0) return (state.signal = abortPart().dependOn([]));
    const own = part<typeof import('./client.ts')>('client.ts').signalOf(call);
    return (state.signal = state.derived ? abortPart().dependOn([own]) : own);
  }

  clone(): Request {
    const state = stateOf(this);
    const body = cloneBody(state.body);
    const headers = headerPart().headersFromBlock(blockOf(state), state.immutable);
    return new Request(internal as never, undefined, {
      ...state,
      method: methodOf(state),
      url: urlOf(state),
      headers,
      body,
      signal: state.call === 0 ? abortPart().dependOn([this.signal]) : undefined,
      derived: true,
    });
  }

  get body(): object | null {
    return handleOf(stateOf(this).body);
  }

  get bodyUsed(): boolean {
    const { body } = stateOf(this);
    return body !== null && isUsed(body);
  }

  arrayBuffer(): Promise<unknown> {
    return #state in this ? consume(stateOf(this).body, 'arrayBuffer') : notThis();
  }

  blob(): Promise<unknown> {
    return #state in this ? formsPart().readBlob(stateOf(this).body, headersOf(stateOf(this))) : notThis();
  }

  bytes(): Promise<unknown> {
    return #state in this ? consume(stateOf(this).body, 'bytes') : notThis();
  }

  formData(): Promise<unknown> {
    return #state in this ? formsPart().readForm(stateOf(this).body, headersOf(stateOf(this))) : notThis();
  }

  json(): Promise<unknown> {
    return #state in this ? consume(stateOf(this).body, 'json') : notThis();
  }

  text(): Promise<unknown> {
    return #state in this ? consume(stateOf(this).body, 'text') : notThis();
  }

  textStream(): object {
    return streamPart().textStream(stateOf(this).body);
  }

  static {
    stateOf = (request) => {
      const state = request.#state;
      return isIncoming(state) ? (request.#state = whole(state)) : state;
    };
    outgoing = (request) => {
      const state = stateOf(request);
      const { body, signal } = state;
      const { redirect, cache, integrity } = optionsOf(state);
      return {
        ...{ url: urlOf(state), method: methodOf(state), headers: blockOf(state) },
        ...{ redirect, cache, integrity, signal, body: body === null ? null : takeBody(body) },
      };
    };
  }
}

/**
 * The request that a call brings. The body's buffer becomes the request's own.
 * @param head `method\nurl\nname\nvalue\n…`, the URL in its normal form and the names in lower case
 * @param call its number
 */
export function requestFromHost(head: string, body: BodySource | undefined, call = 0): Request {
  return new Request(internal as never, undefined, [head, body, call]);
}

function notThis(): Promise<never> {
  return promiseReject(new TypeError('this is not a Request'));
}

asInterface(Request, 'Request', 1);

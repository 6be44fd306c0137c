/** Response, and how the prelude encodes one for the host. */

import {
  type BodyInit,
  type BodySource,
  type BodyState,
  cloneBody,
  consume,
  extractBody,
  handleOf,
  isUsed,
  newBody,
  sendBody,
} from './body.ts';
import type { Headers, HeadersInit } from './headers.ts';
import { part } from './lazy.ts';
import { isWellFormed, jsonStringify, matches, promiseReject, toWellFormed } from './primordials.ts';
import { asInterface, internal, requireArguments, toDictionary, toText } from './webidl.ts';

const streamPart = () => part<typeof import('./body-stream.ts')>('body-stream.ts');
const formsPart = () => part<typeof import('./body-forms.ts')>('body-forms.ts');
const headerPart = () => part<typeof import('./headers.ts')>('headers.ts');
const urlPart = () => part<typeof import('./url.ts')>('url.ts');

export interface ResponseInit {
  headers?: HeadersInit;
  status?: number;
  statusText?: string;
}

interface ResponseState {
  readonly status: number;
  readonly statusText: string;
  readonly type: 'basic' | 'default' | 'error';
  /** Of one that was fetched: where it came from in the end. */
  readonly fetched?: { readonly url: string; readonly redirected: boolean } | undefined;
  /** A block (see `headers.ts`) until someone asks for the object. */
  headers: string | Headers;
  readonly immutable: boolean;
  readonly body: BodyState | null;
}

function headersOf(state: ResponseState): Headers {
  const { headers } = state;
  if (typeof headers !== 'string') return headers;
  return (state.headers = headerPart().headersFromBlock(headers, state.immutable));
}

const jsonType = 'content-type\napplication/json';
const invalidReason = /[^\t\x20-\x7e\x80-\xff]/;

/** The init's parts, checked; headers as a Headers only where there are any. */
function readInit(init: ResponseInit | undefined): {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers | undefined;
} {
  if (init === undefined) return defaults;
  const headers = init.headers === undefined ? undefined : new (headerPart().Headers)(init.headers);
  const given = init.status;
  let status = 200;
  if (given !== undefined) {
    status = +given & 0xffff;
    if (status < 200 || status > 599) throw new RangeError('The status must be from 200 to 599');
  }
  const reason = init.statusText === undefined ? '' : toText(init.statusText);
  if (reason !== '' && matches(invalidReason, reason)) throw new TypeError('Invalid statusText');
  return { status, statusText: reason, headers };
}

const defaults = { status: 200, statusText: '', headers: undefined } as const;

const isNullBodyStatus = (status: number) => status === 204 || status === 205 || status === 304;

/** Whether a value is a Response of this realm, and no imitation. */
export let isResponse: (value: unknown) => value is Response;
/**
 * A response as the host takes it, its body used up, but for a stream, which is the caller's to read.
 * @returns head `status\nstatusText\nname\nvalue\n…`; a text body is without lone surrogates, but may hold U+0000
 * @throws TypeError where the body has been read, or the response is a network error
 */
export let encodeResponse: (response: Response) => { head: string; body: BodySource | undefined };

export class Response {
  readonly #state: ResponseState;

  constructor(body?: BodyInit | null, init?: ResponseInit, state?: ResponseState) {
    if ((body as unknown) === internal) {
      this.#state = state as ResponseState;
      return;
    }
    const { status, statusText, headers } = readInit(toDictionary(init, 'The init of a Response'));
    if (body === undefined || body === null) {
      this.#state = { status, statusText, type: 'default', headers: headers ?? '', immutable: false, body: null };
      return;
    }
    const extracted = extractBody(body);
    if (isNullBodyStatus(status)) throw new TypeError('A response with status ' + status + ' has no body');
    const { type } = extracted;
    let all: string | Headers = headers ?? '';
    if (type !== undefined) {
      if (headers === undefined) all = 'content-type\n' + type;
      else if (!headers.has('content-type')) headers.append('content-type', type);
    }
    this.#state = { status, statusText, type: 'default', headers: all, immutable: false, body: extracted.body };
  }

  static error(): Response {
    return create({ status: 0, statusText: '', type: 'error', headers: '', immutable: true, body: null });
  }

  static redirect(url: unknown, status: number = 302): Response {
    requireArguments(arguments.length, 1, 'Response.redirect');
    const parsed = urlPart().normalizeUrl(url);
    if (parsed === undefined) throw new TypeError('Response.redirect needs an absolute URL');
    const code = +status & 0xffff;
    if (code !== 301 && code !== 302 && code !== 303 && code !== 307 && code !== 308) throw new RangeError(code + ' is no redirect status');
    return create({ status: code, statusText: '', type: 'default', headers: 'location\n' + parsed.href, immutable: true, body: null });
  }

  static json(data: unknown, init?: ResponseInit): Response {
    requireArguments(arguments.length, 1, 'Response.json');
    const text = jsonStringify(data);
    if (text === undefined) throw new TypeError('The value is not JSON');
    if (init === undefined || init === null) return jsonResponse(text);
    const { status, statusText, headers } = readInit(toDictionary(init, 'The init of a Response'));
    if (isNullBodyStatus(status)) throw new TypeError('A response with status ' + status + ' has no body');
    if (headers !== undefined && !headers.has('content-type')) headers.append('content-type', 'application/json');
    return create({ status, statusText, type: 'default', headers: headers ?? jsonType, immutable: false, body: newBody(text) });
  }

  get type(): 'basic' | 'default' | 'error' {
    return this.#state.type;
  }

  get url(): string {
    return this.#state.fetched?.url ?? '';
  }

  get redirected(): boolean {
    return this.#state.fetched?.redirected ?? false;
  }

  get status(): number {
    return this.#state.status;
  }

  get ok(): boolean {
    const { status } = this.#state;
    return status >= 200 && status <= 299;
  }

  get statusText(): string {
    return this.#state.statusText;
  }

  get headers(): Headers {
    return headersOf(this.#state);
  }

  clone(): Response {
    const state = this.#state;
    const body = cloneBody(state.body);
    const { status, statusText, type, fetched, headers, immutable } = state;
    const block = typeof headers === 'string' ? headers : headerPart().toBlock(headers);
    return create({ status, statusText, type, fetched, headers: block, immutable, body });
  }

  get body(): object | null {
    return handleOf(this.#state.body);
  }

  get bodyUsed(): boolean {
    const { body } = this.#state;
    return body !== null && isUsed(body);
  }

  arrayBuffer(): Promise<unknown> {
    return #state in this ? consume(this.#state.body, 'arrayBuffer') : notThis();
  }

  blob(): Promise<unknown> {
    return #state in this ? formsPart().readBlob(this.#state.body, headersOf(this.#state)) : notThis();
  }

  bytes(): Promise<unknown> {
    return #state in this ? consume(this.#state.body, 'bytes') : notThis();
  }

  formData(): Promise<unknown> {
    return #state in this ? formsPart().readForm(this.#state.body, headersOf(this.#state)) : notThis();
  }

  json(): Promise<unknown> {
    return #state in this ? consume(this.#state.body, 'json') : notThis();
  }

  text(): Promise<unknown> {
    return #state in this ? consume(this.#state.body, 'text') : notThis();
  }

  textStream(): object {
    return streamPart().textStream(this.#state.body);
  }

  static {
    isResponse = (value): value is Response => typeof value === 'object' && value !== null && #state in value;
    encodeResponse = (response) => {
      const { status, statusText, headers, body } = response.#state;
      if (status === 0) throw new TypeError('A network error (Response.error()) cannot be sent');
      const block = typeof headers === 'string' ? headers : headerPart().toBlock(headers);
      const head = block === '' ? status + '\n' + statusText : status + '\n' + statusText + '\n' + block;
      if (body === null) return { head, body: undefined };
      const source = sendBody(body);
      return { head, body: typeof source === 'string' && !isWellFormed(source) ? toWellFormed(source) : source };
    };
  }
}

const create = (state: ResponseState): Response => new Response(internal as never, undefined, state);

/** What the host says of a response that was fetched. */
export interface FetchedHead {
  readonly url: string;
  readonly redirected: boolean;
  readonly status: number;
  readonly statusText: string;
  /** A block (see `headers.ts`). */
  readonly headers: string;
}

export function responseFromHost({ url, redirected, status, statusText, headers }: FetchedHead, body: BodyState | null): Response {
  return create({ status, statusText, type: 'basic', fetched: { url, redirected }, headers, immutable: true, body });
}

/** A JSON text as a response. */
export function jsonResponse(text: string): Response {
  return create({ status: 200, statusText: '', type: 'default', headers: jsonType, immutable: false, body: newBody(text) });
}

function notThis(): Promise<never> {
  return promiseReject(new TypeError('this is not a Response'));
}

asInterface(Response, 'Response', 0, { json: 1, redirect: 1 });

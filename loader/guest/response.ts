/** Response, and how the prelude encodes one for the host. */

import {
  type BodyInit,
  type BodySource,
  type BodyState,
  cloneBody,
  consume,
  type Extracted,
  extractBody,
  handleOf,
  isUsed,
  newBody,
  sendBody,
} from './body.ts';
import type { Headers, HeadersInit } from './headers.ts';
import { part } from './lazy.ts';
import { jsonStringify, matches, promiseReject } from './primordials.ts';
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

/** A list and no record: making a record costs the engine five times as much, and every call makes one of these. */
type ResponseState = [
  status: number,
  statusText: string,
  /** A block (see `headers.ts`) until someone asks for the object. */
  headers: string | Headers,
  /** A text until someone asks for more than to send it. */
  body: string | BodyState | null,
  type: 'basic' | 'default' | 'error',
  immutable: boolean,
  /** Of one that was fetched: where it came from in the end. */
  fetched: { readonly url: string; readonly redirected: boolean } | undefined,
  /** Whether a body that still is a text was sent. */
  sent: boolean,
];
const statusAt = 0,
  statusTextAt = 1,
  headersAt = 2,
  bodyAt = 3,
  typeAt = 4,
  immutableAt = 5,
  fetchedAt = 6,
  sentAt = 7;

function headersOf(state: ResponseState): Headers {
  const headers = state[headersAt];
  if (typeof headers !== 'string') return headers;
  return (state[headersAt] = headerPart().headersFromBlock(headers, state[immutableAt]));
}

function bodyOf(state: ResponseState): BodyState | null {
  const body = state[bodyAt];
  if (typeof body !== 'string') return body;
  const made = newBody(body);
  made.used = state[sentAt];
  return (state[bodyAt] = made);
}

function headOf(state: ResponseState): string {
  const status = state[statusAt];
  if (status === 0) throw new TypeError('A network error (Response.error()) cannot be sent');
  const headers = state[headersAt];
  const block = typeof headers === 'string' ? headers : headerPart().toBlock(headers);
  const statusText = state[statusTextAt];
  if (status === 200 && statusText === '') {
    if (block === jsonType) return jsonHead;
    if (block === textType) return textHead;
  }
  return block === '' ? status + '\n' + statusText : status + '\n' + statusText + '\n' + block;
}

const jsonType = 'content-type\napplication/json';
const jsonHead = '200\n\n' + jsonType;
const textType = 'content-type\ntext/plain;charset=UTF-8';
const textHead = '200\n\n' + textType;
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
 * Hands a response over as the host takes it, its body used up, but for a stream, which is the taker's to read.
 * @param take is given the head, `status\nstatusText\nname\nvalue\n…`, and the body
 * @throws TypeError where the body has been read, or the response is a network error
 */
export let sendResponse: <T>(response: Response, take: (to: T, head: string, body: BodySource | undefined) => void, to: T) => void;

export class Response {
  readonly #state: ResponseState;

  constructor(body?: BodyInit | null, init?: ResponseInit, state?: ResponseState) {
    if ((body as unknown) === internal) {
      this.#state = state as ResponseState;
      return;
    }
    const { status, statusText, headers } = readInit(toDictionary(init, 'The init of a Response'));
    if (body === undefined || body === null) {
      this.#state = [status, statusText, headers ?? '', null, 'default', false, undefined, false];
      return;
    }
    const isText = typeof body === 'string';
    const extracted = isText ? undefined : extractBody(body);
    if (isNullBodyStatus(status)) throw new TypeError('A response with status ' + status + ' has no body');
    const type = extracted === undefined ? 'text/plain;charset=UTF-8' : extracted.type;
    let all: string | Headers = headers ?? '';
    if (type !== undefined) {
      if (headers === undefined) all = isText ? textType : 'content-type\n' + type;
      else if (!headers.has('content-type')) headers.append('content-type', type);
    }
    this.#state = [status, statusText, all, isText ? body : (extracted as Extracted).body, 'default', false, undefined, false];
  }

  static error(): Response {
    return create([0, '', '', null, 'error', true, undefined, false]);
  }

  static redirect(url: unknown, status: number = 302): Response {
    requireArguments(arguments.length, 1, 'Response.redirect');
    const parsed = urlPart().normalizeUrl(url);
    if (parsed === undefined) throw new TypeError('Response.redirect needs an absolute URL');
    const code = +status & 0xffff;
    if (code !== 301 && code !== 302 && code !== 303 && code !== 307 && code !== 308) throw new RangeError(code + ' is no redirect status');
    return create([code, '', 'location\n' + parsed.href, null, 'default', true, undefined, false]);
  }

  static json(data: unknown, init?: ResponseInit): Response {
    requireArguments(arguments.length, 1, 'Response.json');
    const text = jsonStringify(data);
    if (text === undefined) throw new TypeError('The value is not JSON');
    if (init === undefined || init === null) return jsonResponse(text);
    const { status, statusText, headers } = readInit(toDictionary(init, 'The init of a Response'));
    if (isNullBodyStatus(status)) throw new TypeError('A response with status ' + status + ' has no body');
    if (headers !== undefined && !headers.has('content-type')) headers.append('content-type', 'application/json');
    return create([status, statusText, headers ?? jsonType, text, 'default', false, undefined, false]);
  }

  get type(): 'basic' | 'default' | 'error' {
    return this.#state[typeAt];
  }

  get url(): string {
    return this.#state[fetchedAt]?.url ?? '';
  }

  get redirected(): boolean {
    return this.#state[fetchedAt]?.redirected ?? false;
  }

  get status(): number {
    return this.#state[statusAt];
  }

  get ok(): boolean {
    const status = this.#state[statusAt];
    return status >= 200 && status <= 299;
  }

  get statusText(): string {
    return this.#state[statusTextAt];
  }

  get headers(): Headers {
    return headersOf(this.#state);
  }

  clone(): Response {
    const state = this.#state;
    const body = cloneBody(bodyOf(state));
    const headers = state[headersAt];
    const block = typeof headers === 'string' ? headers : headerPart().toBlock(headers);
    return create([state[statusAt], state[statusTextAt], block, body, state[typeAt], state[immutableAt], state[fetchedAt], false]);
  }

  get body(): object | null {
    return handleOf(bodyOf(this.#state));
  }

  get bodyUsed(): boolean {
    const body = bodyOf(this.#state);
    return body !== null && isUsed(body);
  }

  arrayBuffer(): Promise<unknown> {
    return #state in this ? consume(bodyOf(this.#state), 'arrayBuffer') : notThis();
  }

  blob(): Promise<unknown> {
    return #state in this ? formsPart().readBlob(bodyOf(this.#state), headersOf(this.#state)) : notThis();
  }

  bytes(): Promise<unknown> {
    return #state in this ? consume(bodyOf(this.#state), 'bytes') : notThis();
  }

  formData(): Promise<unknown> {
    return #state in this ? formsPart().readForm(bodyOf(this.#state), headersOf(this.#state)) : notThis();
  }

  json(): Promise<unknown> {
    return #state in this ? consume(bodyOf(this.#state), 'json') : notThis();
  }

  text(): Promise<unknown> {
    return #state in this ? consume(bodyOf(this.#state), 'text') : notThis();
  }

  textStream(): object {
    return streamPart().textStream(bodyOf(this.#state));
  }

  static {
    isResponse = (value): value is Response => typeof value === 'object' && value !== null && #state in value;
    sendResponse = (response, take, to) => {
      const state = response.#state;
      const body = state[bodyAt];
      const head = headOf(state);
      if (typeof body === 'string' && !state[sentAt]) {
        state[sentAt] = true;
        take(to, head, body);
      } else {
        const whole = bodyOf(state);
        take(to, head, whole === null ? undefined : sendBody(whole));
      }
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
  return create([status, statusText, headers, body, 'basic', true, { url, redirected }, false]);
}

/** A JSON text as a response. */
export function jsonResponse(text: string): Response {
  return create([200, '', jsonType, text, 'default', false, undefined, false]);
}

function notThis(): Promise<never> {
  return promiseReject(new TypeError('this is not a Response'));
}

asInterface(Response, 'Response', 0, { json: 1, redirect: 1 });

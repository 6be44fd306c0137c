/** Bodies: a text, bytes, or a stream, that can be read once, shared by all that hand one on. */

import { type BufferSource, copyBytes, isBufferSource } from './buffer-source.ts';
import { part } from './lazy.ts';
import {
  Bytes,
  charCodeAt,
  defineProperty,
  freeze,
  isWellFormed,
  jsonParse,
  promiseReject,
  promiseResolve,
  promiseThen,
  sliceBuffer,
  stringSlice,
  toWellFormed,
} from './primordials.ts';
import { toText } from './webidl.ts';

const utf8 = () => part<typeof import('./utf8.ts')>('utf8.ts');

/** What bodies use of a ReadableStream, whose classes are a part of their own. */
export interface ByteStream {
  readonly locked: boolean;
  getReader(): Reader;
  tee(): [ByteStream, ByteStream];
}

/** What is used of a reader. */
export interface Reader {
  read(): Promise<{ readonly done: boolean; readonly value?: unknown }>;
  cancel(reason?: unknown): Promise<unknown>;
}

/** What the part with the streams tells when it is loaded. */
interface Streams {
  isStream(value: unknown): value is ByteStream;
  /** Whether it has a reader, or has been read or canceled. */
  isUnusable(stream: ByteStream): boolean;
  isDisturbed(stream: ByteStream): boolean;
  readAll(stream: ByteStream): Promise<ArrayBuffer>;
}

let streams: Streams | undefined;
export function defineStreams(given: Streams): void {
  streams = given;
}

/** There is none before the part that has them is loaded. */
export const isStream = (value: unknown): value is ByteStream => streams?.isStream(value) === true;

/** What another part makes of a value of its own that is a body; `undefined` where it is none. */
type Extract = (value: object) => Extracted | undefined;

interface Extracted {
  readonly body: BodyState;
  readonly type: string | undefined;
}

const extracts: Extract[] = [];

/** A part that has a kind of body tells how to take one: until it is loaded, there is no such value. */
export function addBodyKind(extract: Extract): void {
  extracts[extracts.length] = extract;
}

export type BodyInit = string | BufferSource | BodyHandle | object;

/** A text stands for its UTF-8. The buffer is the body's own; no plugin holds it. A stream is the plugin's, too. */
export type BodySource = string | ArrayBuffer | ByteStream;

export interface BodyState {
  source: BodySource;
  /** Ask `isUsed`: a stream may have been read behind the body's back. */
  used: boolean;
  /** Whether another body has the same buffer, so that it cannot be given away. */
  shared: boolean;
  handle: BodyHandle | undefined;
}

export const newBody = (source: BodySource): BodyState => ({ source, used: false, shared: false, handle: undefined });

export const isUsed = (body: BodyState): boolean => body.used || (isStream(body.source) && (streams as Streams).isDisturbed(body.source));

/** Whether it can be neither read nor handed on. */
const isSpent = (body: BodyState): boolean => body.used || (isStream(body.source) && (streams as Streams).isUnusable(body.source));

let stateOf: (handle: BodyHandle) => BodyState;
let isHandle: (value: unknown) => value is BodyHandle;

/** What `body` gives of a body that is no stream: to be handed to another Request or Response, which then shares the state. */
export class BodyHandle {
  readonly #state: BodyState;

  constructor(state: BodyState) {
    this.#state = state;
    freeze(this);
  }

  get locked(): boolean {
    return this.#state.used;
  }

  static {
    stateOf = (handle) => handle.#state;
    isHandle = (value): value is BodyHandle => typeof value === 'object' && value !== null && #state in value;
  }
}
// Its constructor would take any state, so nobody gets hold of it.
defineProperty(BodyHandle.prototype, 'constructor', { value: Object, configurable: false });
defineProperty(BodyHandle.prototype, Symbol.toStringTag, { value: 'Body' });

export function handleOf(body: BodyState | null): BodyHandle | ByteStream | null {
  if (body === null) return null;
  return isStream(body.source) ? body.source : (body.handle ??= new BodyHandle(body));
}

/** What a body is made of, and the content type that goes with it. @throws TypeError for what has been read already */
export function extractBody(init: unknown): Extracted {
  if (typeof init === 'string') return { body: newBody(init), type: 'text/plain;charset=UTF-8' };
  if (isHandle(init)) {
    const body = stateOf(init);
    if (body.used) throw new TypeError('The body has been read already');
    return { body, type: undefined };
  }
  if (isBufferSource(init)) return { body: newBody(copyBytes(init)), type: undefined };
  if (isStream(init)) {
    if ((streams as Streams).isUnusable(init)) throw new TypeError('The stream is locked, or has been read already');
    return { body: newBody(init), type: undefined };
  }
  if (typeof init === 'object' && init !== null) {
    for (let i = 0; i < extracts.length; i += 1) {
      const extracted = (extracts[i] as Extract)(init);
      if (extracted !== undefined) return extracted;
    }
  }
  return { body: newBody(toText(init)), type: 'text/plain;charset=UTF-8' };
}

/** @throws TypeError where the body has been read */
export function cloneBody(body: BodyState | null): BodyState | null {
  if (body === null) return null;
  if (isSpent(body)) throw new TypeError('The body has been read already, so it cannot be cloned');
  if (isStream(body.source)) {
    const [first, second] = body.source.tee();
    body.source = first;
    return newBody(second);
  }
  body.shared = true;
  return { source: body.source, used: false, shared: true, handle: undefined };
}

/** The body as another's, this one being used up. */
export function takeBody(body: BodyState): BodyState {
  if (isSpent(body)) throw new TypeError('The body has been read already');
  body.used = true;
  return { source: body.source, used: false, shared: body.shared, handle: undefined };
}

export type Reading = 'text' | 'json' | 'arrayBuffer' | 'bytes';

/** Reads a body to its end. */
export function consume(body: BodyState | null, reading: Reading): Promise<unknown> {
  try {
    return promiseResolve(body === null ? read('', true, reading) : readOnce(body, reading));
  } catch (error) {
    return promiseReject(error);
  }
}

function readOnce(body: BodyState, reading: Reading): unknown {
  if (isSpent(body)) throw new TypeError('The body has been read already');
  body.used = true;
  const { source } = body;
  if (!isStream(source)) return read(source, body.shared, reading);
  return promiseThen((streams as Streams).readAll(source), (bytes) => read(bytes, false, reading));
}

function read(source: string | ArrayBuffer, shared: boolean, reading: Reading): unknown {
  if (reading === 'text' || reading === 'json') {
    const text = typeof source === 'string' ? fromSource(source) : utf8().fromUtf8(new Bytes(source));
    return reading === 'text' ? text : jsonParse(text);
  }
  const buffer = typeof source === 'string' ? utf8().utf8(source) : shared ? sliceBuffer(source, 0) : source;
  return reading === 'bytes' ? new Bytes(buffer) : buffer;
}

/** What encoding a text to UTF-8 and decoding it again would give. */
function fromSource(source: string): string {
  const text = isWellFormed(source) ? source : toWellFormed(source);
  return text !== '' && charCodeAt(text, 0) === 0xfeff ? stringSlice(text, 1) : text;
}

/** Bodies: a text, bytes, or a stream, that can be read once, shared by all that hand one on. */

import { isDisturbed, isStream, isUnusable, type ReadableStream, readerOf } from './body-stream.ts';
import { type BufferSource, copyBytes, isBufferSource } from './buffer-source.ts';
import {
  Bytes,
  charCodeAt,
  defineProperty,
  freeze,
  isWellFormed,
  jsonParse,
  NativePromise,
  promiseReject,
  promiseResolve,
  promiseThen,
  push,
  setBytes,
  sliceBuffer,
  stringSlice,
  toWellFormed,
  typedArrayLength,
  typedArrayTag,
} from './primordials.ts';
import { fromUtf8, utf8 } from './text.ts';
import { queryOf, type URLSearchParams } from './url-search-params.ts';
import { toText } from './webidl.ts';

export type BodyInit = string | BufferSource | URLSearchParams | ReadableStream | BodyHandle;

/** A text stands for its UTF-8. The buffer is the body's own; no plugin holds it. A stream is the plugin's, too. */
export type BodySource = string | ArrayBuffer | ReadableStream;

export interface BodyState {
  source: BodySource;
  /** Ask `isUsed`: a stream may have been read behind the body's back. */
  used: boolean;
  /** Whether another body has the same buffer, so that it cannot be given away. */
  shared: boolean;
  handle: BodyHandle | undefined;
}

export const newBody = (source: BodySource): BodyState => ({ source, used: false, shared: false, handle: undefined });

export const isUsed = (body: BodyState): boolean => body.used || (isStream(body.source) && isDisturbed(body.source));

/** Whether it can be neither read nor handed on. */
const isSpent = (body: BodyState): boolean => body.used || (isStream(body.source) && isUnusable(body.source));

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

export function handleOf(body: BodyState | null): BodyHandle | ReadableStream | null {
  if (body === null) return null;
  return isStream(body.source) ? body.source : (body.handle ??= new BodyHandle(body));
}

/** What a body is made of, and the content type that goes with it. @throws TypeError for what has been read already */
export function extractBody(init: unknown): { readonly body: BodyState; readonly type: string | undefined } {
  if (typeof init === 'string') return { body: newBody(init), type: 'text/plain;charset=UTF-8' };
  if (isHandle(init)) {
    const body = stateOf(init);
    if (body.used) throw new TypeError('The body has been read already');
    return { body, type: undefined };
  }
  if (isBufferSource(init)) return { body: newBody(copyBytes(init)), type: undefined };
  if (isStream(init)) {
    if (isUnusable(init)) throw new TypeError('The stream is locked, or has been read already');
    return { body: newBody(init), type: undefined };
  }
  const query = queryOf(init);
  if (query !== undefined) return { body: newBody(query), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
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
  return isStream(source) ? readStream(source, reading) : read(source, body.shared, reading);
}

/** Not by `async`: a body may come in a million chunks, and none may leave a promise behind. */
function readStream(stream: ReadableStream, reading: Reading): Promise<unknown> {
  return new NativePromise((resolve, reject) => {
    const reader = readerOf(stream);
    const chunks: Uint8Array[] = [];
    let length = 0;
    const next = () => promiseThen(reader.read(), take, reject);
    const take = ({ done, value }: { readonly done: boolean; readonly value?: unknown }) => {
      try {
        if (done) resolve(read(joined(chunks, length), false, reading));
        else if (typedArrayTag(value) !== 'Uint8Array') throw new TypeError('A chunk of the body is not a Uint8Array');
        else {
          push(chunks, value as Uint8Array);
          length += typedArrayLength(value);
          next();
        }
      } catch (error) {
        reject(error);
      }
    };
    next();
  });
}

function joined(chunks: readonly Uint8Array[], length: number): ArrayBuffer {
  const all = new Bytes(length);
  let at = 0;
  for (let i = 0; i < chunks.length; i += 1) {
    const chunk = chunks[i] as Uint8Array;
    setBytes(all, chunk, at);
    at += typedArrayLength(chunk);
  }
  return all.buffer;
}

function read(source: string | ArrayBuffer, shared: boolean, reading: Reading): unknown {
  if (reading === 'text' || reading === 'json') {
    const text = typeof source === 'string' ? fromSource(source) : fromUtf8(new Bytes(source));
    return reading === 'text' ? text : jsonParse(text);
  }
  const buffer = typeof source === 'string' ? utf8(source) : shared ? sliceBuffer(source, 0) : source;
  return reading === 'bytes' ? new Bytes(buffer) : buffer;
}

/** What encoding a text to UTF-8 and decoding it again would give. */
function fromSource(source: string): string {
  const text = isWellFormed(source) ? source : toWellFormed(source);
  return text !== '' && charCodeAt(text, 0) === 0xfeff ? stringSlice(text, 1) : text;
}

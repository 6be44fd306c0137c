/** Bodies: a text or bytes that can be read once, shared by all that hand one on. */

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
  sliceBuffer,
  stringSlice,
  toWellFormed,
} from './primordials.ts';
import { toText } from './webidl.ts';

const utf8 = () => part<typeof import('./utf8.ts')>('utf8.ts');

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

/** A text stands for its UTF-8. The buffer is the body's own; no plugin holds it. */
export interface BodyState {
  source: string | ArrayBuffer;
  used: boolean;
  /** Whether another body has the same buffer, so that it cannot be given away. */
  shared: boolean;
  handle: BodyHandle | undefined;
}

export const newBody = (source: string | ArrayBuffer): BodyState => ({ source, used: false, shared: false, handle: undefined });

let stateOf: (handle: BodyHandle) => BodyState;
let isHandle: (value: unknown) => value is BodyHandle;

/** What `body` gives until there are streams: to be handed to another Request or Response, which then shares the state. */
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

export const handleOf = (body: BodyState | null): BodyHandle | null => (body === null ? null : (body.handle ??= new BodyHandle(body)));

/** What a body is made of, and the content type that goes with it. @throws TypeError for a handle whose body has been read */
export function extractBody(init: unknown): Extracted {
  if (typeof init === 'string') return { body: newBody(init), type: 'text/plain;charset=UTF-8' };
  if (isHandle(init)) {
    const body = stateOf(init);
    if (body.used) throw new TypeError('The body has been read already');
    return { body, type: undefined };
  }
  if (isBufferSource(init)) return { body: newBody(copyBytes(init)), type: undefined };
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
  if (body.used) throw new TypeError('The body has been read already, so it cannot be cloned');
  body.shared = true;
  return { source: body.source, used: false, shared: true, handle: undefined };
}

/** The body as another's, this one being used up. */
export function takeBody(body: BodyState): BodyState {
  if (body.used) throw new TypeError('The body has been read already');
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
  if (body.used) throw new TypeError('The body has been read already');
  body.used = true;
  const { source } = body;
  return read(source, body.shared, reading);
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

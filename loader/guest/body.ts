/** Bodies: a text, bytes, or a stream, that can be read once, shared by all that hand one on. */

import { type BufferSource, copyBytes, isBufferSource } from './buffer-source.ts';
import { part } from './lazy.ts';
import {
  Bytes,
  charCodeAt,
  hasOwn,
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

/** A body that is no stream. The buffer is the body's own; no plugin holds it. */
export interface Content {
  /** A text stands for its UTF-8. */
  readonly source: string | ArrayBuffer;
  /** Whether another body has the same buffer, so that it cannot be given away. */
  readonly shared: boolean;
}

/** What the part with the streams tells when it is loaded. */
interface Streams {
  isStream(value: unknown): value is ByteStream;
  /** Whether it has a reader, or has been read or canceled. */
  isUnusable(stream: ByteStream): boolean;
  isDisturbed(stream: ByteStream): boolean;
  /** Whether it was made for a body, or a Blob. */
  isOwn(stream: ByteStream): boolean;
  /** Makes a stream of a body that is none. */
  streamFor(body: BodyState): ByteStream;
  /** The content of a stream that was made of one, and which nobody has touched; the stream is then used up. */
  contentOf(stream: ByteStream): Content | undefined;
  readAll(stream: ByteStream, make: (bytes: ArrayBuffer) => unknown): Promise<unknown>;
  /** What comes out of a stream as another's, the first being locked. */
  proxy(stream: ByteStream): ByteStream;
  tee(stream: ByteStream): [ByteStream, ByteStream];
}

/** Not the module's own type: it imports this one. */
interface HandlePart {
  newHandle(state: BodyState): object;
}

let streams: Streams | undefined;
export function defineStreams(given: Streams): void {
  streams = given;
}

/** A member that streams have and no other object; not `instanceof`, which a plugin can change. */
export const streamMark = '_readableStreamController';

/** There is none before the part that has them is loaded. */
export const isStream = (value: unknown): value is ByteStream => streams?.isStream(value) === true;

/** Whether it is a stream that plugin code made, and not one that a body gave. */
export const isForeignStream = (value: unknown): boolean => isStream(value) && !(streams as Streams).isOwn(value);

/** What another part makes of a value of its own that is a body; `undefined` where it is none. */
type Extract = (value: object) => Extracted | undefined;

export interface Extracted {
  readonly body: BodyState;
  readonly type: string | undefined;
}

const extracts: Extract[] = [];

/** A part that has a kind of body tells how to take one: until it is loaded, there is no such value. */
export function addBodyKind(extract: Extract): void {
  extracts[extracts.length] = extract;
}

export type BodyInit = string | BufferSource | ByteStream | object;

/** A stream is the plugin's, too. */
export type BodySource = Content['source'] | ByteStream;

export interface BodyState {
  source: BodySource;
  /** Ask `isUsed`: a stream may have been read behind the body's back. */
  used: boolean;
  shared: boolean;
  /** What `body` has given before there were streams. */
  handle: object | undefined;
}

export const newBody = (source: BodySource, shared = false): BodyState => ({ source, used: false, shared, handle: undefined });

export const isUsed = (body: BodyState): boolean => body.used || (isStream(body.source) && (streams as Streams).isDisturbed(body.source));

/** Whether it can be neither read nor handed on. */
const isSpent = (body: BodyState): boolean => body.used || (isStream(body.source) && (streams as Streams).isUnusable(body.source));

export function claim(body: BodyState): void {
  if (isSpent(body)) throw new TypeError('The body has been read already, or is being read');
}

/**
 * What `body` gives: a stream. Most code only hands it on, so as long as the plugin has not named what streams have, it
 * gets a stand-in that becomes one when it is used.
 */
export function handleOf(body: BodyState | null): object | null {
  if (body === null) return null;
  if (body.handle !== undefined) return body.handle;
  if (isStream(body.source)) return body.source;
  if (streams !== undefined) return streams.streamFor(body);
  return (body.handle = part<HandlePart>('body-handle.ts').newHandle(body));
}

/** What a body is made of, and the content type that goes with it. @throws TypeError for what has been read already */
export function extractBody(init: unknown): Extracted {
  if (typeof init === 'string') return { body: newBody(init), type: 'text/plain;charset=UTF-8' };
  if (isBufferSource(init)) return { body: newBody(copyBytes(init)), type: undefined };
  if (isStream(init)) {
    if ((streams as Streams).isUnusable(init)) throw new TypeError('The stream is locked, or has been read already');
    return { body: newBody(init), type: undefined };
  }
  if (typeof init === 'object' && init !== null) {
    for (let i = 0; i < extracts.length; i += 1) {
      const extracted = (extracts[i] as Extract)(init);
      if (extracted === undefined) continue;
      claim(extracted.body);
      return extracted;
    }
    if (streams === undefined && hasOwn(init, streamMark)) {
      part('body-stream.ts');
      return extractBody(init);
    }
  }
  return { body: newBody(toText(init)), type: 'text/plain;charset=UTF-8' };
}

/** Takes the content back from a stream that was made of it, where it still can be had. */
function settle(body: BodyState): void {
  const content = isStream(body.source) ? (streams as Streams).contentOf(body.source) : undefined;
  if (content === undefined) return;
  body.source = content.source;
  body.shared = content.shared;
}

/** @throws TypeError where the body has been read */
export function cloneBody(body: BodyState | null): BodyState | null {
  if (body === null) return null;
  claim(body);
  settle(body);
  body.handle = undefined;
  if (isStream(body.source)) {
    const [first, second] = (streams as Streams).tee(body.source);
    body.source = first;
    return newBody(second);
  }
  body.shared = true;
  return newBody(body.source, true);
}

/** The body as another's, this one being used up. A stream is the other's to lock at once. */
export const takeBody = (body: BodyState): BodyState => newBody(sendBody(body), body.shared);

/** As {@link takeBody}, where plugin code sees both: the first's stream is locked. */
export function passBody(body: BodyState): BodyState {
  const taken = takeBody(body);
  if (isStream(taken.source)) taken.source = (streams as Streams).proxy(taken.source);
  return taken;
}

/** What the body is, for whoever takes it away. A stream is still to be locked. @throws TypeError where it has been read */
export function sendBody(body: BodyState): BodySource {
  claim(body);
  const { source } = body;
  settle(body);
  body.used = true;
  const content = body.source;
  // Whoever asks for the body gets the stream that he had.
  if (isStream(source)) body.source = source;
  return content;
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
  const source = sendBody(body);
  if (!isStream(source)) return read(source, body.shared, reading);
  return (streams as Streams).readAll(source, (bytes) => read(bytes, false, reading));
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

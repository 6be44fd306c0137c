/** The one place where bodies meet the platform's streams. */

import { type BodyState, type ByteStream, type Content, claim, defineStreams, isStream, newBody, type Reader, streamMark } from './body.ts';
import { part } from './lazy.ts';
import {
  Bytes,
  bufferByteLength,
  getOwnPropertyDescriptor,
  hasOwn,
  NativePromise,
  NativeWeakMap,
  promiseResolve,
  promiseThen,
  push,
  setBytes,
  sliceBuffer,
  typedArrayLength,
  typedArrayTag,
  uncurry,
  weakMapGet,
  weakMapSet,
} from './primordials.ts';
import { isDisturbed as hasBeenRead, ReadableStream } from './streams.ts';

const isLocked = uncurry(getOwnPropertyDescriptor(ReadableStream.prototype, 'locked')?.get as (this: unknown) => boolean);
const isDisturbed = hasBeenRead as unknown as (stream: ByteStream) => boolean;
const pipeThrough = uncurry(ReadableStream.prototype.pipeThrough as (this: unknown, pair: object) => ByteStream);

/** Locks the stream for good. @throws TypeError where it is locked */
export const readerOf = (stream: ByteStream): Reader => stream.getReader();

/** Whether it has a reader, or has been read or canceled. */
export const isUnusable = (stream: ByteStream): boolean => isLocked(stream) || isDisturbed(stream);

/**
 * A stream of bytes that come from elsewhere, and are asked for only when someone reads.
 * @param pull `undefined` at the end
 */
export function hostBodyStream(pull: () => Promise<Uint8Array<ArrayBuffer> | undefined>, cancel: (reason: unknown) => void): ByteStream {
  const stream = new ReadableStream(
    {
      type: 'bytes',
      pull(controller) {
        return promiseThen(pull(), (bytes) => {
          if (bytes !== undefined) controller.enqueue(bytes);
          else {
            controller.close();
            controller.byobRequest?.respond(0);
          }
        }) as Promise<undefined>;
      },
      cancel,
    },
    { highWaterMark: 0 },
  ) as unknown as ByteStream;
  return made(stream);
}

/** Those that no plugin has made. */
const own = new NativeWeakMap<object, true>();

function made(stream: ByteStream): ByteStream {
  weakMapSet(own, stream, true);
  return stream;
}

/** Not by `async`: a body may come in a million chunks, and none may leave a promise behind. */
export function readAll(stream: ByteStream): Promise<ArrayBuffer> {
  return new NativePromise((resolve, reject) => {
    const reader = readerOf(stream);
    const chunks: Uint8Array[] = [];
    let length = 0;
    const next = () => promiseThen(reader.read(), take, reject);
    const take = ({ done, value }: { readonly done: boolean; readonly value?: unknown }) => {
      try {
        if (done) resolve(joined(chunks, length));
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

/** What streams were made of, as long as nobody has touched them. */
const contents = new NativeWeakMap<object, Content>();

const nothing = () => {};

/** The stream of a body that was none; from now on, the body is it. */
export function streamFor(body: BodyState): ByteStream {
  const { source, shared, used } = body as BodyState & Content;
  let rest: Content | undefined = { source, shared };
  const stream = hostBodyStream(() => {
    const buffer = rest === undefined ? undefined : bufferFrom(rest);
    rest = undefined;
    return promiseResolve(buffer === undefined || bufferByteLength(buffer) === 0 ? undefined : new Bytes(buffer)) as never;
  }, nothing);
  body.source = stream;
  if (used) useUp(stream);
  else weakMapSet(contents, stream, rest);
  return stream;
}

function bufferFrom({ source, shared }: Content): ArrayBuffer {
  if (typeof source === 'string') return part<typeof import('./utf8.ts')>('utf8.ts').utf8(source);
  return shared ? (sliceBuffer(source, 0) as ArrayBuffer) : source;
}

/** Leaves it locked and read, as whoever has read it would. */
function useUp(stream: ByteStream): void {
  promiseThen(readerOf(stream).cancel(), nothing, nothing);
}

function contentOf(stream: ByteStream): Content | undefined {
  const content = weakMapGet(contents, stream);
  if (content === undefined || isUnusable(stream)) return undefined;
  useUp(stream);
  return content;
}

/** A stream of what another gives, chunk by chunk, which is locked. */
export function proxy(stream: ByteStream, change?: (chunk: unknown) => unknown): ByteStream {
  const reader = readerOf(stream);
  const other = new ReadableStream(
    {
      pull: (controller) =>
        promiseThen(reader.read(), ({ done, value }) => {
          if (done) controller.close();
          else controller.enqueue(change === undefined ? value : change(value));
        }) as Promise<undefined>,
      cancel: (reason) => reader.cancel(reason) as Promise<undefined>,
    },
    { highWaterMark: 0 },
  ) as unknown as ByteStream;
  return made(other);
}

/** Two streams of one, whose chunks are apart: who changes one does not change the other's. */
function tee(stream: ByteStream): [ByteStream, ByteStream] {
  const [first, second] = stream.tee();
  return [
    made(first),
    proxy(second, (chunk) => part<typeof import('./structured-clone.ts')>('structured-clone.ts').structuredClone(chunk)),
  ];
}

/** @throws TypeError where the body has been read */
export function textStream(body: BodyState | null): ByteStream {
  if (body !== null) claim(body);
  const whole = body ?? newBody('');
  return decoded(isStream(whole.source) ? whole.source : streamFor(whole));
}

export function decoded(stream: ByteStream): ByteStream {
  const { TextDecoderStream } = part<typeof import('./text-streams.ts')>('text-streams.ts');
  return pipeThrough(stream, new TextDecoderStream());
}

defineStreams({
  isStream: (value): value is ByteStream => typeof value === 'object' && value !== null && hasOwn(value, streamMark),
  isUnusable,
  isDisturbed,
  isOwn: (stream) => weakMapGet(own, stream) === true,
  streamFor,
  contentOf,
  readAll,
  proxy,
  tee,
});

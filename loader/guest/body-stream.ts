/** The one place where bodies meet the platform's streams. */

import { ReadableStream } from 'web-streams-polyfill';
import { type ByteStream, defineStreams, type Reader } from './body.ts';
import { Bytes, NativePromise, promiseThen, push, setBytes, typedArrayLength, typedArrayTag } from './primordials.ts';

export { ReadableStream };

/** Locks the stream for good. @throws TypeError where it is locked */
export const readerOf = (stream: ByteStream): Reader => stream.getReader();

/** Whether it has a reader, or has been read or canceled. */
export const isUnusable = (stream: ByteStream): boolean => stream.locked || isDisturbed(stream);

export const isDisturbed = (stream: ByteStream): boolean => (stream as unknown as { _disturbed?: boolean })._disturbed === true;

/**
 * A stream of bytes that come from elsewhere, and are asked for only when someone reads.
 * @param pull `undefined` at the end
 */
export function hostBodyStream(pull: () => Promise<Uint8Array<ArrayBuffer> | undefined>, cancel: (reason: unknown) => void): ByteStream {
  return new ReadableStream(
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

defineStreams({
  isStream: (value): value is ByteStream =>
    typeof value === 'object' && value !== null && typeof (value as ByteStream).getReader === 'function',
  isUnusable,
  isDisturbed,
  readAll,
});

/** The one place where bodies meet the platform's streams. */

import { ReadableStream } from 'web-streams-polyfill';
import { promiseThen } from './primordials.ts';

export { ReadableStream };

/** What is used of a reader. */
export interface Reader {
  read(): Promise<{ readonly done: boolean; readonly value?: unknown }>;
  cancel(reason?: unknown): Promise<unknown>;
}

export const isStream = (value: unknown): value is ReadableStream =>
  typeof value === 'object' && value !== null && typeof (value as ReadableStream).getReader === 'function';

/** Locks the stream for good. @throws TypeError where it is locked */
export const readerOf = (stream: ReadableStream): Reader => stream.getReader();

/** Whether it has a reader, or has been read or canceled. */
export const isUnusable = (stream: ReadableStream): boolean => stream.locked || isDisturbed(stream);

export const isDisturbed = (stream: ReadableStream): boolean => (stream as unknown as { _disturbed?: boolean })._disturbed === true;

/**
 * A stream of bytes that come from elsewhere, and are asked for only when someone reads.
 * @param pull `undefined` at the end
 */
export function hostBodyStream(
  pull: () => Promise<Uint8Array<ArrayBuffer> | undefined>,
  cancel: (reason: unknown) => void,
): ReadableStream {
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
  );
}

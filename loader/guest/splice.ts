/** Streams of fetched bodies that the host can pass on by itself, without each chunk's way through the guest. */

import type { ByteStream } from './body.ts';
import { NativeWeakMap, weakMapGet, weakMapSet } from './primordials.ts';

export interface Splice {
  /** The fetch's number, for the call whose it is. */
  readonly fetch: number;
  readonly call: number;
  /** What the guest has of the body already; not to be had twice. */
  readonly takeEarly: () => ArrayBuffer | undefined;
  /** The host has passed on all of it. */
  readonly done: () => void;
}

const splices = new NativeWeakMap<ByteStream, Splice>();

export function setSplice(stream: ByteStream, splice: Splice): void {
  weakMapSet(splices, stream, splice);
}

/** Only for one that nobody has read. */
export const spliceOf = (stream: ByteStream): Splice | undefined => weakMapGet(splices, stream);

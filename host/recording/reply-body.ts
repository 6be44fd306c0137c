/** A reply's body as a replay keeps it: its beginning, and of all of it the length and a digest, by which two are told apart. */

import { createHash } from 'node:crypto';
import type { Reply } from '../dispatch/dispatch.ts';
import type { ReplyStream } from '../dispatch/reply-stream.ts';

export interface ReplyBody {
  /** No more of it than `mostKeptBytes`. */
  readonly body: Buffer;
  /** Of all of it. */
  readonly bodyBytes: number;
  /** SHA-256 of all of it, in hex. */
  readonly bodyHash: string;
}

/** Of one reply: a gate holds those of all recorded calls, on two releases. */
export const mostKeptBytes = 262_144;

export function replyBody(bytes: Buffer): ReplyBody {
  // A copy, so that the rest is given back.
  const body = bytes.length > mostKeptBytes ? Buffer.from(bytes.subarray(0, mostKeptBytes)) : bytes;
  return { body, bodyBytes: bytes.length, bodyHash: createHash('sha256').update(bytes).digest('hex') };
}

/** Whole, a stream's as well. @throws NboxError by which the stream was cut */
export function bodyOf({ body, stream }: Reply): Promise<ReplyBody> | ReplyBody {
  return stream === undefined ? replyBody(body) : drained(stream);
}

function drained(stream: ReplyStream): Promise<ReplyBody> {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha256');
    const chunks: Buffer[] = [];
    let length = 0;
    stream.pipe({
      write(bytes) {
        if (length < mostKeptBytes) chunks.push(Buffer.from(bytes.subarray(0, mostKeptBytes - length)));
        hash.update(bytes);
        length += bytes.length;
        return true;
      },
      end: () => resolve({ body: Buffer.concat(chunks), bodyBytes: length, bodyHash: hash.digest('hex') }),
      cut: reject,
    });
  });
}

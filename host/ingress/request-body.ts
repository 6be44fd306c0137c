/** The body of a traffic request, whole, under its cap, and within what the host has for bodies. */

import type { IncomingMessage } from 'node:http';
import { NboxError } from '../../guards/errors.ts';
import type { HeldBytes } from './byte-budget.ts';

/** What is still read and thrown away of a body that is refused, so that the client gets to see the answer. */
const drainBytes = 1_048_576;

/** What a chunk weighs beyond its bytes (Buffer, ArrayBuffer, backing store): a body sent byte by byte is mostly this. */
const chunkBytes = 256;

export function hasBody(req: IncomingMessage): boolean {
  const declared = req.headers['content-length'];
  return declared === undefined ? req.headers['transfer-encoding'] !== undefined : declared !== '0';
}

/**
 * @param held what the body takes of the host's budget; stays the caller's, also where this fails
 * @throws NboxError `request_too_large`, `overloaded`, `bad_request` where the client broke off
 */
export function readBody(req: IncomingMessage, most: number, held: HeldBytes): Promise<Buffer> {
  if (Number(req.headers['content-length'] ?? 0) > most) {
    discard(req);
    return Promise.reject(tooLarge(most));
  }
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    const refuse = (error: NboxError) => {
      req.off('data', onData);
      // The listeners live as long as the request; what it held must not.
      chunks = [];
      reject(error);
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > most) refuse(tooLarge(most));
      else if (!held.take(chunk.length + chunkBytes)) refuse(tooManyBodies());
      else {
        chunks.push(chunk);
        return;
      }
      discard(req);
    };
    const onGone = () => refuse(new NboxError('bad_request', 'The request body broke off'));
    req.on('data', onData);
    req.once('end', () => {
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
      chunks = [];
    });
    req.once('close', onGone);
    req.once('error', onGone);
  });
}

function tooLarge(most: number): NboxError {
  return new NboxError('request_too_large', `The plugin takes bodies of at most ${most} bytes`);
}

function tooManyBodies(): NboxError {
  return new NboxError('overloaded', { detail: 'The host holds as many bytes of request bodies as it may', retryAfterS: 1 });
}

function discard(req: IncomingMessage): void {
  let left = drainBytes;
  req.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) req.destroy();
  });
  req.resume();
}

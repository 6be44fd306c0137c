/**
 * The body of a traffic request, under its cap, and within what the host has for bodies: whole where it is small, else
 * as a stream.
 */

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { NboxError } from '../../guards/errors.ts';
import type { HeldBytes } from './byte-budget.ts';
import { discard, RequestStream } from './request-stream.ts';

/** What a chunk weighs beyond its bytes (Buffer, ArrayBuffer, backing store): a body sent byte by byte is mostly this. */
const chunkBytes = 256;

/** A body that has a longer way to go is not waited for. */
const wholeBytes = 65_536;

export function hasBody(req: IncomingMessage): boolean {
  const declared = req.headers['content-length'];
  return declared === undefined ? req.headers['transfer-encoding'] !== undefined : declared !== '0';
}

/**
 * The body, or the stream of one that is large or of unknown length and has not come as a whole.
 * @param held what the body takes of the host's budget; stays the caller's, also where this fails
 * @throws NboxError `request_too_large`, `overloaded`, `bad_request` where the client broke off
 */
export async function receiveBody(req: IncomingMessage, most: number, held: HeldBytes): Promise<Buffer | RequestStream> {
  const declared = req.headers['content-length'];
  if (declared !== undefined) {
    const length = Number(declared);
    return length <= wholeBytes || length > most ? readBody(req, most, held) : stream(req, most, held);
  }
  const gone = new AbortController();
  const onClose = () => gone.abort();
  req.once('close', onClose);
  try {
    await once(req, 'readable', { signal: gone.signal });
  } catch {
    throw brokeOff();
  } finally {
    req.off('close', onClose);
  }
  if (!req.complete || req.readableLength > wholeBytes) return stream(req, most, held);
  const body = (req.read() as Buffer | null) ?? Buffer.alloc(0);
  if (body.length > most) throw tooLarge(most);
  if (!held.take(body.length + chunkBytes)) throw tooManyBodies();
  return body;
}

function stream(req: IncomingMessage, most: number, held: HeldBytes): RequestStream {
  const made = RequestStream.open(req, { most, held, tooLarge: () => tooLarge(most), tooMany: tooManyBodies });
  if (made !== undefined) return made;
  discard(req);
  throw tooManyBodies();
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
    const onGone = () => refuse(brokeOff());
    req.on('data', onData);
    req.once('end', () => {
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
      chunks = [];
    });
    req.once('close', onGone);
    req.once('error', onGone);
  });
}

function brokeOff(): NboxError {
  return new NboxError('bad_request', 'The request body broke off');
}

function tooLarge(most: number): NboxError {
  return new NboxError('request_too_large', `The plugin takes bodies of at most ${most} bytes`);
}

function tooManyBodies(): NboxError {
  return new NboxError('overloaded', { detail: 'The host holds as many bytes of request bodies as it may', retryAfterS: 1 });
}

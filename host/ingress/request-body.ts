/** The body of a traffic request, whole and under its cap. */

import type { IncomingMessage } from 'node:http';
import { NboxError } from '../../guards/errors.ts';

/** What is still read and thrown away of a body that is too large, so that the client gets to see the answer. */
const drainBytes = 1_048_576;

/** `undefined` where the request has none. @throws NboxError `request_too_large`, `bad_request` where the client broke off */
export function readBody(req: IncomingMessage, most: number): Promise<Buffer | undefined> | undefined {
  const declared = req.headers['content-length'];
  if (declared === undefined ? req.headers['transfer-encoding'] === undefined : declared === '0') return undefined;
  if (declared !== undefined && Number(declared) > most) {
    discard(req);
    return Promise.reject(tooLarge(most));
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= most) {
        chunks.push(chunk);
        return;
      }
      req.off('data', onData);
      discard(req);
      reject(tooLarge(most));
    };
    req.on('data', onData);
    req.once('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size)));
    req.once('close', () => reject(new NboxError('bad_request', 'The request body broke off')));
    req.once('error', () => reject(new NboxError('bad_request', 'The request body broke off')));
  });
}

function tooLarge(most: number): NboxError {
  return new NboxError('request_too_large', `The plugin takes bodies of at most ${most} bytes`);
}

function discard(req: IncomingMessage): void {
  let left = drainBytes;
  req.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) req.destroy();
  });
  req.resume();
}

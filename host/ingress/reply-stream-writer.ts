/** Writes a reply that is still being made: its head at once, each chunk as it comes, and an end that nobody can take for a whole reply where it is none. */

import type { ServerResponse } from 'node:http';
import type { NboxError } from '../../guards/errors.ts';
import type { ReplyStream } from '../dispatch/reply-stream.ts';
import type { ReplyHead } from './reply-head.ts';
import type { UnsentReplies } from './unsent.ts';

/** @returns when nothing more will be written: why it was cut, if it was */
export function writeStream(
  res: ServerResponse,
  unsent: UnsentReplies,
  stream: ReplyStream,
  { status, statusText, headers }: ReplyHead,
): Promise<NboxError | undefined> {
  return new Promise((resolve) => {
    const { req } = res;
    if (res.destroyed) {
      stream.cancel();
      resolve(undefined);
      return;
    }
    if (statusText === '') res.writeHead(status, headers);
    else res.writeHead(status, statusText, headers);
    if (status === 204 || status === 304 || req.method === 'HEAD') {
      stream.cancel();
      res.end();
      unsent.written(res, 0, false);
      resolve(undefined);
      return;
    }
    let goOn = () => {};
    res.on('drain', () => {
      goOn();
      stream.drained();
    });
    // The call hears of it by its signal.
    res.once('close', () => {
      goOn();
      resolve(undefined);
    });
    let wrote = false;
    stream.pipe({
      write(bytes) {
        wrote = true;
        if (res.destroyed) return true;
        const room = res.write(bytes);
        if (!room) goOn = unsent.stalled(res);
        return room;
      },
      end() {
        goOn();
        const left = res.writableLength;
        res.end();
        unsent.written(res, left, false);
        resolve(undefined);
      },
      cut(error) {
        goOn();
        resolve(error);
        // Before HTTP/1.1 the end of the connection is the end of the body: only a reset tells that something is missing.
        if (req.httpVersionMinor === 0) req.socket.resetAndDestroy();
        else res.destroy();
      },
    });
    if (!wrote) res.flushHeaders();
  });
}

/** The body of a request that is still coming in: each read asks the host for what there is. */

import type { ByteStream } from './body.ts';
import { hostBodyStream } from './body-stream.ts';
import { hostOp, tellHost } from './ops.ts';
import { Bytes, promiseThen } from './primordials.ts';

export function requestStream(call: number): ByteStream {
  return hostBodyStream(
    () =>
      promiseThen(hostOp('body.read', undefined, undefined, call), ({ bytes }) =>
        bytes === undefined ? undefined : new Bytes(bytes),
      ) as Promise<Uint8Array<ArrayBuffer> | undefined>,
    () => tellHost('body.cancel', undefined, undefined, call),
  );
}

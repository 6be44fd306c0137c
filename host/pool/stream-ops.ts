/** The operations by which a call's body and its reply's body move: its own, and not the outside's. */

import { CallError } from '../dispatch/dispatch.ts';
import { type OpAnswer, OpError } from '../dispatch/op.ts';
import type { PoolCall } from './pool-call.ts';

/** @returns undefined where the name is none of these, else what the operation gives */
export function streamOp(mine: PoolCall, name: string, data: unknown, bytes: Buffer | undefined): Promise<OpAnswer> | undefined {
  switch (name) {
    case 'body.read':
      return read(mine);
    case 'body.cancel':
      mine.call.upload?.cancel();
      return done;
    case 'reply.write':
      return write(mine, bytes);
    case 'reply.end':
      mine.stream?.end();
      return done;
    case 'reply.error':
      mine.stream?.cut(failureOf(mine, data));
      return done;
    default:
      return undefined;
  }
}

const nothing: OpAnswer = Object.freeze({});
const done = Promise.resolve(nothing);

/** While the client is waited for, the call's deadline stands still. */
async function read(mine: PoolCall): Promise<OpAnswer> {
  const { upload } = mine.call;
  if (upload === undefined) throw new OpError('The request has no body that is still coming in');
  const began = performance.now();
  mine.reading = true;
  try {
    const bytes = await upload.read();
    return bytes === undefined ? nothing : { bytes };
  } finally {
    mine.reading = false;
    mine.deadlineAt += performance.now() - began;
  }
}

async function write(mine: PoolCall, bytes: Buffer | undefined): Promise<OpAnswer> {
  if (mine.stream === undefined || bytes === undefined) throw new OpError('There is no reply to write to');
  await mine.stream.write(bytes);
  return nothing;
}

function failureOf(mine: PoolCall, data: unknown): CallError {
  const { message, stack } = (data ?? {}) as { message?: unknown; stack?: unknown };
  const detail = `The reply's stream failed: ${typeof message === 'string' ? message : 'unknown'}`;
  return new CallError('plugin_error', detail, mine.spent(), typeof stack === 'string' ? { stack } : {});
}

/** The layer that reads the outcomes of events: where the handler threw, the call has failed, whatever it had decided before. */

import { isHttp } from '../../loader/interface.ts';
import { type Call, CallError, type Dispatch, type Layer, type Reply } from './dispatch.ts';
import { readOutcome } from './outcome.ts';

export const judged: Layer = (next) => (call) => (isHttp(call.interface) ? next(call) : judge(next, call));

async function judge(next: Dispatch, call: Call): Promise<Reply> {
  const reply = await next(call);
  const read = readOutcome(reply.body.toString());
  if (read === undefined || (read.messages?.length ?? 0) !== (call.messages ?? 0))
    throw new CallError('plugin_error', "The event's outcome cannot be read", reply.spent, {}, undefined, reply.rest);
  const { error, ...outcome } = read;
  if (error !== undefined)
    throw new CallError('plugin_error', error.message, reply.spent, { stack: error.stack, outcome }, reply.evidence, reply.rest);
  return { ...reply, outcome };
}

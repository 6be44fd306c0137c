/** The layer that keeps a release alive while a call runs on it, what the call does after its reply included. */

import { CallError, type Layer } from './dispatch.ts';

export const leased: Layer = (next) => async (call) => {
  const { live } = call;
  live.lease();
  try {
    const reply = await next(call);
    if (reply.rest === undefined) live.giveBack();
    else void reply.rest.then(() => live.giveBack());
    return reply;
  } catch (error) {
    // It may go on, as after a reply.
    const rest = error instanceof CallError ? error.rest : undefined;
    if (rest === undefined) live.giveBack();
    else void rest.then(() => live.giveBack());
    throw error;
  }
};

/**
 * The layer that keeps a release alive while a call runs on it, what the call does after its reply included, and has it metered. One layer
 * for both: each has to hear of every call's end, and another promise for each call is what hearing of it costs.
 */

import { type Call, CallError, type Dispatch, type Layer, type Reply } from './dispatch.ts';

/** In the hot path: must not throw or wait. Each call that began is told of once more. */
export interface Meter {
  began(call: Call): void;
  replied(call: Call, reply: Reply): void;
  failed(call: Call, error: unknown): void;
}

export function leased(meter: Meter): Layer {
  return (next) => (call) => {
    const { live } = call;
    live.lease();
    meter.began(call);
    return begun(next, call).then(
      (reply) => {
        meter.replied(call, reply);
        if (reply.rest === undefined) live.giveBack();
        else void reply.rest.then(() => live.giveBack());
        return reply;
      },
      (error: unknown) => {
        meter.failed(call, error);
        // It may go on, as after a reply.
        const rest = error instanceof CallError ? error.rest : undefined;
        if (rest === undefined) live.giveBack();
        else void rest.then(() => live.giveBack());
        throw error;
      },
    );
  };
}

/** What throws at once has failed like what fails later. */
function begun(next: Dispatch, call: Call): Promise<Reply> {
  try {
    return next(call);
  } catch (error) {
    return Promise.reject(error);
  }
}

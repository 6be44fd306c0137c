/** The operations of guests, with a span for each that leaves for the outside. */

import type { Op, OpAnswer, OpHandler, OpHandlers } from '../dispatch/op.ts';

/** Only where traces are made: else the handlers are used as they are. */
export function tracedOps(handlers: OpHandlers): OpHandlers {
  return new Map([...handlers].map(([name, handler]) => [name, handler.outside ? traced(handler) : handler]));
}

function traced(handler: OpHandler): OpHandler {
  return {
    outside: true,
    async run(op: Op): Promise<OpAnswer | undefined> {
      const trace = op.call.trace?.operation(op.name, op.data);
      if (trace === undefined) return handler.run(op);
      try {
        const answer = await handler.run({ ...op, trace });
        trace.done(answer);
        return answer;
      } catch (error) {
        trace.failed(error);
        throw error;
      }
    },
  };
}

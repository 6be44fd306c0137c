/** The layer that makes one usage record of every call, however it ends. */

import type { NboxError } from '../../guards/errors.ts';
import { isHttp } from '../../loader/interface.ts';
import type { Outcome, UsageSink } from '../meter/usage.ts';
import type { Release } from '../release/release.ts';
import { type Call, CallError, type Layer, nothingSpent, type Spent } from './dispatch.ts';
import { endingOf } from './ending.ts';
import type { Flight } from './flight.ts';
import { OwnLimit } from './own-limit.ts';
import type { ReplyStream } from './reply-stream.ts';

/**
 * @param laneOf names the lane that runs a release's calls
 * @param flight hears of calls when they begin, too
 */
export function metered(sink: UsageSink, laneOf: (release: Release) => string, flight?: Flight): Layer {
  return (next) => async (call) => {
    const startedAt = Date.now();
    flight?.began(call);
    try {
      const reply = await next(call);
      const wallUs = sinceUs(call);
      const bytesOut = reply.body.length;
      const ok = endingOf(undefined, call.signal.aborted);
      const { stream, rest } = reply;
      if (rest === undefined) record(call, reply.spent, ok, startedAt, wallUs, bytesOut);
      // What runs after the reply is the call's, too: its record waits for it.
      else if (stream === undefined) {
        void rest.then(({ spent, error }) => record(call, spent, error?.code ?? ok, startedAt, wallUs, bytesOut));
      } else void rest.then(({ spent, error }) => recordStream(call, stream, spent, error, startedAt));
      return reply;
    } catch (error) {
      const spent = error instanceof CallError ? error.spent : nothingSpent;
      const outcome = endingOf(error, call.signal.aborted);
      const wallUs = sinceUs(call);
      const rest = error instanceof CallError ? error.rest : undefined;
      if (rest === undefined) record(call, spent, outcome, startedAt, wallUs, 0, error instanceof OwnLimit);
      else void rest.then((over) => record(call, over.spent, outcome, startedAt, wallUs, 0));
      throw error;
    }
  };

  /** A stream ends with its last byte, whatever the call goes on with. */
  function recordStream(call: Call, stream: ReplyStream, spent: Spent, error: NboxError | undefined, startedAt: number): void {
    const wallUs = Math.round((stream.endedAt - call.admittedAt) * 1_000);
    record(call, spent, error?.code ?? endingOf(undefined, call.signal.aborted), startedAt, wallUs, stream.bytes);
  }

  function record(
    call: Call,
    spent: Spent,
    outcome: Outcome,
    startedAt: number,
    wallUs: number,
    bytesOut: number,
    isOwnLimit = false,
  ): void {
    flight?.ended(call, spent, wallUs, isOwnLimit);
    const { release } = call.live;
    sink.record({
      plugin: release.plugin,
      release: release.number,
      preview: release.preview,
      trial: release.trial,
      isForced: call.isForced,
      caller: call.caller,
      interface: call.interface,
      executor: spent.executor,
      lane: laneOf(release),
      startedAt,
      outcome,
      waitUs: spent.waitUs,
      initUs: spent.initUs,
      cpuUs: spent.cpuUs,
      wallUs,
      steps: spent.steps,
      memoryPeakBytes: spent.memoryBytes,
      hostCalls: spent.hostCalls,
      bytesIn: isHttp(call.interface) ? (call.upload?.bytes ?? call.body?.byteLength ?? 0) : Buffer.byteLength(call.head),
      bytesOut,
    });
  }
}

function sinceUs(call: Call): number {
  return Math.round((performance.now() - call.admittedAt) * 1_000);
}

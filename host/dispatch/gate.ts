/**
 * Turns calls away before anything is made of their requests: where too much is asked of a host, what it refuses must cost it
 * least. What the gate lets through may still be refused when it is dispatched.
 */

import type { Outcome, UsageSink } from '../meter/usage.ts';
import type { LiveRelease, Release } from '../release/release.ts';
import type { CallError } from './dispatch.ts';

/** Makes the usage record of a request for a release that no call was made of. */
export type Refused = (live: LiveRelease, outcome: Outcome, isForced?: boolean) => void;

/** @returns why a request for the release would be refused; `undefined` where it may try */
export type Gate = (live: LiveRelease) => CallError | undefined;

/** Nothing is known of it but that it was refused. */
export function meteredRefusals(sink: UsageSink, laneOf: (release: Release) => string): Refused {
  return ({ release }, outcome, isForced) =>
    sink.record({
      ...{ plugin: release.plugin, release: release.number, preview: release.preview },
      ...{ interface: 'fetch', lane: laneOf(release), executor: 0, isForced },
      ...{ startedAt: Date.now(), outcome, waitUs: 0, initUs: 0, cpuUs: 0, wallUs: 0, steps: 0 },
      ...{ memoryPeakBytes: 0, hostCalls: 0, bytesIn: 0, bytesOut: 0 },
    });
}

/** A usage record of each call that is turned away. */
export function meteredGate(sink: UsageSink, laneOf: (release: Release) => string, gate: Gate): Gate {
  const refused = meteredRefusals(sink, laneOf);
  return (live) => {
    const error = gate(live);
    if (error !== undefined) refused(live, error.code);
    return error;
  };
}

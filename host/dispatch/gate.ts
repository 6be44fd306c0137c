/**
 * Turns calls away before anything is made of their requests: where too much is asked of a host, what it refuses must cost it
 * least. What the gate lets through may still be refused when it is dispatched.
 */

import type { UsageSink } from '../meter/usage.ts';
import type { LiveRelease, Release } from '../release/release.ts';
import type { CallError } from './dispatch.ts';

/** @returns why a request for the release would be refused; `undefined` where it may try */
export type Gate = (live: LiveRelease) => CallError | undefined;

/** A usage record of each call that is turned away. */
export function meteredGate(sink: UsageSink, laneOf: (release: Release) => string, gate: Gate): Gate {
  return (live) => {
    const refused = gate(live);
    if (refused === undefined) return undefined;
    const { release } = live;
    sink.record({
      ...{ plugin: release.plugin, release: release.number, preview: release.preview },
      ...{ interface: 'fetch', lane: laneOf(release), executor: 0 },
      ...{ startedAt: Date.now(), outcome: refused.code, waitUs: 0, initUs: 0, cpuUs: 0, wallUs: 0, steps: 0 },
      ...{ memoryPeakBytes: 0, hostCalls: 0, bytesIn: 0, bytesOut: 0 },
    });
    return refused;
  };
}

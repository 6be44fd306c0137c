/**
 * Turns calls away before anything is made of their requests: where too much is asked of a host, what it refuses must cost it
 * least. What the gate lets through may still be refused when it is dispatched.
 */

import type { CallerName } from '../hygiene/caller.ts';
import type { Outcome, UsageSink } from '../meter/usage.ts';
import type { LiveRelease, Release } from '../release/release.ts';
import type { CallError } from './dispatch.ts';

/** What is known of a request that no call was made of. */
export interface Asked {
  /** Whether its caller has said which of the deployed releases is to run it. */
  readonly isForced: boolean;
  readonly caller: CallerName | undefined;
}

/** Makes the usage record of a request for a release that no call was made of. */
export type Refused = (live: LiveRelease, outcome: Outcome, asked: Asked) => void;

/**
 * @param asked read only where the request is refused: most are not
 * @returns why a request for the release would be refused; `undefined` where it may try
 */
export type Gate = (live: LiveRelease, asked: () => Asked) => CallError | undefined;

export function meteredRefusals(sink: UsageSink, laneOf: (release: Release) => string): Refused {
  return ({ release }, outcome, { isForced, caller }) =>
    sink.record({
      ...{ plugin: release.plugin, release: release.number, preview: release.preview },
      ...{ interface: 'fetch', lane: laneOf(release), executor: 0, isForced, caller },
      ...{ startedAt: Date.now(), outcome, waitUs: 0, initUs: 0, cpuUs: 0, wallUs: 0, steps: 0 },
      ...{ memoryPeakBytes: 0, hostCalls: 0, bytesIn: 0, bytesOut: 0 },
    });
}

/** A usage record of each call that is turned away. */
export function meteredGate(sink: UsageSink, laneOf: (release: Release) => string, gate: Gate): Gate {
  const refused = meteredRefusals(sink, laneOf);
  return (live, asked) => {
    const error = gate(live, asked);
    if (error !== undefined) refused(live, error.code, asked());
    return error;
  };
}

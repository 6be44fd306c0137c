/** What a release must pass before it is stored and goes live: its own tests, the requests of the past. */

import type { LivePlugin } from '../store/store.ts';
import type { PublishRequest } from './push.ts';
import type { Bundle, GateReports, Release, ReleaseSnapshot } from './release.ts';

/** A release that was built and tried, and that nobody can call yet. */
export interface Candidate {
  readonly request: PublishRequest;
  readonly release: Release;
  readonly bundle: Bundle;
  readonly snapshot: ReleaseSnapshot;
  readonly interfaces: readonly string[];
  /** What serves the plugin now. */
  readonly live: LivePlugin | undefined;
}

export interface Gate {
  /** Under this name its report is in the answer, and stored with the release. */
  readonly name: string;
  /**
   * @returns what it has found, as JSON takes it; `undefined` where there was nothing to look at
   * @throws NboxError where the release must not go live
   */
  check(candidate: Candidate): Promise<object | undefined>;
}

/** One gate after another; the first that refuses ends it. @throws NboxError */
export async function passGates(gates: readonly Gate[], candidate: Candidate): Promise<GateReports> {
  const reports: Record<string, object> = {};
  for (const gate of gates) {
    const report = await gate.check(candidate);
    if (report !== undefined) reports[gate.name] = report;
  }
  return Object.freeze(reports);
}

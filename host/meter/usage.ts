/** The usage record: what one invocation cost. */

import type { ErrorCode } from '../../guards/errors.ts';
import type { Trial } from '../release/release.ts';

/** How a call ended: `ok` (the plugin answered, whatever its status), or the code of what stopped it; `aborted` where the client left. */
export type Outcome = 'ok' | 'aborted' | ErrorCode;

export interface UsageRecord {
  readonly plugin: string;
  /** 0 of a preview. */
  readonly release: number;
  /** The preview that was called; what it used is not the plugin's. */
  readonly preview?: string | undefined;
  /** What the release was tried for, and no caller asked: what it used is its push's. */
  readonly trial?: Trial | undefined;
  /** Whether its caller has chosen the release, and not the deployment. */
  readonly isForced?: boolean | undefined;
  /** Under which name its caller is counted (`header:shop`), where it has one. */
  readonly caller?: string | undefined;
  /** Which entry of the plugin ran: `fetch`, `queue`, `rpc:Name.method`. */
  readonly interface: string;
  /** The executor's number, 0 where none ran it. */
  readonly executor: number;
  readonly lane: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly outcome: Outcome;
  /** From admission to the start in the guest. */
  readonly waitUs: number;
  /** Making the sandbox, where the call had to wait for it; else 0. */
  readonly initUs: number;
  /** Time inside the guest. */
  readonly cpuUs: number;
  /** From admission to the reply; to its end where it is a stream. */
  readonly wallUs: number;
  /** Loop rounds, and entries of functions that call others. */
  readonly steps: number;
  /** The sandbox's linear memory, which never shrinks. */
  readonly memoryPeakBytes: number;
  readonly hostCalls: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Where records go. Must not throw and must not wait: it is called once a call, in the hot path. */
export interface UsageSink {
  record(record: UsageRecord): void;
}

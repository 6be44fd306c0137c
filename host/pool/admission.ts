/** Whether a call may wait for an executor: it is refused at once where it would wait in vain, so that what is taken is done. */

import { CallError, nothingSpent } from '../dispatch/dispatch.ts';
import { OwnLimit } from '../dispatch/own-limit.ts';
import type { FairQueue } from './fair-queue.ts';
import type { KnownRelease } from './known-release.ts';
import type { PoolCall } from './pool-call.ts';
import type { RunningClock } from './running-clock.ts';

/** Calls of all releases that may wait in one lane. */
const mostWaiting = 10_000;
/** Of a release that is slowed. */
const mostSlowed = 16;
/** A call is taken where it is expected to wait for no more than this part of its deadline: the rest is for running, and for what was not expected. */
const waitShare = 1 / 4;

/** Where a call would wait. */
export interface WaitingRoom {
  readonly queue: FairQueue<PoolCall>;
  /** How many there are now for calls like this one. */
  readonly executors: number;
  /** That the executors run on: each takes what the others leave of them. */
  readonly processors: number;
  readonly clock: RunningClock;
}

/**
 * Of a call that nobody has begun to wait with.
 * @param now on the clock of `performance.now()`
 * @returns why it may not wait; `undefined` where it may
 */
export function refusal(known: KnownRelease, { queue, executors, processors, clock }: WaitingRoom, now: number): CallError | undefined {
  const { queue: most, deadlineMs, concurrency } = known.live.limits;
  const waiting = queue.sizeOf(known);
  const refuse = (detail: string, waitMs: number, isOwn = known.isAtOwnLimit(now, executors)) => {
    const details = { detail, retryAfterS: Math.max(1, Math.ceil(waitMs / 1_000)) };
    return isOwn ? new OwnLimit(details) : new CallError('overloaded', details, nothingSpent);
  };
  if (known.isSlowed(now) && waiting >= mostSlowed) {
    return refuse('The plugin is slowed, since its calls go beyond their limits again and again; too many of them wait', 1_000, true);
  }
  if (waiting >= most + known.extraRoom) return refuse(`${most} calls of the plugin wait already`, 0);
  if (queue.size >= mostWaiting) return refuse('Too many calls wait on this host', 0);
  if (waiting === 0) return undefined;
  // What the calls before it need if nobody else wants anything, how fast they were seen to go, and how long the first has waited.
  const atOnce = Math.min(executors, concurrency);
  const neededMs = (waiting * known.meanUs) / 1_000 / Math.min(atOnce, processors);
  const running = clock.at(now);
  const drainMs = waiting * known.drain.perCallMs(atOnce, running);
  const seenMs = running - (queue.first(known)?.waitsSince ?? running);
  const waitMs = Math.max(neededMs, drainMs, seenMs);
  if (waitMs <= deadlineMs * waitShare) return undefined;
  const why = waitMs === neededMs ? 'as those before it need' : waitMs === drainMs ? 'as those before it go' : 'as the first has waited';
  return refuse(`The call would wait for ${Math.round(waitMs)} ms or more, ${why}, and its deadline is ${deadlineMs} ms`, waitMs);
}

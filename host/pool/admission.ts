/** Whether a call may wait for an executor: it is refused at once where it would wait in vain, so that what is taken is done. */

import { CallError } from '../dispatch/dispatch.ts';
import type { FairQueue } from './fair-queue.ts';
import type { PoolCall } from './pool-call.ts';

/** Calls of all releases that may wait in one lane. */
const mostWaiting = 10_000;
/** Of a release that is slowed. */
const mostSlowed = 16;
/** A call is taken where it is expected to wait for no more than this part of its deadline: the rest is for running, and for what was not expected. */
const waitShare = 1 / 4;

/**
 * @param now on the clock of `performance.now()`
 * @param executors how many there are for calls like this one
 * @returns why not; `undefined` where it may
 */
export function refusal(mine: PoolCall, queue: FairQueue<PoolCall>, executors: number, now: number): CallError | undefined {
  const { account: known, call } = mine;
  const { queue: most, deadlineMs } = call.live.limits;
  const waiting = queue.sizeOf(known);
  const refuse = (detail: string, waitMs: number) =>
    new CallError('overloaded', { detail, retryAfterS: Math.max(1, Math.ceil(waitMs / 1_000)) }, mine.spent());
  if (known.isSlowed(now) && waiting >= mostSlowed) {
    return refuse('The plugin is slowed, since its calls go beyond their limits again and again; too many of them wait', 1_000);
  }
  if (waiting >= most) return refuse(`${most} calls of the plugin wait already`, 0);
  if (queue.size >= mostWaiting) return refuse('Too many calls wait on this host', 0);
  if (waiting === 0) return undefined;
  // What the calls before it need if nobody else wants anything, and what they were seen to wait with everybody else.
  const neededMs = known.isSeen ? (waiting * known.expectedUs) / 1_000 / Math.min(executors, call.live.limits.concurrency) : 0;
  const seenMs = now - (queue.first(known)?.call.admittedAt ?? now);
  const waitMs = Math.max(neededMs, seenMs);
  if (waitMs <= deadlineMs * waitShare) return undefined;
  return refuse(`The call would wait for ${Math.round(waitMs)} ms or more, and its deadline is ${deadlineMs} ms`, waitMs);
}

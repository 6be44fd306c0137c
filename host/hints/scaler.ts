/**
 * How many executors (or hosts) a load takes: a pure function of what was measured, what is there, the bounds and the time. What it has to
 * remember from one tick to the next it is given, and gives back.
 *
 * - Demand is the CPU time that calls bring, by when they come and not by when they end: so it is right while there are too few.
 * - The more executors share a queue, the fuller each may be: the room that chance needs grows with the root of their number only.
 * - Up at once, but for a hundredth; down when less was needed for all of a while, to the most that was needed in it. What was lowered too early is held for longer the next time.
 * - Work that waits is worked off by executors beside those, for as long as it is there.
 */

import type { Sums } from './window.ts';

export interface Windows {
  readonly stable: Sums;
  readonly panic: Sums;
  readonly latest: Sums;
  /** CPU time that the calls which wait now are expected to take. */
  readonly waitingUs: number;
}

export interface Rules {
  readonly min: number;
  readonly max: number;
  /** What share of its processors' time a single one may be busy. */
  readonly target: number;
  /** What share it may be however many there are. */
  readonly mostTarget: number;
  /** Processors that one of them has. */
  readonly coresEach: number;
  /** How long one takes to be there. */
  readonly startMs: number;
  /** How soon work that waits is to be done. */
  readonly drainMs: number;
  /** For how long less must have been needed before it is lowered; at most, where lowering has turned out too early. */
  readonly holdMs: number;
  readonly mostHoldMs: number;
}

/** What is remembered between ticks. */
export interface Memory {
  /** What is wanted for the demand, without what waits. */
  readonly level: number;
  /** Since when less is needed, and the most that was needed since. */
  readonly lower: { readonly sinceMs: number; readonly most: number } | undefined;
  readonly holdMs: number;
  /** When it was lowered last, and from what. */
  readonly lowered: { readonly atMs: number; readonly from: number } | undefined;
}

/** What is wanted, and the figures that it comes of; `words.ts` makes a sentence of them. */
export interface Decision {
  readonly wanted: number;
  readonly memory: Memory;
  /** Processors' time asked for, and in which window. */
  readonly demandCores: number;
  readonly over: 'stable' | 'panic' | 'latest';
  /** What share of a processor's time that leaves busy. */
  readonly target: number;
  /** What is added for calls' having waited, in executors. */
  readonly waitRoom: number;
  /** What the demand takes now, with what waits, as it is. */
  readonly load: number;
  /** What the demand alone takes, in whole ones. */
  readonly need: number;
  /** Beside it, for what waits. */
  readonly surge: number;
  readonly waitingUs: number;
  /** For how much longer it is held above what is needed. */
  readonly holdLeftMs: number;
  readonly bound: 'min' | 'max' | undefined;
}

/** Of an exponential load of 1: with it, one call of some thousands waits for longer than a few calls take. */
const roomForChance = 0.75;
/** Where calls wait, so much of an executor more: chance is not all that the formulas think it is, least of all with few executors. */
const mostWaitRoom = 0.5;
/** What is lowered must not be needed with so much more demand, either: else chance would have it go up and down. */
const slack = 0.05;
/** Too few by less than that is not too few: measured, no call waits for longer for it, and chance has it go up and down less. */
const riseSlack = 0.01;
/** What waits for less than so long is what chance makes wait. */
const noticedMs = 200;

export function firstMemory(rules: Rules): Memory {
  return { level: rules.min, lower: undefined, holdMs: rules.holdMs, lowered: undefined };
}

/** @param present how many there are, those that start included */
export function decide(windows: Windows, present: number, rules: Rules, memory: Memory, nowMs: number): Decision {
  const { demandCores, over } = demandOf(windows, memory.level * rules.coresEach);
  const asked = demandCores / rules.coresEach;
  const target = targetFor(asked, windows.stable.spread, rules);
  // Those that have waited for what a jump left have been worked off: they wait no more.
  const waiting = Math.min(windows.stable.waiting, windows.latest.waiting);
  const waitRoom = Math.min(mostWaitRoom, waiting / (1 + asked));
  const steady = asked / target + waitRoom;
  const need = clamp(ceil(steady <= memory.level * (1 + riseSlack) ? Math.min(steady, memory.level) : steady), rules);
  const next = remember({ need, keep: clamp(ceil(steady * (1 + slack)), rules) }, memory, rules, nowMs);
  const backlog = backlogOf(windows, present, rules);
  const surge = ceil(backlog);
  const unbound = Math.max(next.level, steady > rules.max ? ceil(steady) : 0) + surge;
  const wanted = clamp(unbound, rules);
  return {
    ...{ wanted, memory: next, demandCores, over, target, waitRoom, load: steady + backlog, need, surge, waitingUs: windows.waitingUs },
    holdLeftMs: next.lower === undefined ? 0 : next.lower.sinceMs + next.holdMs - nowMs,
    bound: unbound > rules.max ? 'max' : ceil(steady) < wanted && wanted === rules.min ? 'min' : undefined,
  };
}

/** The latest tick counts where it alone asks for more than all that is wanted for the demand: then it is no chance, and nothing to wait for. */
function demandOf({ stable, panic, latest }: Windows, wantedCores: number): Pick<Decision, 'demandCores' | 'over'> {
  const most = stable.demandCores >= panic.demandCores ? ('stable' as const) : ('panic' as const);
  const demandCores = Math.max(stable.demandCores, panic.demandCores);
  if (latest.demandCores > demandCores && latest.demandCores > wantedCores) return { demandCores: latest.demandCores, over: 'latest' };
  return { demandCores, over: most };
}

/**
 * Square-root staffing: beside the load, room for what chance adds to it, which grows with the load's root, and with how unlike calls are (as
 * waiting does, by Pollaczek and Khinchine). What `target` leaves free is never exceeded: for small loads that is less.
 */
function targetFor(load: number, spread: number, { target, mostTarget }: Rules): number {
  if (load === 0) return target;
  const room = roomForChance * Math.sqrt(Math.max(1, spread / 2));
  return Math.max(target, Math.min(mostTarget, load / (load + room * Math.sqrt(load))));
}

/** @param keep what would be needed if a little more were asked for: only what lies beyond is lowered */
function remember({ need, keep }: { need: number; keep: number }, memory: Memory, rules: Rules, nowMs: number): Memory {
  const { level, lower, holdMs, lowered } = memory;
  if (keep >= level) {
    if (need <= level) return lower === undefined ? memory : { ...memory, lower: undefined };
    // It was lowered too early: what is there again now was there not long ago. A step up and down by chance is none of that.
    const tooEarly = lowered !== undefined && need >= lowered.from && nowMs - lowered.atMs < 4 * holdMs;
    return { level: need, lower: undefined, holdMs: tooEarly ? Math.min(holdMs * 2, rules.mostHoldMs) : holdMs, lowered };
  }
  const most = Math.max(keep, lower?.most ?? 0);
  const sinceMs = lower?.sinceMs ?? nowMs;
  if (nowMs - sinceMs < holdMs) return { ...memory, lower: { sinceMs, most } };
  const isCalm = lowered === undefined || nowMs - lowered.atMs > 4 * holdMs;
  return {
    level: most,
    lower: most > keep ? { sinceMs: nowMs, most: keep } : undefined,
    holdMs: isCalm ? Math.max(holdMs / 2, rules.holdMs) : holdMs,
    lowered: level - most >= leastLowering(level) ? { atMs: nowMs, from: level } : lowered,
  };
}

function leastLowering(level: number): number {
  return Math.max(2, level / 4);
}

/**
 * What works off within `drainMs` what waits, if that is more than what is there does in a moment, and what will wait besides when they are there.
 */
function backlogOf({ waitingUs, latest }: Windows, present: number, { drainMs, coresEach, startMs }: Rules): number {
  const cores = Math.max(1, present) * coresEach;
  if (waitingUs <= cores * noticedMs * 1_000) return 0;
  const untilThenUs = Math.max(0, latest.demandCores - cores) * startMs * 1_000;
  return (waitingUs + untilThenUs) / (drainMs * 1_000) / coresEach;
}

/** Rounding up, but for the error of sums: 3.0000000001 is 3. */
function ceil(value: number): number {
  return Math.ceil(value - 1e-9);
}

function clamp(value: number, { min, max }: Rules): number {
  return Math.max(min, Math.min(max, value));
}

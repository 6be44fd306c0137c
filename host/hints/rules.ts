/** By which rules hints are made: of lanes, of plugins and of hosts. */

import type { Rules } from './scaler.ts';
import type { WindowLengths } from './window.ts';

/** How long windows and ticks are, in s. */
export interface WindowSeconds {
  readonly stable: number;
  readonly panic: number;
  readonly tick: number;
}

export const defaultSeconds: WindowSeconds = Object.freeze({ stable: 60, panic: 6, tick: 2 });
/** What share of its time a single executor or host may be busy. */
export const defaultTarget = 0.7;

/** More executors of one lane are never hinted at. */
export const mostExecutors = 64;
const mostHosts = 1_000;
/** However many there are: what is above leaves no room for what comes within a tick. */
const mostTarget = 0.85;

export interface HintRules {
  readonly lane: Rules;
  readonly plugin: Rules;
  readonly host: Rules;
}

/** @param processors that a host has */
export function hintRules({ stable }: WindowSeconds, target: number, processors: number): HintRules {
  const holdMs = stable * 1_000;
  const common = { target, mostTarget: Math.max(target, mostTarget), holdMs, mostHoldMs: 5 * holdMs };
  const lane: Rules = Object.freeze({ ...common, min: 1, max: mostExecutors, coresEach: 1, startMs: 1_000, drainMs: 500 });
  return {
    lane,
    plugin: Object.freeze({ ...lane, min: 0 }),
    // Hosts take long to start and to stop: what waits for a moment is no reason for one.
    host: Object.freeze({
      ...common,
      ...{ min: 1, max: mostHosts, coresEach: processors, startMs: 0, drainMs: 30_000, holdMs: 5 * holdMs, mostHoldMs: 10 * holdMs },
    }),
  };
}

/** The windows in ticks. */
export function windowLengths({ stable, panic, tick }: WindowSeconds): WindowLengths {
  return { stable: Math.round(stable / tick), panic: Math.round(panic / tick) };
}

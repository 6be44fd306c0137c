/**
 * Two servers on the same processors, loaded in turn by the tenth of a second: what the machine is in the mood for meets both alike. Each
 * has a load generator of its own, which is stopped while the other's runs.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from './child.ts';
import { type Load, parseWrk, startWrk } from './wrk.ts';

/** Long enough that the start of each, when nothing is under way yet, is little of it. */
const turnMs = 100;
/** It ends when it is told to; a generator that did not hear it is told again. */
const askAgainMs = 200;

export interface Turns {
  readonly requests: number;
  /** Of the time in which it was loaded. */
  readonly requestsPerS: number;
  readonly errors: number;
}

/**
 * @param urls what wrk asks of each
 * @param load of each while it is its turn; its seconds are those of all turns
 */
export async function alternate<K extends string>(urls: Readonly<Record<K, string>>, load: Load): Promise<Record<K, Turns>> {
  const kinds = Object.keys(urls) as K[];
  const ends = performance.now() + load.seconds * 1_000;
  await using stack = new AsyncDisposableStack();
  const loads = kinds.map((kind) => ({ kind, wrk: stack.use(held(urls[kind], load)), ms: 0 }));
  for (let i = 0; performance.now() < ends; i += 1) {
    // Each is as often the first as the last.
    for (const one of i % 2 === 0 ? loads : loads.toReversed()) {
      const from = performance.now();
      one.wrk.signal('SIGCONT');
      await sleep(turnMs);
      one.wrk.signal('SIGSTOP');
      one.ms += performance.now() - from;
    }
  }
  const turns = {} as Record<K, Turns>;
  for (const { kind, wrk, ms } of loads) {
    const { requests, errors } = parseWrk(await endOf(wrk));
    turns[kind] = { requests, requestsPerS: (requests / ms) * 1_000, errors };
  }
  return turns;
}

/** One that has not begun, and does not end by itself before it is told to. */
function held(url: string, load: Load): Child {
  const wrk = startWrk(url, { ...load, seconds: load.seconds * 10 + 60 });
  wrk.signal('SIGSTOP');
  return wrk;
}

/** It prints its figures when it is interrupted. */
async function endOf(wrk: Child): Promise<string> {
  wrk.signal('SIGINT');
  wrk.signal('SIGCONT');
  const again = setInterval(() => wrk.signal('SIGINT'), askAgainMs);
  try {
    await wrk.closed;
  } finally {
    clearInterval(again);
  }
  return wrk.output;
}

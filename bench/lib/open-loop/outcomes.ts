/** How requests ended, and after what time. */

import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { Answers, FlowResult, Times } from './job.ts';

interface Noted {
  readonly histogram: RecordableHistogram;
  inTime: number;
}

export class Outcomes {
  readonly #all = fresh();
  readonly #by = new Map<string, Noted>();

  /** @param inTime whether it was within the measured time that the request ended */
  note(outcome: string, us: number, inTime: boolean): void {
    let mine = this.#by.get(outcome);
    if (mine === undefined) {
      mine = fresh();
      this.#by.set(outcome, mine);
    }
    for (const noted of [this.#all, mine]) {
      record(noted.histogram, us);
      if (inTime) noted.inTime += 1;
    }
  }

  result(name: string, seconds: number): FlowResult {
    const outcomes = Object.fromEntries([...this.#by].map(([outcome, noted]) => [outcome, answers(noted, seconds)]));
    return { name, offered: this.#all.histogram.count, all: answers(this.#all, seconds), outcomes };
  }
}

/** @param us may be any number: what is too early by a clock's grain counts as the least that can be told */
export function record(histogram: RecordableHistogram, us: number): void {
  histogram.record(Math.max(1, Math.round(us)));
}

/** All 0 where nothing was recorded. */
export function timesOf(histogram: RecordableHistogram): Times {
  const at = (percentile: number) => (histogram.count === 0 ? 0 : histogram.percentile(percentile));
  return { p50Us: at(50), p90Us: at(90), p99Us: at(99), maxUs: histogram.count === 0 ? 0 : histogram.max };
}

function answers({ histogram, inTime }: Noted, seconds: number): Answers {
  return { count: histogram.count, perS: Number((inTime / seconds).toFixed(1)), ...timesOf(histogram) };
}

function fresh(): Noted {
  return { histogram: createHistogram(), inTime: 0 };
}

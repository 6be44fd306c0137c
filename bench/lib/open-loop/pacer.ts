/** The clock of an open loop, in a thread that does nothing else: timers of an event loop are late by a millisecond. */

import { parentPort, workerData } from 'node:worker_threads';
import { arrivals } from './arrivals.ts';
import { type Flow, nowUs } from './job.ts';

export interface Pace {
  readonly flows: readonly Pick<Flow, 'urls' | 'perSecond'>[];
  readonly seed: number;
  readonly fromUs: number;
  readonly untilUs: number;
}

/** What is due, thrice a request: the flow, the URL, the time; empty when nothing will be due any more. */
export type Due = readonly number[];

/** From this rate on, requests go some at once: a wake-up for each would take more than the requests do. */
const gatheredPerSecond = 1_000;
const gatheredUs = 500;

const { flows, seed, fromUs, untilUs } = workerData as Pace;
const leastUs = flows.reduce((sum, { perSecond }) => sum + perSecond, 0) > gatheredPerSecond ? gatheredUs : 0;
const cell = new Int32Array(new SharedArrayBuffer(4));

let due: number[] = [];
for (const { flow, url, dueUs } of arrivals(flows, seed, fromUs, untilUs)) {
  const ahead = dueUs - nowUs();
  if (ahead > 0) {
    if (due.length > 0) parentPort?.postMessage(due satisfies Due);
    due = [];
    Atomics.wait(cell, 0, 0, Math.max(ahead, leastUs) / 1_000);
  }
  due.push(flow, url, dueUs);
}
if (due.length > 0) parentPort?.postMessage(due satisfies Due);
parentPort?.postMessage([] satisfies Due);

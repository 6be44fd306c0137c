/** Usage that many plugins may have had in one second of a year: a few that are called always, many that are called at times. */

import { encodeBlock, mostCells, type Usage } from '../../host/usage/block.ts';
import { type Cell, Cells } from '../../host/usage/cell.ts';
import { counters } from '../../host/usage/counters.ts';
import type { Histogram } from '../../host/usage/histogram.ts';

const weekS = 7 * 86_400;
const callsPerHour = 5_000;
const callsAt = counters.indexOf('calls');

/**
 * @param lengthS of the time that it stands for
 * @param random from 0, below 1
 * @returns the block, and how many calls are in it
 */
export function simulatedSecond(
  plugins: number,
  second: number,
  lengthS: number,
  random: () => number,
): { block: Uint8Array; calls: number } {
  const usage: Usage = new Map();
  let calls = 0;
  const count = (cell: Cell, most: number, typical: number) => {
    const added = 1 + Math.floor(random() * most);
    fillCell(cell, added, typical, random);
    calls += added;
  };
  for (let i = 0; i < plugins; i += 1) {
    const typical = 120 + ((i * 37) % 80);
    // Of 1,500 some 360 an hour, and nearly all in a day.
    if (random() > 1 / (1 + i / 150)) continue;
    const cells = new Cells(mostCells);
    usage.set(pluginOf(i), cells);
    const release = releaseOf(i, second);
    const name = i % 5 === 0 ? 'queue' : 'fetch';
    count(cells.cell(release, name, 'ok'), Math.ceil(callsPerHour * (lengthS / 3_600)), typical);
    if (random() < 0.2) count(cells.cell(release, name, i % 2 === 0 ? 'plugin_error' : 'deadline_exceeded'), 20, typical);
    cells.machine().addShare(250 * lengthS * random(), 0, 160 * lengthS);
  }
  return { block: encodeBlock(usage), calls };
}

export function pluginOf(i: number): string {
  return `d${i % 12}/g${i % 60}/p${i}`;
}

/** The one that is live: a release a week, each plugin on its own day. */
export function releaseOf(i: number, second: number): number {
  return 1 + (Math.floor((second + i * 7_919) / weekS) % 60);
}

/** @param typical the bucket of the plugin's own latency, which moves by half from hour to hour */
function fillCell(cell: Cell, calls: number, typical: number, random: () => number): void {
  for (let i = 0; i < counters.length - 3; i += 1) cell.numbers[i] = Math.floor(calls * random() * 1_000);
  cell.numbers[callsAt] = calls;
  const middle = typical + Math.floor(random() * 10);
  spreadOver(cell.wait, 80, calls);
  spreadOver(cell.run, middle, calls);
  spreadOver(cell.cpu, middle - 10, calls);
}

/** Some thirty buckets, as a latency with a tail has. */
function spreadOver(histogram: Histogram, middle: number, calls: number): void {
  let left = calls;
  for (let step = 0; left > 0; step += 1) {
    const count = Math.ceil(left / 4);
    histogram.add(Math.max(0, middle + (step % 2 === 0 ? step : -step >> 1)), count);
    left -= count;
  }
}

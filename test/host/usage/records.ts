/** Usage of a time that tests make up: batches as a host would cut them. */

import { NotedRecords } from '../../../host/meter/noted-records.ts';
import type { UsageRecord } from '../../../host/meter/usage.ts';
import { encodeBlock, type Usage } from '../../../host/usage/block.ts';
import { Cells } from '../../../host/usage/cell.ts';
import { callsAt, cpuAt } from '../../../host/usage/counters.ts';
import { CurrentSecond } from '../../../host/usage/current-second.ts';
import type { Batch } from '../../../host/usage/messages.ts';

export function record(fields: Partial<UsageRecord> = {}): UsageRecord {
  return {
    ...{ plugin: 'a/b/c', release: 1, interface: 'fetch', executor: 1, lane: 'standard', startedAt: 1, outcome: 'ok' },
    ...{ waitUs: 5, initUs: 0, cpuUs: 10, wallUs: 25, steps: 3, memoryPeakBytes: 1_000, hostCalls: 1, bytesIn: 2, bytesOut: 4 },
    ...fields,
  };
}

export function blockOf(records: readonly UsageRecord[]): Uint8Array {
  const second = new CurrentSecond();
  const noted = new NotedRecords();
  for (const one of records) if (!noted.add(one)) noted.take(second);
  noted.take(second);
  return second.cut() ?? new Uint8Array();
}

export function batch(number: number, second: number, records: readonly UsageRecord[]): Batch {
  return { number, second, block: blockOf(records) };
}

export interface Sums {
  readonly plugin: string;
  readonly release: number;
  readonly calls: number;
  /** Of each call. */
  readonly cpuUs: number;
  readonly outcome?: string;
}

/** Of many calls, which are not made one by one. */
export function sumsBatch(number: number, second: number, sums: readonly Sums[]): Batch {
  const usage: Usage = new Map();
  for (const { plugin, release, calls, cpuUs, outcome = 'ok' } of sums) {
    const cells = usage.get(plugin) ?? new Cells(100);
    usage.set(plugin, cells);
    const cell = cells.cell(release, 'fetch', outcome);
    cell.numbers[callsAt] = calls;
    cell.numbers[cpuAt] = calls * cpuUs;
    for (let i = 0; i < 3; i += 1) cell.cpu.add(100 + i, calls);
  }
  return { number, second, block: encodeBlock(usage) };
}

/** The second of a time in UTC. */
export function at(time: string): number {
  return Date.parse(time) / 1_000;
}

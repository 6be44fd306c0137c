/** Usage of a time that tests make up: batches as a host would cut them. */

import { NotedRecords } from '../../../host/meter/noted-records.ts';
import type { UsageRecord } from '../../../host/meter/usage.ts';
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

/** The second of a time in UTC. */
export function at(time: string): number {
  return Date.parse(time) / 1_000;
}

/** host/usage/cost.ts and row-text.ts: what rows say. */

import assert from 'node:assert/strict';
import { Cell } from '../../../host/usage/cell.ts';
import { costOf } from '../../../host/usage/cost.ts';
import { counters } from '../../../host/usage/counters.ts';
import type { Group } from '../../../host/usage/grouped.ts';
import type { RowsQuery } from '../../../host/usage/messages.ts';
import { priceListSchema } from '../../../host/usage/prices.ts';
import { csvHead, rowText } from '../../../host/usage/row-text.ts';

function numbers(values: Partial<Record<(typeof counters)[number], number>>): { numbers: number[] } {
  return { numbers: counters.map((name) => values[name] ?? 0) };
}

describe('costOf(usage, prices)', () => {
  it('has no noise of binary fractions, and a total that is the sum of what is shown', () => {
    const prices = priceListSchema.parse({ currency: 'EUR', callsPerMillion: 0.1, cpuSecond: 0.2, memoryGibSecond: '0.0000025' });
    const { costs, total } = costOf(numbers({ calls: 3_000_000, cpuUs: 3_000_000, memoryKibSeconds: 1_048_576 * 3 }), prices);
    assert.deepEqual(costs, { callsPerMillion: '0.3', cpuSecond: '0.6', memoryGibSecond: '0.0000075' });
    assert.equal(total, '0.9000075');
  });

  it('is exact for the largest quantities, and rounds half up to nine digits', () => {
    const prices = priceListSchema.parse({ currency: 'EUR', callsPerMillion: '0.000001' });
    assert.equal(costOf(numbers({ calls: 9_007_199_254_740_991 }), prices).total, '9007.199254741');
    assert.equal(costOf(numbers({ calls: 500 }), prices).total, '0.000000001');
    assert.equal(costOf(numbers({ calls: 499 }), prices).total, '0');
  });
});

describe('rows', () => {
  const query: RowsQuery = {
    ...{ from: 0, to: 10, tier: 'second', step: undefined, groupings: ['interface'], plugin: undefined, form: 'csv', prices: undefined },
    ...{ mostRows: 10, now: 100, unwritten: [] },
  };
  function group(name: string | null): Group {
    const cell = new Cell(0, '', '');
    cell.numbers[counters.indexOf('calls')] = 4;
    cell.numbers[counters.indexOf('memoryKibSeconds')] = 100;
    for (const us of [100, 100, 100, 5_000]) cell.run.record(us);
    const outcomes = new Map([
      ['ok', 3],
      ['aborted', 1],
    ]);
    return { at: 0, names: { interface: name }, sum: cell, outcomes };
  }
  const text = (groups: Group[], more: Partial<RowsQuery> = {}) => new TextDecoder().decode(rowText(groups, { ...query, ...more }));

  it('as CSV have a column for each field, quotes where they must be, and no formula', () => {
    const lines = text([group('=1+1'), group('a,"b'), group(null)]).split('\r\n');
    const columns = csvHead(query.groupings, undefined).trim().split(',');
    assert.match(lines[0] ?? '', /^1970-01-01T00:00:00Z,1970-01-01T00:00:10Z,'=1\+1,4,1,/);
    assert.match(lines[1] ?? '', /Z,"a,""b",4,1,/);
    assert.match(lines[2] ?? '', /:10Z,,4,1,/);
    assert.equal((lines[0] ?? '').split(',').length, columns.length);
    const row = Object.fromEntries(columns.map((name, i) => [name, (lines[0] ?? '').split(',')[i]]));
    assert.deepEqual([row['memoryBytes'], row['runUsP50'], row['waitUsP50']], ['10240', '101', '0']);
  });

  it('as JSON have outcomes and percentiles', () => {
    const [row] = JSON.parse(`[${text([group('fetch')], { form: 'json' })}]`);
    assert.deepEqual([row.interface, row.calls, row.outcomes], ['fetch', 4, { ok: 3, aborted: 1 }]);
    assert.equal(row.percentiles.runUs.p99 > 4_900, true);
  });

  it('of costs have the prices that are in the list', () => {
    const prices = priceListSchema.parse({ currency: 'USD', callsPerMillion: 1 });
    assert.equal(csvHead([], prices), 'from,to,currency,callsPerMillion,total\r\n');
    assert.match(text([group('fetch')], { prices }), /,fetch,USD,0.000004,0.000004\r\n/);
  });
});

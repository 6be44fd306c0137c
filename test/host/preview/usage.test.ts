/** host/preview/usage.ts */

import assert from 'node:assert/strict';
import { Totals } from '../../../host/meter/totals.ts';
import type { UsageRecord } from '../../../host/meter/usage.ts';
import { PreviewUsage } from '../../../host/preview/usage.ts';

function record(preview: string | undefined, cpuUs: number): UsageRecord {
  return {
    ...{ plugin: 'a/b/c', release: preview === undefined ? 1 : 0, preview, interface: 'fetch', executor: 1, lane: 'standard' },
    ...{ startedAt: 1, outcome: 'ok', waitUs: 0, initUs: 0, cpuUs, wallUs: 0, steps: 0, memoryPeakBytes: 0, hostCalls: 0 },
    ...{ bytesIn: 0, bytesOut: 0 },
  };
}

describe('PreviewUsage', () => {
  it('keeps each preview’s apart from its plugin’s, and loses nothing of those that are over', () => {
    const totals = new Totals();
    const open = new Set(['one', 'two']);
    const usage = new PreviewUsage([totals], (id) => open.has(id));
    for (const [preview, cpuUs] of [
      [undefined, 1],
      ['one', 10],
      ['one', 20],
      ['two', 100],
    ] as const)
      usage.record(record(preview, cpuUs));
    assert.deepEqual([totals.snapshot('a/b/c').cpuUs, usage.snapshot('one').cpuUs, usage.snapshot('two').calls], [1, 30, 1]);
    assert.equal('plugin' in usage.snapshot('one'), false);
    open.delete('one');
    usage.forget('one');
    // Its last call ends after it.
    usage.record(record('one', 1_000));
    assert.deepEqual([usage.snapshot('one').calls, usage.sums().cpuUs, usage.sums().calls], [0, 1_130, 4]);
    assert.equal(totals.all().length, 1);
  });

  it('keeps tests and replays apart from both, a preview’s, too', () => {
    const totals = new Totals();
    const usage = new PreviewUsage([totals], () => true);
    usage.record({ ...record(undefined, 7), trial: 'tests' });
    usage.record({ ...record('one', 5), trial: 'replay' });
    assert.deepEqual([totals.snapshot('a/b/c').calls, usage.snapshot('one').calls, usage.trials().cpuUs], [0, 0, 12]);
    assert.deepEqual([usage.trials().calls, usage.sums().calls], [2, 0]);
  });
});

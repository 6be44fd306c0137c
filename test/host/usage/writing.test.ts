/** host/usage/writing.ts: what waits while nothing can be written. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { addBlock, type Usage } from '../../../host/usage/block.ts';
import { shared } from '../../../host/usage/bytes.ts';
import { callsAt } from '../../../host/usage/counters.ts';
import type { Batch } from '../../../host/usage/messages.ts';
import { prepareUsageFile } from '../../../host/usage/usage-file.ts';
import { UsageWriting } from '../../../host/usage/writing.ts';
import { quietLog } from '../doubles.ts';
import { blockOf, record } from './records.ts';

function callsIn(batches: readonly Batch[]): number {
  const usage: Usage = new Map();
  for (const { block } of batches) addBlock(block, usage);
  return [...usage.values()].flatMap(({ list }) => list).reduce((sum, { numbers }) => sum + (numbers[callsAt] as number), 0);
}

describe('UsageWriting', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'nbox-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('has another thread make few of many, by which nothing is lost, and writes them when it can', async () => {
    const file = prepareUsageFile(directory, quietLog);
    const other = new DatabaseSync(file, { timeout: 10_000 });
    other.exec(`CREATE TRIGGER full BEFORE INSERT ON seconds BEGIN SELECT raise(ABORT, 'disk full'); END`);
    const clock = { elapsed: () => performance.now() };
    const writing = new UsageWriting({ file, mostBytes: 1e9, clock, log: quietLog, onBroken: () => assert.fail() });
    await writing.started;
    const all = () => writing.within(0, 1e9);
    let added = 0;
    const add = () => {
      added += 1;
      writing.add(added, shared(blockOf([record({ plugin: `a/b/${added % 3}` })])));
    };
    while (added < 200) add();
    assert.equal(all().length, 200);
    // Each that comes finds whether the thread is there by now.
    while (all().length > 160) {
      add();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.equal(callsIn(all()), added);
    assert.deepEqual(
      all().map(({ number }) => number),
      all().map((_, i) => i + 1),
    );
    other.exec('DROP TRIGGER full');
    await writing.close();
    assert.equal(all().length, 0);
    const stored = other.prepare('SELECT batch AS number, second, block FROM seconds').all() as unknown as Batch[];
    const rolled = other.prepare('SELECT block FROM month_sums').all() as unknown as Batch[];
    const open = stored.filter(
      ({ number }) => number > (other.prepare(`SELECT value FROM state WHERE name = 'rolled_batch'`).get() as { value: number }).value,
    );
    // Each plugin's calls and their total.
    assert.equal(callsIn(rolled) / 2 + callsIn(open), added);
    other.close();
  });
});

import assert from 'node:assert/strict';
import { NotedRecords } from '../../../host/meter/noted-records.ts';
import type { Outcome, UsageRecord } from '../../../host/meter/usage.ts';
import { addBlock, type Usage } from '../../../host/usage/block.ts';
import { callsAt } from '../../../host/usage/counters.ts';
import { CurrentSecond } from '../../../host/usage/current-second.ts';
import { blockOf, record } from './records.ts';

/** All that a block says, in an order of its own. */
function told(block: Uint8Array | undefined): unknown {
  const usage: Usage = new Map();
  if (block !== undefined && block.length > 0) addBlock(block, usage);
  const cells = [...usage].flatMap(([plugin, { list }]) =>
    list.map(({ release, interface: name, outcome, numbers, wait, run, cpu }) => {
      const buckets = [wait, run, cpu].map((one) => {
        const found: [number, number][] = [];
        one.each((bucket, count) => found.push([bucket, count]));
        return found;
      });
      return [[plugin, release, name, outcome].join(), numbers, buckets] as const;
    }),
  );
  return cells.sort(([a], [b]) => (a < b ? -1 : 1));
}

function noted(second: CurrentSecond, records: readonly UsageRecord[]): void {
  const all = new NotedRecords();
  for (const one of records) if (!all.add(one)) all.take(second);
  all.take(second);
}

describe('CurrentSecond', () => {
  it('says of each second what one that begins with it says, whatever was in those before', () => {
    let state = 11;
    const next = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return (state >>> 8) % below;
    };
    const outcomes: readonly Outcome[] = ['ok', 'ok', 'plugin_error', 'cpu_exceeded'];
    const second = new CurrentSecond();
    for (let cut = 0; cut < 60; cut += 1) {
      // Now and then nothing, and now and then a call that takes a thousand times as long.
      const records = Array.from({ length: next(4) === 0 ? 0 : next(300) }, () =>
        record({
          ...{ plugin: `a/b/p${next(6 + cut)}`, release: 1 + next(3), outcome: outcomes[next(4)] as Outcome },
          ...{ interface: next(5) === 0 ? 'queue' : 'fetch', waitUs: next(900), cpuUs: next(50) === 0 ? next(9_000_000) : next(4_000) },
        }),
      );
      noted(second, records);
      assert.deepEqual(told(second.peek()), told(blockOf(records)), `cut ${cut}`);
      assert.deepEqual(told(second.cut()), told(blockOf(records)), `cut ${cut}`);
    }
    assert.equal(second.cut(), undefined);
  });

  it('keeps as many cells of a plugin apart in a second that follows one with other releases', () => {
    const second = new CurrentSecond();
    const releases = (from: number) => Array.from({ length: 127 }, (_, i) => record({ release: from + i }));
    noted(second, releases(1));
    second.cut();
    noted(second, releases(1_000));
    assert.deepEqual(told(second.cut()), told(blockOf(releases(1_000))));
  });

  it('has what the machine used beside what calls did, though it is told in every other cut', () => {
    const second = new CurrentSecond();
    const share = { cpuUs: 7, memoryBytes: 4_096, callsCpuUs: 5, pushesCpuUs: 2 };
    const none = { cpuUs: 0, memoryBytes: 0 };
    for (let cut = 0; cut < 12; cut += 1) {
      noted(second, [record()]);
      if (cut % 2 === 0) {
        second.divided({
          ...{ from: 0, to: 1_000, lengthMs: 1_000, plugins: new Map([['a/b/c', share]]) },
          ...{ host: { ingress: none, executors: none, builder: none }, residual: none, total: share },
        });
      }
      const usage: Usage = new Map();
      addBlock(second.cut() ?? new Uint8Array(), usage);
      const mine = usage.get('a/b/c')?.list ?? [];
      assert.deepEqual(
        mine.map(({ outcome, numbers }) => [outcome, numbers[callsAt]]),
        cut % 2 === 0
          ? [
              ['ok', 1],
              ['', 0],
            ]
          : [['ok', 1]],
      );
    }
  });
});

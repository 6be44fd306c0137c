/** host/usage/unwritten.ts */

import assert from 'node:assert/strict';
import { addBlock, type Usage } from '../../../host/usage/block.ts';
import type { Batch } from '../../../host/usage/messages.ts';
import { Unwritten } from '../../../host/usage/unwritten.ts';
import { blockOf, record } from './records.ts';

function callsIn(batches: readonly Batch[]): number {
  const usage: Usage = new Map();
  for (const { block } of batches) addBlock(block, usage);
  return [...usage.values()].flatMap(({ list }) => list).reduce((sum, { numbers }) => sum + (numbers[0] as number), 0);
}

describe('unwritten batches', () => {
  it('are numbered after the last one that is stored, and go when they are written', () => {
    const unwritten = new Unwritten();
    unwritten.settle(41);
    unwritten.add(1, blockOf([record()]));
    unwritten.add(2, blockOf([record()]));
    assert.deepEqual(
      unwritten.send().map(({ number, second }) => [number, second]),
      [
        [42, 1],
        [43, 2],
      ],
    );
    unwritten.add(3, blockOf([record()]));
    unwritten.settle(43);
    assert.deepEqual(
      unwritten.list().map(({ number }) => number),
      [44],
    );
  });

  it('are the same ones again while it is not known what became of them', () => {
    const unwritten = new Unwritten();
    unwritten.settle(0);
    unwritten.add(1, blockOf([record()]));
    const sent = unwritten.send();
    unwritten.settle(undefined);
    for (let i = 0; i < 1_000; i += 1) unwritten.add(2 + i, blockOf([record()]));
    assert.deepEqual(unwritten.send(), sent);
    assert.ok(unwritten.size <= 121);
    // The first one was written after all.
    unwritten.settle(1);
    assert.equal(callsIn(unwritten.list()), 1_000);
    assert.equal(unwritten.list()[0]?.number, 2);
  });

  it('stay few and whole however long the disk fails', () => {
    const unwritten = new Unwritten();
    unwritten.settle(0);
    for (let i = 1; i <= 5_000; i += 1) {
      unwritten.add(i, blockOf([record({ plugin: `a/b/${i % 5}` })]));
      if (i % 400 === 0) {
        unwritten.send();
        unwritten.settle(0);
      }
    }
    assert.ok(unwritten.size <= 121);
    assert.equal(callsIn(unwritten.list()), 5_000);
    const seconds = unwritten.list().map(({ second }) => second);
    assert.deepEqual(
      seconds,
      seconds.toSorted((a, b) => a - b),
    );
  });
});

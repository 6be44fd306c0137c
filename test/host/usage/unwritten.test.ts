/** host/usage/unwritten.ts */

import assert from 'node:assert/strict';
import { addBlock, encodeBlock, type Usage } from '../../../host/usage/block.ts';
import type { Batch } from '../../../host/usage/messages.ts';
import { Unwritten } from '../../../host/usage/unwritten.ts';
import { blockOf, record } from './records.ts';

function callsIn(batches: readonly Batch[]): number {
  const usage: Usage = new Map();
  for (const { block } of batches) addBlock(block, usage);
  return [...usage.values()].flatMap(({ list }) => list).reduce((sum, { numbers }) => sum + (numbers[0] as number), 0);
}

function joined(blocks: readonly Uint8Array[]): Uint8Array {
  const usage: Usage = new Map();
  for (const block of blocks) addBlock(block, usage);
  return encodeBlock(usage);
}

function joinIfLong(unwritten: Unwritten): void {
  const blocks = unwritten.toJoin();
  if (blocks !== undefined) unwritten.join(joined(blocks));
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

  it('that came before it was known which one is stored last are not taken for written, and have no number yet', () => {
    const unwritten = new Unwritten();
    for (let i = 0; i < 5; i += 1) unwritten.add(i, blockOf([record()]));
    // Above all that can be stored: who reads the store does not leave them out.
    assert.ok(unwritten.list().every(({ number }) => number === Number.MAX_SAFE_INTEGER));
    assert.throws(() => unwritten.send(), /not known/);
    unwritten.settle(1_000_000);
    assert.equal(callsIn(unwritten.list()), 5);
    assert.deepEqual(
      unwritten.send().map(({ number }) => number),
      [1_000_001, 1_000_002, 1_000_003, 1_000_004, 1_000_005],
    );
    unwritten.settle(1_000_005);
    assert.equal(unwritten.size, 0);
  });

  it('are the same ones again while it is not known what became of them', () => {
    const unwritten = new Unwritten();
    unwritten.settle(0);
    unwritten.add(1, blockOf([record()]));
    const sent = unwritten.send();
    unwritten.settle(undefined);
    for (let i = 0; i < 1_000; i += 1) {
      unwritten.add(2 + i, blockOf([record()]));
      joinIfLong(unwritten);
    }
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
      joinIfLong(unwritten);
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

  it('that became one take their places when they come back from the writer, and not if they were written', () => {
    for (const isWritten of [false, true]) {
      const unwritten = new Unwritten();
      unwritten.settle(0);
      for (let i = 1; i <= 121; i += 1) unwritten.add(i, blockOf([record()]));
      const one = joined(unwritten.toJoin() ?? []);
      assert.equal(unwritten.toJoin(), undefined);
      const sent = unwritten.send();
      unwritten.join(one);
      assert.deepEqual(unwritten.list(), sent);
      unwritten.settle(isWritten ? 121 : 0);
      assert.deepEqual([unwritten.size, callsIn(unwritten.list())], isWritten ? [0, 0] : [62, 121]);
    }
  });

  it('are lost, the oldest first, where nobody makes them fewer for ten minutes', () => {
    const unwritten = new Unwritten();
    unwritten.settle(0);
    for (let i = 1; i <= 1_300; i += 1) unwritten.add(i, blockOf([record()]));
    assert.deepEqual([unwritten.size, unwritten.lost, unwritten.list()[0]?.second], [1_200, 100, 101]);
  });
});

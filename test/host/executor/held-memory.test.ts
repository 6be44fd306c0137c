import assert from 'node:assert/strict';
import { HeldMemory } from '../../../host/executor/held-memory.ts';
import type { Slot } from '../../../host/executor/slot.ts';

const kb = 1_024;
const slotOf = (key: number, ...bytes: number[]) =>
  ({ key, toldBytes: 0, idle: bytes.map((residentBytes) => ({ residentBytes })) }) as unknown as Slot;

describe('HeldMemory', () => {
  it('tells what sandboxes take, those that calls have taken out included, and only where it has changed', () => {
    const held = new HeldMemory();
    held.bare();
    const [one, two] = [slotOf(1, 100 * kb, 50 * kb), slotOf(2)];
    const first = held.told([one, two], new Map([[2, 30 * kb]]));
    assert.deepEqual(first.memory, [
      [1, 150 * kb],
      [2, 30 * kb],
    ]);
    assert.ok(first.bareBytes > 1e6);
    assert.deepEqual(held.told([one, two], new Map([[2, 31 * kb]])).memory, []);
    assert.deepEqual(held.told([one, two], new Map()).memory, [[2, 0]]);
  });

  it('tells that a release has nothing any more, and what it has when it comes back', () => {
    const held = new HeldMemory();
    const old = slotOf(1, 100 * kb);
    held.told([old], new Map());
    held.gone(old);
    assert.deepEqual(held.told([slotOf(1, 40 * kb)], new Map()).memory, [
      [1, 0],
      [1, 40 * kb],
    ]);
    // One that had none is not told of.
    held.gone(slotOf(2));
    assert.deepEqual(held.told([], new Map()).memory, []);
  });

  it('tells of so many at once, and of the others next', () => {
    const held = new HeldMemory();
    const slots = Array.from({ length: 5_000 }, (_, i) => slotOf(i + 1, 100 * kb));
    assert.deepEqual([held.told(slots, new Map()).memory.length, held.told(slots, new Map()).memory.length], [4_096, 904]);
  });
});

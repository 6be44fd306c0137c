/** host/hygiene/heavy-hitters.ts, held against exact counts. */

import assert from 'node:assert/strict';
import { HeavyHitters } from '../../../host/hygiene/heavy-hitters.ts';

describe('HeavyHitters', () => {
  it('counts exactly as long as there is room', () => {
    const hitters = new HeavyHitters(3);
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) hitters.add(name);
    assert.deepEqual(hitters.list(), [
      { name: 'a', count: 3, overBy: 0 },
      { name: 'b', count: 2, overBy: 0 },
      { name: 'c', count: 1, overBy: 0 },
    ]);
  });

  it('has everyone who has more than the room’s part of all, among any number of others, and tells how far its counts may be off', () => {
    const hitters = new HeavyHitters(10);
    const exact = new Map<string, number>();
    let seed = 5;
    for (let i = 0; i < 20_000; i += 1) {
      seed = (seed * 48_271) % 2_147_483_647;
      const name = seed % 2 === 0 ? `often ${seed % 3}` : `once ${i}`;
      hitters.add(name);
      exact.set(name, (exact.get(name) ?? 0) + 1);
    }
    const list = hitters.list();
    assert.equal(list.length, 10);
    assert.equal(
      list.reduce((all, { count }) => all + count, 0),
      hitters.total,
    );
    for (const { name, count, overBy } of list) {
      const is = exact.get(name) as number;
      assert.ok(count >= is && count - overBy <= is, name);
    }
    const frequent = [...exact].filter(([, count]) => count > 2_000).map(([name]) => name);
    assert.equal(frequent.length, 3);
    for (const name of frequent)
      assert.ok(
        list.slice(0, 3).some((one) => one.name === name),
        name,
      );
  });

  it('goes on from its list', () => {
    const hitters = new HeavyHitters(2, [
      { name: 'a', count: 5, overBy: 1 },
      { name: 'b', count: 2, overBy: 0 },
    ]);
    hitters.add('c');
    assert.deepEqual(hitters.list(), [
      { name: 'a', count: 5, overBy: 1 },
      { name: 'c', count: 3, overBy: 2 },
    ]);
    assert.equal(hitters.total, 8);
  });
});

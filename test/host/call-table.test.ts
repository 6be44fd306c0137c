import assert from 'node:assert/strict';
import { CallTable } from '../../host/call-table.ts';

describe('the table of calls', () => {
  it('has what was set and not deleted, by the same number', () => {
    const table = new CallTable<string>();
    table.set(1, 'one');
    table.set(129, 'in the same place');
    table.set(257, 'there, too');
    table.set(2, 'behind them');
    table.set(129, 'anew');
    assert.equal(table.size, 4);
    assert.equal(table.delete(1), true);
    assert.equal(table.delete(1), false);
    assert.deepEqual([table.get(1), table.get(129), table.get(257), table.get(2)], [undefined, 'anew', 'there, too', 'behind them']);
    assert.deepEqual(table.ids().sort(byNumber), [2, 129, 257]);
    assert.equal(table.get(3), undefined);
  });

  it('has numbers up to the highest', () => {
    const table = new CallTable<number>();
    for (const id of [2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 1]) table.set(id, id);
    assert.deepEqual(table.ids().sort(byNumber), [1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]);
    assert.equal(table.get(2 ** 32 - 1), 2 ** 32 - 1);
  });

  it('takes none that is no number of a call', () => {
    const table = new CallTable<number>();
    for (const id of [0, -1, 1.5, 2 ** 32, Number.NaN]) {
      assert.throws(() => table.set(id, 1), new RangeError(`a call cannot have the number ${id}`));
      assert.equal(table.get(id), undefined);
      assert.equal(table.delete(id), false);
    }
    assert.deepEqual(table.values(), []);
  });

  it('is as a Map is, whatever comes and goes', () => {
    let state = 7;
    const next = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state % below;
    };
    const [table, map] = [new CallTable<{ n: number }>(), new Map<number, { n: number }>()];
    const alike = () => {
      assert.equal(table.size, map.size);
      assert.deepEqual(table.ids().sort(byNumber), [...map.keys()].sort(byNumber));
      assert.deepEqual(new Set(table.values()), new Set(map.values()));
    };
    // Grows to thousands and shrinks again, so that it moves both ways.
    for (const [rounds, of10] of [
      [20_000, 7],
      [20_000, 2],
      [20_000, 6],
      [30_000, 1],
    ] as const) {
      for (let i = 0; i < rounds; i += 1) {
        const id = 1 + next(6_000);
        const sets = next(10) < of10;
        const value = { n: i };
        if (sets) {
          table.set(id, value);
          map.set(id, value);
        } else assert.equal(table.delete(id), map.delete(id));
        const asked = 1 + next(6_000);
        assert.equal(table.get(asked), map.get(asked));
        if (i % 997 === 0) alike();
      }
      alike();
    }
  });
});

const byNumber = (a: number, b: number): number => a - b;

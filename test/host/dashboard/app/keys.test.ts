/** Keys: single ones, pairs, and none while somebody types. */

import assert from 'node:assert/strict';
import { type Key, KeyFinder, type Press } from '../../../../host/dashboard/app/shell/key-finder.ts';

const key = (keys: string): Key => ({ keys, what: keys, run: () => {} });
const keys = [key('/'), key('d'), key('g p'), key('g d')];
const press = (text: string, at: number, more: Partial<Press> = {}): Press => ({
  key: text,
  isTyping: false,
  hasModifier: false,
  at,
  ...more,
});

describe('KeyFinder', () => {
  const found = (...presses: Press[]) => {
    const finder = new KeyFinder();
    return presses.map((one) => finder.find(keys, one)?.keys);
  };

  it('finds single keys and pairs', () => {
    assert.deepEqual(found(press('/', 0), press('g', 1), press('p', 2), press('d', 3)), ['/', undefined, 'g p', 'd']);
    assert.deepEqual(found(press('g', 0), press('d', 1)), [undefined, 'g d']);
  });

  it('takes a pair that took too long, or was broken, for what its second key is', () => {
    assert.deepEqual(found(press('g', 0), press('d', 5_000)), [undefined, 'd']);
    assert.deepEqual(found(press('g', 0), press('x', 1), press('p', 2)), [undefined, undefined, undefined]);
  });

  it('finds nothing while somebody types or holds a modifier', () => {
    assert.deepEqual(found(press('d', 0, { isTyping: true }), press('d', 1, { hasModifier: true })), [undefined, undefined]);
  });
});

import assert from 'node:assert/strict';
import { Uncharged } from '../../../host/executor/uncharged.ts';

describe('Uncharged', () => {
  it('take(key) gives all that was added for the release, once', () => {
    const uncharged = new Uncharged();
    assert.equal(uncharged.take(1), 0);
    uncharged.add(1, 300);
    uncharged.add(2, 7);
    uncharged.add(1, 40);
    uncharged.add(3, 0);
    assert.deepEqual([uncharged.take(1), uncharged.take(1), uncharged.take(2), uncharged.take(3)], [340, 0, 7, 0]);
  });

  it('keeps of so many releases what was added last', () => {
    const uncharged = new Uncharged();
    for (let key = 0; key <= 10_000; key += 1) uncharged.add(key, 1);
    assert.deepEqual([uncharged.take(0), uncharged.take(1), uncharged.take(10_000)], [0, 1, 1]);
  });
});

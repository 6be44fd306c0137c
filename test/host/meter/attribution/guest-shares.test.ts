import assert from 'node:assert/strict';
import { guestShares } from '../../../../host/meter/attribution/guest-shares.ts';

const guests = [
  [1, 600],
  [2, 200],
] as const;

describe('guestShares(used, mostUs)', () => {
  it('takes guests by what is told of them', () => {
    assert.deepEqual(guestShares({ threadUs: 1_000, guests, othersUs: 100 }, 1_000), { guests, othersUs: 100 });
  });

  it('divides no more than the thread has used, nor than the process has', () => {
    const half = [
      [1, 300],
      [2, 100],
    ];
    assert.deepEqual(guestShares({ threadUs: 450, guests, othersUs: 100 }, 10_000), { guests: half, othersUs: 50 });
    assert.deepEqual(guestShares({ threadUs: 10_000, guests, othersUs: 100 }, 450), { guests: half, othersUs: 50 });
  });

  it('is nothing where nothing was used', () => {
    assert.deepEqual(guestShares({ threadUs: 0, guests: [], othersUs: 0 }, 0), { guests: [], othersUs: 0 });
    assert.deepEqual(guestShares({ threadUs: 0, guests: [[1, 5]], othersUs: 0 }, -3).guests, [[1, 0]]);
  });
});

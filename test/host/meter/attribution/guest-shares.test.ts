import assert from 'node:assert/strict';
import type { Used } from '../../../../host/executor/wire.ts';
import { guestShares } from '../../../../host/meter/attribution/guest-shares.ts';

type Told = Pick<Used, 'threadUs' | 'activeUs' | 'longWallUs' | 'guests' | 'others'>;
const told = (more: Partial<Told>): Told => ({
  ...{ threadUs: 0, activeUs: 0, longWallUs: 0, guests: [], others: { shortUs: 0, longUs: 0 } },
  ...more,
});

describe('guestShares(used, mostUs)', () => {
  it('gives short stays of the thread’s CPU time what they have of the time that it was active', () => {
    // The processor was shared: of 1,000 µs it had 500.
    const guests = [
      [1, 600, 0],
      [2, 200, 0],
    ] as const;
    const shares = guestShares(told({ threadUs: 500, activeUs: 1_000, guests }), 10_000);
    assert.deepEqual(shares.guests, [
      [1, 300],
      [2, 100],
    ]);
  });

  it('takes long stays by their own clock, and what is left for the short ones', () => {
    const guests = [
      [1, 0, 400],
      [2, 100, 0],
    ] as const;
    // Beside the long stay: 100 of 200 µs.
    const shares = guestShares(told({ threadUs: 500, activeUs: 1_000, longWallUs: 800, guests }), 10_000);
    assert.deepEqual(shares.guests, [
      [1, 400],
      [2, 50],
    ]);
  });

  it('divides no more than the thread has used, nor than the process has', () => {
    const guests = [[1, 0, 900]] as const;
    assert.deepEqual(guestShares(told({ threadUs: 600, activeUs: 1_000, longWallUs: 900, guests }), 10_000).guests, [[1, 600]]);
    assert.deepEqual(guestShares(told({ threadUs: 600, activeUs: 1_000, longWallUs: 900, guests }), 300).guests, [[1, 300]]);
    const short = guestShares(told({ threadUs: 600, activeUs: 10, guests: [[1, 900, 0]] }), 10_000);
    assert.deepEqual(short.guests, [[1, 600]]);
  });

  it('counts what was not told one by one', () => {
    const shares = guestShares(told({ threadUs: 100, activeUs: 200, guests: [[1, 50, 0]], others: { shortUs: 100, longUs: 0 } }), 10_000);
    assert.deepEqual([shares.guests, shares.othersUs], [[[1, 25]], 50]);
  });

  it('is nothing where nothing was used', () => {
    assert.deepEqual(guestShares(told({}), 0), { guests: [], othersUs: 0 });
  });
});

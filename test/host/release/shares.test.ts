import assert from 'node:assert/strict';
import { isNboxError } from '../../../guards/errors.ts';
import { checkShares, sameShares, sharesFor } from '../../../host/release/shares.ts';

const shares = (...pairs: [number: number, percentage: number][]) => pairs.map(([number, percentage]) => ({ number, percentage }));

describe('checkShares(shares)', () => {
  for (const pairs of [
    [[1, 100]],
    [
      [1, 99.99],
      [2, 0.01],
    ],
    [
      [2, 0],
      [1, 100],
    ],
    [
      [1, 33.33],
      [2, 66.67],
    ],
  ] as [number, number][][]) {
    it(`accepts ${JSON.stringify(pairs)}`, () => checkShares(shares(...pairs)));
  }

  const refused: [pairs: [number, number][], pointer: string][] = [
    [[], '/releases'],
    [
      [
        [1, 50],
        [2, 25],
        [3, 25],
      ],
      '/releases',
    ],
    [[[1, 99]], '/releases'],
    [
      [
        [1, 50],
        [2, 50.01],
      ],
      '/releases',
    ],
    [
      [
        [1, 50],
        [1, 50],
      ],
      '/releases/1/number',
    ],
    [
      [
        [1, 100],
        [2, -0.01],
      ],
      '/releases/1/percentage',
    ],
    [
      [
        [1, 99.995],
        [2, 0.005],
      ],
      '/releases/0/percentage',
    ],
    [[[1, 100.01]], '/releases/0/percentage'],
    [[[1, Number.NaN]], '/releases/0/percentage'],
  ];
  for (const [pairs, pointer] of refused) {
    it(`refuses ${JSON.stringify(pairs)}`, () => {
      assert.throws(
        () => checkShares(shares(...pairs)),
        (error) => isNboxError(error, 'invalid_deployment') && error.details.pointer === pointer,
      );
    });
  }
});

describe('sharesFor(number, percentage, current)', () => {
  it('is all calls, whatever there is', () => {
    assert.deepEqual(sharesFor(3, 100, undefined), shares([3, 100]));
    assert.deepEqual(sharesFor(3, 100, shares([1, 90], [2, 10])), shares([3, 100]));
  });

  it('leaves the rest to the release that has had the most', () => {
    assert.deepEqual(sharesFor(3, 0.01, shares([1, 90], [2, 10])), shares([1, 99.99], [3, 0.01]));
    assert.deepEqual(sharesFor(3, 0, shares([1, 100])), shares([1, 100], [3, 0]));
  });

  it('raises one that is deployed already', () => {
    assert.deepEqual(sharesFor(2, 50, shares([1, 90], [2, 10])), shares([1, 50], [2, 50]));
    assert.deepEqual(sharesFor(1, 50, shares([1, 90], [2, 10])), shares([2, 50], [1, 50]));
  });

  it('refuses a part where nothing else is deployed, and what is no percentage', () => {
    for (const [percentage, current] of [
      [10, undefined],
      [10, shares([3, 100])],
      [101, shares([1, 100])],
      [0.001, shares([1, 100])],
    ] as const) {
      assert.throws(
        () => sharesFor(3, percentage, current),
        (error) => isNboxError(error, 'invalid_deployment'),
      );
    }
  });
});

describe('sameShares(a, b)', () => {
  it('whatever the order', () => {
    assert.equal(sameShares(shares([1, 90], [2, 10]), shares([2, 10], [1, 90])), true);
    assert.equal(sameShares(shares([1, 90], [2, 10]), shares([1, 10], [2, 90])), false);
    assert.equal(sameShares(shares([1, 100]), shares([1, 100], [2, 0])), false);
  });
});

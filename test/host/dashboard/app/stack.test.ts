/** Layers on top of each other, scales, and periods without anything. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { aligned, roundTop, stack, timesOf } from '../../../../host/dashboard/app/data/stack.ts';

describe('stack(layers, points, hidden)', () => {
  it('adds up from the first layer on', () => {
    const { lines, most } = stack(
      [
        { label: 'a', values: [1, 2] },
        { label: 'b', values: [3, 4] },
      ],
      2,
    );
    assert.deepEqual(lines, [
      [1, 2],
      [4, 6],
    ]);
    assert.equal(most, 6);
  });

  it('has what is hidden take no room, and what is missing or below 0 none either', () => {
    const layers = [
      { label: 'a', values: [1, 2, 3] },
      { label: 'b', values: [5, -4] },
      { label: 'c', values: [1, 1, 1] },
    ];
    assert.deepEqual(stack(layers, 3).lines[2], [7, 3, 4]);
    assert.deepEqual(stack(layers, 3, new Set([0])).lines, [
      [0, 0, 0],
      [5, 0, 0],
      [6, 1, 1],
    ]);
  });

  it('never goes down from layer to layer, and ends at the sum', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: -5, max: 50 }), { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
        (values) => {
          const { lines } = stack(
            values.map((one, i) => ({ label: String(i), values: one })),
            4,
          );
          for (let i = 0; i < 4; i += 1) {
            for (let at = 1; at < lines.length; at += 1) assert.ok((lines[at]?.[i] ?? 0) >= (lines[at - 1]?.[i] ?? 0));
            const sum = values.reduce((all, one) => all + Math.max(0, one[i] ?? 0), 0);
            assert.equal(lines.at(-1)?.[i], sum);
          }
        },
      ),
    );
  });
});

describe('roundTop(value)', () => {
  it('is a round number at or above it, and not far above', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), (value) => {
        const top = roundTop(value);
        assert.ok(top >= value * 0.999 && top <= value * 2, `${value} → ${top}`);
      }),
    );
  });

  it('is 1 where there is nothing', () => assert.deepEqual([0, -3, Number.NaN].map(roundTop), [1, 1, 1]));
});

describe('times', () => {
  it('are those of whole steps, the end left out', () => assert.deepEqual(timesOf(60, 240, 60), [60, 120, 180]));
  it('have 0 where nothing is kept', () => assert.deepEqual(aligned([1, 2, 3], new Map([[2, 5]])), [0, 5, 0]));
});

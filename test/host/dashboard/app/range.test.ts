/** The page's time: how it stands in the address, and in which steps it is asked for. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  defaultRange,
  lengthMs,
  moved,
  presets,
  queryOf,
  type Range,
  rangeOf,
  stepMs,
  windowOf,
} from '../../../../host/dashboard/app/data/range.ts';

const now = Date.UTC(2026, 10, 29, 12, 34, 56);
const minute = 60_000;
const day = 24 * 60 * minute;

const ranges: fc.Arbitrary<Range> = fc.oneof(
  fc.constantFrom(...presets).map((preset): Range => ({ kind: 'last', preset })),
  fc
    .tuple(fc.integer({ min: now - 380 * day, max: now - 1_000 }), fc.integer({ min: 1_000, max: 100 * day }))
    .map(([from, length]): Range => ({ kind: 'between', from, to: from + length })),
);

/** As the query is read again: without what is not set. */
const asQuery = (range: Range) =>
  Object.fromEntries(Object.entries(queryOf(range)).filter(([, value]) => value !== undefined)) as Record<string, string>;

describe('range', () => {
  it('is read from what is written of it', () => {
    fc.assert(fc.property(ranges, (range) => assert.deepEqual(rangeOf(asQuery(range)), range)));
  });

  it('is the last hour where nothing, or nonsense, is said', () => {
    for (const query of [
      {},
      { range: '2h' },
      { from: '1', to: '2' },
      { from: '1764419696000', to: '1764419696000' },
      { from: '-1', to: 'now' },
    ]) {
      assert.deepEqual(rangeOf(query), defaultRange);
    }
    assert.deepEqual(asQuery(defaultRange), {});
  });

  it('is asked for in whole steps that are kept for so long, and in no more of them than a chart has room for', () => {
    const keptMs = { '1s': 15 * minute, '1m': 3 * day, '1h': 400 * day, '1d': 1_200 * day };
    fc.assert(
      fc.property(ranges, (range) => {
        const { from, to, step } = windowOf(range, now);
        const ms = stepMs[step];
        assert.deepEqual([from % ms, to % ms], [0, 0]);
        assert.ok(from < to, 'it has a step at least');
        assert.ok(from >= now - keptMs[step] - (range.kind === 'between' ? ms : 0), `${step} is kept so long`);
        assert.ok((to - from) / ms <= 1_500);
        assert.ok(to <= now + ms);
      }),
    );
  });

  it('of the last minutes leaves time for the question to arrive', () => {
    assert.ok(windowOf({ kind: 'last', preset: '15m' }, now).from > now - 15 * minute + 5_000);
  });

  it('of the last whiles begins with a whole step', () => {
    assert.deepEqual(windowOf({ kind: 'last', preset: '1h' }, now), {
      lastMs: 56_000,
      from: Date.UTC(2026, 10, 29, 11, 35),
      to: Date.UTC(2026, 10, 29, 12, 35),
      step: '1m',
    });
  });

  it('leaves out a step that has hardly begun, and says how long the last one has lasted', () => {
    const hour = { kind: 'last', preset: '1h' } as const;
    const begun = Date.UTC(2026, 10, 29, 12, 35);
    assert.deepEqual([windowOf(hour, begun + 3_000).to, windowOf(hour, begun + 3_000).lastMs], [begun, 60_000]);
    assert.deepEqual([windowOf(hour, begun + 9_000).to, windowOf(hour, begun + 9_000).lastMs], [begun + minute, 9_000]);
    const seconds = windowOf({ kind: 'last', preset: '5m' }, now + 500);
    assert.deepEqual([seconds.to, seconds.lastMs], [now - 1_000, 1_000]);
    assert.equal(windowOf({ kind: 'between', from: now - 3 * 60 * minute, to: now - 2 * 60 * minute }, now).lastMs, minute);
  });

  it('moves by its own length, and never beyond now', () => {
    fc.assert(
      fc.property(ranges, (range) => {
        const earlier = moved(range, -1, now);
        assert.equal(lengthMs(earlier), lengthMs(range));
        assert.ok(earlier.kind === 'between' && earlier.to <= now);
        const later = moved(range, 1, now);
        assert.ok(later.kind === 'last' || later.to <= now);
      }),
    );
  });
});

/** The table of plugins: rows of several answers, in an order that does not jump, and those that are wanted. */

import assert from 'node:assert/strict';
import type { Plugin } from '../../../../host/dashboard/app/api/wire.ts';
import type { UsageRow } from '../../../../host/dashboard/app/api/wire-usage.ts';
import {
  defaultSort,
  filtered,
  type RowSources,
  rowsOf,
  type shows,
  sorted,
  sortedBy,
  sortKeys,
  sortOf,
  textOfSort,
} from '../../../../host/dashboard/app/data/plugin-rows.ts';

const plugin = (id: string, more: Partial<Plugin> = {}): Plugin => ({
  ...{ plugin: id, owner: '', description: '', interfaces: ['fetch'] },
  release: { number: 1, hash: 'x', createdAt: '2026-11-29T10:00:00.000Z' },
  deployment: { number: 1, createdAt: '2026-11-29T10:00:00.000Z', actor: 'admin', releases: [{ number: 1, percentage: 100 }] },
  ...more,
});

const zeros = { p50: 0, p90: 0, p99: 0 };
const usage = (id: string, calls: number, ok: number, more: Partial<UsageRow> = {}): UsageRow => ({
  ...{ from: '', to: '', plugin: id, calls, coldStarts: 0, waitUs: 0, initUs: 0, cpuUs: calls * 50, wallUs: 0, steps: 0, hostCalls: 0 },
  ...{
    bytesIn: 0,
    bytesOut: 0,
    memoryPeakBytes: 0,
    osCpuUs: calls * 60,
    pushesCpuUs: 0,
    memoryBytes: 1_000,
    outcomes: { ok, plugin_error: calls - ok },
  },
  percentiles: { waitUs: zeros, runUs: { p50: 100, p90: 200, p99: 300 }, cpuUs: zeros },
  ...more,
});

const sources = (more: Partial<RowSources> = {}): RowSources => ({
  plugins: [plugin('a/b/one', { owner: 'anna' }), plugin('a/b/two', { description: 'Prices' }), plugin('c/d/three')],
  usage: [usage('a/b/one', 600, 570), usage('a/b/two', 1_200, 1_200)],
  ...{ seconds: 60, breakers: [], hints: {}, sparks: new Map() },
  ...more,
});

const ids = (rows: readonly { readonly plugin: string }[]) => rows.map((row) => row.plugin.split('/')[2]);

describe('rowsOf(sources)', () => {
  it('has figures a second, shares and costs', () => {
    const [one] = rowsOf(sources());
    assert.deepEqual(
      [one?.callsPerSecond, one?.failuresPerSecond, one?.errors, one?.p99Us, one?.cores, one?.costUs],
      [10, 0.5, 0.05, 300, 0.000_6, 50],
    );
  });

  it('has a row for plugins that were not called, and none for those that are gone', () => {
    const rows = rowsOf(sources({ usage: [usage('gone/x/y', 5, 5)] }));
    assert.deepEqual(ids(rows), ['one', 'two', 'three']);
    assert.deepEqual([rows[0]?.callsPerSecond, rows[0]?.errors, rows[0]?.costUs], [0, 0, 0]);
  });

  it('says what is held against a plugin, what it should have, and that it is in two releases', () => {
    const [one] = rowsOf(
      sources({
        plugins: [
          plugin('a/b/one', {
            deployment: {
              number: 2,
              createdAt: '2026-11-29T10:00:00.000Z',
              actor: 'x',
              releases: [
                { number: 1, percentage: 90 },
                { number: 2, percentage: 10 },
              ],
            },
          }),
        ],
        breakers: [{ plugin: 'a/b/one', release: 1, state: 'slowed', trips: 3, successes: 0, kills: 0, refusals: 0, refusedForMs: 0 }],
        hints: { 'a/b/one': { wanted: 2, reason: '', demandCores: 0, cpuCores: 0, concurrency: 0, callsPerSecond: 0, waitUs: 0 } },
      }),
    );
    assert.deepEqual([one?.state, one?.hint, one?.release, one?.canary], ['slowed', 2, 1, { number: 2, percentage: 10 }]);
    assert.equal(rowsOf(sources({ hints: { 'a/b/one': { unknown: 'not called yet' } } }))[0]?.hint, undefined);
  });
});

describe('sorted(rows, sort)', () => {
  const rows = rowsOf(sources());

  it('goes by the figure, and by ids where it is the same', () => {
    assert.deepEqual(ids(sorted(rows, defaultSort)), ['two', 'one', 'three']);
    assert.deepEqual(ids(sorted(rows, { key: 'callsPerSecond', isDown: false })), ['three', 'one', 'two']);
    assert.deepEqual(ids(sorted(rows, { key: 'plugin', isDown: true })), ['three', 'two', 'one']);
    assert.deepEqual(ids(sorted(rows, { key: 'hint', isDown: true })), ['one', 'two', 'three']);
  });

  it('leaves what it was given as it was', () => {
    sorted(rows, { key: 'plugin', isDown: true });
    assert.deepEqual(ids(rows), ['one', 'two', 'three']);
  });

  it('is in the address, and read from it', () => {
    for (const key of sortKeys) for (const isDown of [true, false]) assert.deepEqual(sortOf(textOfSort({ key, isDown })), { key, isDown });
    assert.deepEqual(sortOf('nonsense'), defaultSort);
    assert.equal(textOfSort(defaultSort), undefined);
  });

  it('begins with the highest number and the first name, and turns round when it is asked for again', () => {
    assert.deepEqual(sortedBy(defaultSort, 'errors'), { key: 'errors', isDown: true });
    assert.deepEqual(sortedBy(defaultSort, 'owner'), { key: 'owner', isDown: false });
    assert.deepEqual(sortedBy({ key: 'errors', isDown: true }, 'errors'), { key: 'errors', isDown: false });
  });
});

describe('filtered(rows, filter)', () => {
  const rows = rowsOf(
    sources({
      breakers: [{ plugin: 'c/d/three', release: 1, state: 'refused', trips: 9, successes: 0, kills: 0, refusals: 1, refusedForMs: 1 }],
    }),
  );
  const found = (text: string, show: (typeof shows)[number] = 'all') => ids(filtered(rows, { text, show }));

  it('finds every word somewhere', () => {
    assert.deepEqual(found(''), ['one', 'two', 'three']);
    assert.deepEqual(found('a/b'), ['one', 'two']);
    assert.deepEqual(found('PRICES'), ['two']);
    assert.deepEqual(found('anna b/o'), ['one']);
    assert.deepEqual(found('anna two'), []);
    assert.deepEqual(found('owner:ann'), ['one']);
    assert.deepEqual(found('owner:prices'), []);
  });

  it('shows those that fail, are held back, or are idle', () => {
    assert.deepEqual(
      [found('', 'failing'), found('', 'held'), found('', 'idle'), found('', 'canary')],
      [['one'], ['three'], ['three'], []],
    );
  });
});

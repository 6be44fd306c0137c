/** host/usage/series-reader.ts: the course of usage is what the rows are, in fewer numbers. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Division } from '../../../host/meter/division.ts';
import { migrate } from '../../../host/store/schema.ts';
import { CurrentSecond } from '../../../host/usage/current-second.ts';
import { TooLargeError } from '../../../host/usage/grouped.ts';
import type { Batch } from '../../../host/usage/messages.ts';
import { type Step, widened } from '../../../host/usage/query.ts';
import { UsageReader } from '../../../host/usage/reader.ts';
import { rowText } from '../../../host/usage/row-text.ts';
import { usageMigrations } from '../../../host/usage/schema.ts';
import { type SeriesQuery, seriesValues } from '../../../host/usage/series-query.ts';
import { seriesText } from '../../../host/usage/series-reader.ts';
import { UsageWriter } from '../../../host/usage/writer.ts';
import { at, batch, record } from './records.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are read by name
type Answer = any;

const start = at('2026-03-14T15:00:00Z');
const minute = 60;

class Stored implements Disposable {
  readonly #directory = mkdtempSync(join(tmpdir(), 'nbox-series-'));
  readonly #db = new DatabaseSync(join(this.#directory, 'usage.db'));
  readonly #writer: UsageWriter;
  #batches = 0;

  constructor() {
    this.#db.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF');
    migrate(this.#db, this.#directory, usageMigrations);
    this.#writer = new UsageWriter(this.#db, 1e9);
  }

  /** Calls of a second, by plugin; those of one of them fail. */
  add(second: number, calls: Readonly<Record<string, number>>, failing = ''): void {
    const records = Object.entries(calls).flatMap(([plugin, count]) =>
      Array.from({ length: count }, () => record({ plugin, cpuUs: 100, outcome: plugin === failing ? 'plugin_error' : 'ok' })),
    );
    this.#batches += 1;
    this.#writer.write([batch(this.#batches, second, records)]);
  }

  divide(second: number, division: Division): void {
    const current = new CurrentSecond();
    current.divided(division);
    this.#batches += 1;
    this.#writer.write([{ number: this.#batches, second, block: current.cut() as Uint8Array }]);
  }

  series(asked: { from: number; to: number; step?: Step; now: number; bins?: number } & Partial<SeriesQuery>): Answer {
    const { from, to, step = '1m', now, bins, ...more } = asked;
    const within = widened({ from, to, step, groupings: [], plugin: undefined }, now);
    const whole = widened({ from: within.from, to: within.to, step: undefined, groupings: ['plugin'], plugin: undefined }, now);
    const steps = (within.to - within.from) / { '1s': 1, '1m': 60, '1h': 3_600, '1d': 86_400 }[step];
    const query: SeriesQuery = {
      ...{
        within,
        whole,
        bins: bins ?? steps,
        values: ['calls', 'failed', 'cpuUs'],
        top: undefined,
        reach: '*',
        mostNumbers: 10_000,
        now,
        unwritten: [],
      },
      ...more,
    };
    return JSON.parse(this.#read((reader) => seriesText(reader, query)));
  }

  rows(from: number, to: number, now: number): Answer[] {
    const query = { ...widened({ from, to, step: '1m', groupings: ['plugin'], plugin: undefined }, now), form: 'json' as const };
    const asked = { ...query, prices: undefined, mostRows: 10_000, now, unwritten: [] as Batch[] };
    return JSON.parse(`[${this.#read((reader) => new TextDecoder().decode(rowText(reader.read(asked).groups, asked)))}]`);
  }

  #read<T>(read: (reader: UsageReader) => T): T {
    using db = new DatabaseSync(join(this.#directory, 'usage.db'), { readOnly: true });
    return read(new UsageReader(db, () => 0));
  }

  [Symbol.dispose](): void {
    this.#db.close();
    rmSync(this.#directory, { recursive: true });
  }
}

/** Twenty plugins, so that there is more than one chunk of them, over ten minutes; the last of them is still open. */
function filled(): { stored: Stored; now: number; plugins: readonly string[] } {
  const stored = new Stored();
  const plugins = Array.from({ length: 20 }, (_, i) => `shop/group/fn-${String(i).padStart(2, '0')}`);
  for (let i = 0; i < 10; i += 1) {
    const calls = Object.fromEntries(plugins.map((plugin, k) => [plugin, k + 1 + i]));
    stored.add(start + i * minute + 7, calls, plugins[3]);
  }
  return { stored, now: start + 9 * minute + 20, plugins };
}

describe('seriesText(reader, query)', () => {
  it('has of each plugin and minute what the rows have', () => {
    const { stored, now, plugins } = filled();
    using _ = stored;
    const { from, to, seconds, periods, plugins: found } = stored.series({ from: start, to: now + 1, now });
    assert.deepEqual([from, to, seconds, periods], ['2026-03-14T15:00:00Z', '2026-03-14T15:10:00Z', 60, 10]);
    assert.deepEqual(
      found.map(({ plugin }: Answer) => plugin),
      plugins,
    );
    for (const row of stored.rows(start, now + 1, now)) {
      const place = (at(row.from) - start) / minute;
      const series = found.find(({ plugin }: Answer) => plugin === row.plugin);
      assert.deepEqual(
        [series.calls[place], series.failed[place], series.cpuUs[place]],
        [row.calls, row.calls - (row.outcomes.ok ?? 0), row.cpuUs],
      );
    }
  });

  it('adds minutes up where there are fewer parts, of seconds as well', () => {
    const { stored, now } = filled();
    using _ = stored;
    const { seconds, plugins } = stored.series({ from: start, to: now + 1, now, bins: 2 });
    assert.equal(seconds, 300);
    assert.deepEqual(plugins[0].calls, [1 + 2 + 3 + 4 + 5, 6 + 7 + 8 + 9 + 10]);
    const fine = stored.series({ from: start, to: start + minute, step: '1s', now, bins: 6 });
    assert.deepEqual(fine.plugins[0].calls, [1, 0, 0, 0, 0, 0]);
  });

  it('has what is not written yet', () => {
    const { stored, now } = filled();
    using _ = stored;
    const open = batch(1_000, now, [record({ plugin: 'shop/group/fn-00' })]);
    assert.equal(stored.series({ from: start, to: now + 1, now, unwritten: [open] }).plugins[0].calls.at(-1), 11);
  });

  it('has those that take most by themselves, and all others as one', () => {
    const { stored, now, plugins } = filled();
    using _ = stored;
    const all = stored.series({ from: start, to: now + 1, now });
    const { plugins: leaders, others } = stored.series({ from: start, to: now + 1, now, top: { by: 'calls', count: 3 } });
    assert.deepEqual(
      leaders.map(({ plugin }: Answer) => plugin),
      plugins.slice(-3).reverse(),
    );
    assert.deepEqual(
      leaders.map(({ calls }: Answer) => calls),
      all.plugins
        .slice(-3)
        .reverse()
        .map(({ calls }: Answer) => calls),
    );
    const rest = all.plugins.slice(0, -3);
    for (const value of ['calls', 'failed', 'cpuUs']) {
      assert.deepEqual(
        others[value],
        Array.from({ length: 10 }, (_, i) => rest.reduce((sum: number, one: Answer) => sum + one[value][i], 0)),
      );
    }
  });

  it('has by whatever value is asked for, and nobody who has nothing of it', () => {
    const { stored, now, plugins } = filled();
    using _ = stored;
    const { plugins: leaders, others } = stored.series({ from: start, to: now + 1, now, top: { by: 'failed', count: 8 } });
    assert.deepEqual(
      leaders.map(({ plugin }: Answer) => plugin),
      [plugins[3]],
    );
    assert.deepEqual(new Set(others.failed), new Set([0]));
  });

  it('has the host’s parts and what nothing explains, and memory as its mean', () => {
    using stored = new Stored();
    const mib = 1_048_576;
    const share = (cpuUs: number, memoryBytes: number) => ({ cpuUs, memoryBytes });
    for (let i = 0; i < 60; i += 1) {
      stored.divide(start + i, {
        ...{
          from: (start + i) * 1_000,
          to: (start + i + 1) * 1_000,
          lengthMs: 1_000,
          total: share(100, 8 * mib),
          residual: share(-5, 2 * mib),
        },
        plugins: new Map([['shop/a/b', { ...share(40, mib), callsCpuUs: 40, pushesCpuUs: 0 }]]),
        host: { ingress: share(30, 2 * mib), executors: share(20, 2 * mib), builder: share(15, mib) },
      });
    }
    const now = start + 59;
    const { plugins, others, parts } = stored.series({
      from: start,
      to: now + 1,
      now,
      values: seriesValues,
      top: { by: 'osCpuUs', count: 2 },
    });
    assert.deepEqual(plugins, [{ plugin: 'shop/a/b', calls: [0], failed: [0], cpuUs: [0], osCpuUs: [2_400], memoryBytes: [mib] }]);
    assert.deepEqual(
      [parts.ingress.osCpuUs, parts.executors.osCpuUs, parts.builder.osCpuUs, parts.residual.osCpuUs],
      [[1_800], [1_200], [900], [-300]],
    );
    assert.deepEqual(parts.residual.memoryBytes, [2 * mib]);
    assert.deepEqual([others.osCpuUs, others.memoryBytes], [[0], [0]]);
    assert.equal(parts.total, undefined);
  });

  it('tells whoever reaches less of that alone, and of no part of the host', () => {
    using stored = new Stored();
    stored.add(start, { 'shop/a/b': 5, 'shop/a/c': 3, 'shopping/a/b': 9, 'ads/a/b': 7 });
    const now = start + 30;
    const asked = { from: start, to: now + 1, now, reach: 'shop' };
    assert.deepEqual(
      stored.series(asked).plugins.map(({ plugin }: Answer) => plugin),
      ['shop/a/b', 'shop/a/c'],
    );
    const { plugins, others, parts } = stored.series({ ...asked, top: { by: 'calls', count: 1 } });
    assert.deepEqual([plugins[0].plugin, others.calls, parts], ['shop/a/b', [3], {}]);
    assert.deepEqual(stored.series({ ...asked, reach: 'shop/a/c' }).plugins.length, 1);
  });

  it('is refused where there would be too many numbers', () => {
    const { stored, now } = filled();
    using _ = stored;
    assert.throws(() => stored.series({ from: start, to: now + 1, now, mostNumbers: 500 }), TooLargeError);
  });

  it('is empty where there is nothing', () => {
    using stored = new Stored();
    const now = start + 30;
    assert.deepEqual(stored.series({ from: start, to: now + 1, now }).plugins, []);
    const { plugins, others } = stored.series({ from: start, to: now + 1, now, top: { by: 'calls', count: 3 } });
    assert.deepEqual([plugins, others.calls], [[], [0]]);
  });
});

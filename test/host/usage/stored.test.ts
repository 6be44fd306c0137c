/** host/usage/writer.ts and host/usage/reader.ts: what is written is what is read, over any range, and once. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { UsageRecord } from '../../../host/meter/usage.ts';
import { migrate } from '../../../host/store/schema.ts';
import { CurrentSecond } from '../../../host/usage/current-second.ts';
import type { Batch, RowsQuery } from '../../../host/usage/messages.ts';
import { piecesOf, type UsageQuery, type WidenedQuery, widened } from '../../../host/usage/query.ts';
import { UsageReader } from '../../../host/usage/reader.ts';
import { rowText } from '../../../host/usage/row-text.ts';
import { rowId, usageMigrations } from '../../../host/usage/schema.ts';
import { UsageWriter } from '../../../host/usage/writer.ts';
import { at, batch, blockOf, record } from './records.ts';

// biome-ignore lint/suspicious/noExplicitAny: rows are read by name
type Row = any;

class Stored {
  readonly #directory = mkdtempSync(join(tmpdir(), 'nbox-usage-'));
  readonly db: DatabaseSync;
  writer: UsageWriter;

  constructor(mostBytes = 1e9) {
    this.db = new DatabaseSync(join(this.#directory, 'usage.db'));
    this.db.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF');
    migrate(this.db, this.#directory, usageMigrations);
    this.writer = new UsageWriter(this.db, mostBytes);
  }

  read(query: Partial<WidenedQuery>, now: number, unwritten: readonly Batch[] = []): Row[] {
    const all = { from: 0, to: now + 1, step: undefined, groupings: [], plugin: undefined, ...query };
    const whole = query.tier === undefined ? widened(all, now) : { ...all, tier: query.tier };
    const asked: RowsQuery = { ...whole, form: 'json', prices: undefined, mostRows: 10_000, now, unwritten };
    using reading = new DatabaseSync(join(this.#directory, 'usage.db'), { readOnly: true });
    const { groups } = new UsageReader(reading, () => 0).read(asked);
    return JSON.parse(`[${new TextDecoder().decode(rowText(groups, asked))}]`);
  }

  [Symbol.dispose](): void {
    this.db.close();
    rmSync(this.#directory, { recursive: true });
  }
}

const start = at('2026-03-14T15:09:26Z');

describe('stored usage', () => {
  it('has every call once: in open minutes, minutes, hours, days and months, and what is not written yet', () => {
    using stored = new Stored();
    const seconds = [0, 1, 30, 61, 3_700, 90_000, 3_000_000, 3_000_001].map((offset) => start + offset);
    seconds.forEach((second, i) => {
      stored.writer.write([batch(i + 1, second, [record({ cpuUs: 10 ** i })])]);
    });
    const now = start + 3_000_002;
    const open = batch(9, now, [record({ cpuUs: 10 ** 8 })]);
    assert.equal(stored.read({}, now, [open])[0].calls, 9);
    // One that has been written meanwhile is not counted again.
    stored.writer.write([open]);
    assert.equal(stored.read({}, now, [open])[0].calls, 9);
    assert.equal(stored.read({}, now)[0].cpuUs, 111_111_111);
    const days = stored.read({ step: '1d', from: start }, now);
    assert.deepEqual(
      days.map(({ from, calls }) => [from, calls]),
      [
        ['2026-03-14T00:00:00Z', 5],
        ['2026-03-15T00:00:00Z', 1],
        ['2026-04-18T00:00:00Z', 3],
      ],
    );
    const minutes = stored.read({ step: '1m', from: now - 60 }, now);
    assert.deepEqual(
      minutes.map(({ calls }) => calls),
      [3],
    );
  });

  it('is the same over any range as a list of all calls would say', () => {
    using stored = new Stored();
    const all: { second: number; one: UsageRecord }[] = [];
    let random = 7;
    const next = (below: number) => {
      random = (random * 48_271) % 2_147_483_647;
      return random % below;
    };
    let second = at('2025-12-30T22:00:00Z');
    for (let number = 1; number <= 300; number += 1) {
      second += [1, 1, 1, 20, 700, 9_000][next(6)] as number;
      const records = Array.from({ length: 1 + next(3) }, () =>
        record({
          ...{ plugin: `d${next(3)}/g/p${next(40)}`, release: 1 + next(3), outcome: next(4) === 0 ? 'cpu_exceeded' : 'ok' },
          ...{ interface: next(5) === 0 ? 'queue' : 'fetch', waitUs: next(50), wallUs: 60 + next(5_000), cpuUs: 1 + next(900) },
        }),
      );
      for (const one of records) all.push({ second, one });
      stored.writer.write([batch(number, second, records)]);
    }
    const now = second + 5;
    const first = all[0]?.second as number;
    for (let turn = 0; turn < 100; turn += 1) {
      const from = first + next(now - first);
      const to = Math.min(now + 1, from + 1 + next([600, 20_000, 900_000, 9_000_000][turn % 4] as number));
      const groupings = ([[], ['plugin'], ['outcome'], ['release', 'interface'], ['domain'], ['part']] as const)[turn % 6] ?? [];
      const plugin = turn % 5 === 0 && groupings[0] !== 'part' ? all[next(all.length)]?.one.plugin : undefined;
      const below = plugin === undefined ? [undefined, 'd1', 'd2/g', 'd'][turn % 4] : undefined;
      const isAsked = (name: string) => (plugin === undefined || name === plugin) && (below === undefined || name.startsWith(`${below}/`));
      const range = widened({ from, to, step: undefined, groupings, plugin, below }, now);
      const rows = stored.read(range, now);
      const expected = all.filter((call) => call.second >= range.from && call.second < range.to && isAsked(call.one.plugin));
      const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
      const where = JSON.stringify({ ...range, turn });
      assert.equal(
        sum(({ calls }) => calls),
        expected.length,
        where,
      );
      assert.equal(
        sum(({ cpuUs }) => cpuUs),
        expected.reduce((total, { one }) => total + one.cpuUs, 0),
        where,
      );
      assert.equal(
        sum(({ outcomes }) => outcomes.cpu_exceeded ?? 0),
        expected.filter(({ one }) => one.outcome !== 'ok').length,
        where,
      );
      if (groupings[0] === 'plugin') assert.equal(rows.length, new Set(expected.map(({ one }) => one.plugin)).size, where);
      if (groupings.length === 0 && rows[0] !== undefined) {
        const sorted = expected.map(({ one }) => one.wallUs - one.waitUs).sort((a, b) => a - b);
        const exact = sorted[Math.ceil(sorted.length * 0.9) - 1] as number;
        assert.ok(Math.abs(rows[0].percentiles.runUs.p90 - exact) <= exact * 0.023 + 1, where);
      }
    }
  });

  it('is that of the range as it is told, also where widening makes it longer than its tier is asked for', () => {
    using stored = new Stored();
    const now = at('2026-03-14T12:34:20Z');
    const [hourS, dayS] = [3_600, 86_400];
    const seconds: number[] = [];
    for (const before of [61 * dayS, 60 * dayS, 2 * dayS, 2 * hourS]) {
      // A call in each minute around each of the bounds, and one every few hours of the days around it.
      for (let minute = -90; minute <= 90; minute += 1) seconds.push(now - before + minute * 60);
      for (let hours = -30; hours <= 30; hours += 3) seconds.push(now - before + hours * hourS + 7);
    }
    const all = [...new Set(seconds)].filter((second) => second <= now).sort((a, b) => a - b);
    all.forEach((second, i) => {
      stored.writer.write([batch(i + 1, second, [record()])]);
    });
    for (const length of [2 * hourS, 2 * dayS, 60 * dayS]) {
      for (const [from, to] of [
        [now + 1 - length, now + 1],
        [now - length - 50, now - 50],
        [now - length - 31, now - 30],
      ] as const) {
        for (const groupings of [[], ['plugin']] as const) {
          const range = widened({ from, to, step: undefined, groupings, plugin: undefined }, now);
          const expected = all.filter((second) => second >= range.from && second < range.to).length;
          assert.equal(stored.read(range, now)[0]?.calls ?? 0, expected, `${length} ${range.tier} ${range.from} ${range.to}`);
        }
      }
    }
  });

  it('refuses a range that is not whole periods, in place of counting too much', () => {
    const whole = widened({ from: start, to: start + 86_400 * 3, step: undefined, groupings: [], plugin: undefined }, start);
    assert.throws(() => piecesOf({ ...whole, from: whole.from + 60 }, start), /no range of whole hours/);
  });

  it('is not counted twice when a host does not know what became of a batch, or when it starts again', () => {
    using stored = new Stored();
    stored.writer.write([batch(1, start, [record()])]);
    stored.writer.write([batch(1, start, [record()]), batch(2, start + 1, [record()])]);
    // A minute that nobody has closed, by a host that is gone.
    stored.writer = new UsageWriter(stored.db, 1e9);
    assert.equal(stored.writer.lastBatch, 2);
    stored.writer.write([batch(3, start + 500, [record()])]);
    stored.writer = new UsageWriter(stored.db, 1e9);
    stored.writer.write([batch(4, start + 501, [record()]), batch(5, start + 4_000, [record()])]);
    assert.equal(stored.read({}, start + 4_000)[0].calls, 5);
    assert.equal(stored.read({ step: '1h', from: start }, start + 4_000)[0].calls, 4);
  });

  it('is whole or not there: a transaction that fails changes nothing, and may be tried again', () => {
    using stored = new Stored();
    stored.writer.write([batch(1, start, [record()])]);
    stored.db.exec(`CREATE TRIGGER full BEFORE INSERT ON day_rows BEGIN SELECT raise(ABORT, 'disk full'); END`);
    const later = [batch(2, start + 61, [record()]), batch(3, start + 62, [record()])];
    assert.throws(() => stored.writer.write(later), /disk full/);
    assert.equal(stored.read({}, start + 62, later)[0].calls, 3);
    stored.db.exec('DROP TRIGGER full');
    stored.writer.write(later);
    stored.writer.write([batch(4, start + 200, [record()])]);
    assert.equal(stored.read({}, start + 200, later)[0].calls, 4);
  });

  it('bears a clock that is set back, and one that jumps', () => {
    using stored = new Stored();
    const seconds = [start, start + 90_000, start + 5, start + 90_001, start - 90_000, start + 6];
    seconds.forEach((second, i) => {
      stored.writer.write([batch(i + 1, second, [record()])]);
    });
    const now = start + 90_060;
    assert.equal(stored.read({}, now)[0].calls, 6);
    assert.deepEqual(
      stored.read({ step: '1d', from: start - 90_000 }, now).map(({ calls }) => calls),
      [1, 3, 2],
    );
  });

  it('drops what is too old, tier by tier', () => {
    using stored = new Stored();
    stored.writer.write([batch(1, start, [record()])]);
    stored.writer.write([batch(2, start + 61, [record()])]);
    const later = start + 5 * 86_400;
    stored.writer.write([batch(3, later, [record()])]);
    // What the clock says is believed when it says so twice.
    stored.writer.write([batch(4, later + 61, [record()])]);
    const count = (name: string) => (stored.db.prepare(`SELECT count(*) AS n FROM ${name}`).get() as { n: number }).n;
    // The one that has just come is in no minute yet.
    assert.deepEqual([count('seconds'), count('minute_rows'), count('hour_rows')], [2, 1, 2]);
    assert.equal(stored.read({}, later + 61)[0].calls, 4);
  });

  it('is not dropped for a clock that shows another year for a moment', () => {
    using stored = new Stored();
    const day = start - (start % 86_400);
    let number = 0;
    for (let hour = 0; hour < 48; hour += 1) stored.writer.write([batch(++number, day + hour * 3_600, [record()])]);
    const years = day + 14 * 365 * 86_400;
    stored.writer.write([batch(++number, years, [record()])]);
    const now = day + 48 * 3_600;
    stored.writer.write([batch(++number, now, [record()])]);
    const kept = () => ['1h', '1d'].map((step) => stored.read({ step: step as '1h', from: day }, now).length);
    assert.deepEqual(kept(), [49, 3]);
    assert.equal(stored.read({ from: day, to: now }, now)[0].calls, 48);
    // Where it stays so for two minutes, the second one takes two hours and a day, and not all.
    for (const minute of [0, 1]) stored.writer.write([batch(++number, years + minute * 60, [record()])]);
    stored.writer.write([batch(++number, now + 60, [record()])]);
    assert.deepEqual(kept(), [47, 2]);
  });

  it('stays below its size: the oldest of the finest goes first, sums of months stay', () => {
    using stored = new Stored(400_000);
    let number = 0;
    const day = start - (start % 86_400);
    for (let hour = 0; hour < 24 * 3; hour += 1) {
      const records = Array.from({ length: 160 }, (_, i) => record({ plugin: `d/g/p${i}`, wallUs: 10 + ((hour * 37 + i * 91) % 9_000) }));
      stored.writer.write([batch(++number, day + hour * 3_600, records)]);
      assert.ok(stored.writer.usedBytes() <= 500_000, `${stored.writer.usedBytes()}`);
    }
    const now = day + 24 * 3 * 3_600;
    stored.writer.write([batch(++number, now, [record()])]);
    assert.equal(stored.read({ from: day - 86_400 * 61 }, now)[0].calls, 24 * 3 * 160 + 1);
    const oldest = stored.db.prepare('SELECT min(id) AS id FROM hour_rows').get() as { id: number };
    assert.ok(Math.floor(oldest.id / 65_536) * 3_600 > day);
  });

  it('tells the parts of the host apart, and plugins that are gone', () => {
    using stored = new Stored();
    const second = new CurrentSecond();
    const share = (cpuUs: number) => ({ cpuUs, memoryBytes: cpuUs * 1_024 });
    second.divided({
      // The wall clock was set forward meanwhile: memory over time does not go by it.
      ...{ from: 1_000, to: 3_602_000, lengthMs: 1_000, total: share(175), residual: { cpuUs: -5, memoryBytes: 0 } },
      host: { ingress: share(30), executors: share(40), builder: share(10) },
      plugins: new Map([['a/b/c', { ...share(100), callsCpuUs: 90, pushesCpuUs: 10 }]]),
    });
    const block = second.cut() as Uint8Array;
    stored.writer.write([
      { number: 1, second: start, block },
      { number: 2, second: start, block: blockOf([record()]) },
    ]);
    for (const now of [start, start + 100, start + 40 * 86_400]) {
      if (now > start) stored.writer.write([{ number: now, second: now, block: blockOf([record({ plugin: 'x/y/z', cpuUs: 0 })]) }]);
      const query = { from: start - 86_400, to: now + 1 };
      const rows = stored.read({ ...query, groupings: ['part'] }, now);
      assert.deepEqual(
        rows.map(({ part, osCpuUs, memoryKibSeconds }) => [part, osCpuUs, memoryKibSeconds]),
        [
          ['builder', 10, 10],
          ['executors', 40, 40],
          ['ingress', 30, 30],
          ['plugins', 100, 100],
          ['residual', -5, 0],
        ],
      );
      const [total] = stored.read(query, now);
      assert.deepEqual([total.osCpuUs, total.pushesCpuUs, total.cpuUs], [100, 10, 10]);
      const below = { ...query, below: 'a' };
      assert.deepEqual(
        stored.read(below, now).map(({ osCpuUs }) => osCpuUs),
        [100],
        'what is no plugin’s is below nothing',
      );
      assert.deepEqual(
        stored.read({ ...below, groupings: ['part'] }, now).map(({ part }) => part),
        ['plugins'],
      );
      assert.deepEqual(stored.read({ ...query, below: 'b' }, now), []);
      const both = stored.read({ ...query, groupings: ['plugin', 'part'] }, now).filter(({ plugin }) => plugin === 'a/b/c');
      assert.deepEqual(
        both.map(({ plugin, part, osCpuUs, calls }) => [plugin, part, osCpuUs, calls]),
        [['a/b/c', 'plugins', 100, 1]],
      );
    }
  });

  it('tells from when on there is anything in what was read: of single plugins there may be less', () => {
    using stored = new Stored();
    for (let minute = 0; minute < 4; minute += 1) stored.writer.write([batch(minute + 1, start + minute * 60, [record()])]);
    const cut = Math.floor(start / 60) + 2;
    stored.db.exec(`DELETE FROM minute_rows WHERE id < ${rowId(cut, 0)}`);
    const keptFrom = (groupings: UsageQuery['groupings']) => {
      const range = widened({ from: start, to: start + 3 * 3_600, step: undefined, groupings, plugin: undefined }, start + 300);
      const { form, prices, mostRows, unwritten } = { form: 'json', prices: undefined, mostRows: 9, unwritten: [] } as const;
      return new UsageReader(stored.db, () => 0).read({ ...range, form, prices, mostRows, now: start + 300, unwritten }).keptFrom;
    };
    assert.deepEqual([keptFrom([]), keptFrom(['outcome'])], [start - (start % 60), start - (start % 60)]);
    assert.deepEqual([keptFrom(['plugin']), keptFrom(['release', 'part'])], [cut * 60, cut * 60]);
  });

  it('has at most so many rows', () => {
    using stored = new Stored();
    stored.writer.write([batch(1, start, [record(), record({ plugin: 'a/b/d' })])]);
    const query = { from: start, to: start + 1, step: undefined, groupings: ['plugin'], plugin: undefined } as const;
    const asked: RowsQuery = { ...query, tier: 'second', form: 'json', prices: undefined, mostRows: 1, now: start, unwritten: [] };
    assert.throws(() => new UsageReader(stored.db, () => 0).read(asked), { name: 'TooLargeError' });
  });
});

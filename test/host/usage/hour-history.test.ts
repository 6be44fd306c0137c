/** host/usage/hour-history.ts: what is judged of stored hours. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { migrate } from '../../../host/store/schema.ts';
import { HourHistory } from '../../../host/usage/hour-history.ts';
import { usageMigrations } from '../../../host/usage/schema.ts';
import { UsageWriter } from '../../../host/usage/writer.ts';
import { at, type Sums, sumsBatch } from './records.ts';

const [hourS, dayS] = [3_600, 86_400];
const judged = at('2026-03-14T15:00:00Z');
const calm: Sums = { plugin: 'a/b/calm', release: 1, calls: 1_000, cpuUs: 100 };

class Hours {
  readonly #directory = mkdtempSync(join(tmpdir(), 'nbox-hours-'));
  readonly #db: DatabaseSync;
  readonly #writer: UsageWriter;
  readonly history: HourHistory;
  #number = 0;

  constructor() {
    this.#db = new DatabaseSync(join(this.#directory, 'usage.db'));
    migrate(this.#db, this.#directory, usageMigrations);
    this.#writer = new UsageWriter(this.#db, 1e9);
    this.history = new HourHistory(this.#db);
  }

  /** Each is closed: a minute later something else has come. */
  add(second: number, ...sums: Sums[]): void {
    this.#number += 2;
    this.#writer.write([sumsBatch(this.#number - 1, second, sums), sumsBatch(this.#number, second + 60, [])]);
  }

  /** The same hour of so many days before, the furthest first. */
  days(from: number, to: number, ...sums: Sums[]): void {
    for (let day = from; day >= to; day -= 1) this.add(judged - day * dayS, ...sums);
  }

  judge(live: readonly (readonly [string, number])[]) {
    return this.history.judge({ hour: judged * 1_000, live });
  }

  [Symbol.dispose](): void {
    this.#db.close();
    rmSync(this.#directory, { recursive: true });
  }
}

describe('HourHistory', () => {
  it('finds growth in stored hours, of what is live, and only from days on which the host was there', () => {
    using hours = new Hours();
    hours.days(21, 1, calm, { ...calm, plugin: 'a/b/gone' });
    hours.add(judged, { ...calm, calls: 40_000 }, { ...calm, plugin: 'a/b/gone', calls: 40_000 });
    const { growth, costRises, since, days } = hours.judge([[calm.plugin, 1]]);
    assert.deepEqual(
      growth.map(({ plugin, metric, value, usual, hour, days: on }) => [plugin, metric, value, usual, hour, on]),
      [[calm.plugin, 'calls', 40_000, 1_000, judged * 1_000, 21]],
    );
    assert.deepEqual([costRises, since, days], [[], (judged - 21 * dayS) * 1_000, 21]);
  });

  it('takes a time in which the host was not there for no time without calls', () => {
    using hours = new Hours();
    // Twelve days of three weeks are missing: by their zeros what is usual would be none.
    hours.days(21, 14, { ...calm, calls: 30_000 });
    hours.days(1, 1, { ...calm, calls: 30_000 });
    hours.add(judged, { ...calm, calls: 31_000 });
    const { growth, days } = hours.judge([[calm.plugin, 1]]);
    assert.deepEqual([growth, days], [[], 9]);
  });

  it('finds a release that made calls dearer, of what is live; refused calls make nothing look cheap', () => {
    using hours = new Hours();
    const of = (release: number, cpuUs: number) => (hour: number) =>
      hours.add(judged - hour * hourS, { ...calm, release, cpuUs }, { ...calm, release, calls: 90_000, cpuUs: 0, outcome: 'overloaded' });
    [30, 29, 28, 27].forEach(of(1, 500));
    [20, 19, 18, 17].forEach(of(2, 2_000));
    [10, 9, 8, 7].forEach(of(3, 9_000));
    const rises = (release: number) =>
      hours
        .judge([[calm.plugin, release]])
        .costRises.map(({ release: after, base, beforeUs, afterUs }) => [after, base, beforeUs, afterUs]);
    assert.deepEqual(rises(3), [[3, 2, 2_000, 9_000]]);
    // Gone back from 3 to 2: 3 costs nobody anything any more, and 2 still costs more than 1.
    assert.deepEqual(rises(2), [[2, 1, 500, 2_000]]);
    assert.deepEqual(rises(1), []);
    assert.deepEqual(hours.judge([]).costRises, []);
  });

  it('says the same again from what it has kept, with what has come in meanwhile', () => {
    using hours = new Hours();
    hours.days(8, 1, calm);
    hours.add(judged, calm);
    assert.deepEqual(hours.judge([[calm.plugin, 1]]).growth, []);
    hours.add(judged, { ...calm, calls: 40_000 });
    const first = hours.judge([[calm.plugin, 1]]);
    assert.deepEqual(
      first.growth.map(({ value }) => value),
      [41_000],
    );
    assert.deepEqual(hours.judge([[calm.plugin, 1]]), first);
    // An hour later other hours are looked at, and this one is judged no more.
    const later = hours.history.judge({ hour: (judged + hourS) * 1_000, live: [[calm.plugin, 1]] });
    assert.deepEqual([later.growth, later.days], [[], 0]);
  });

  it('of nothing is nothing', () => {
    using hours = new Hours();
    assert.deepEqual(hours.judge([[calm.plugin, 1]]), { growth: [], costRises: [], since: undefined, days: 0 });
  });
});

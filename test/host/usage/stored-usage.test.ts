/** host/usage/stored-usage.ts with its threads: restarts, a file that cannot be written, and one that is broken. */

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createLogger } from '../../../host/log.ts';
import { Totals } from '../../../host/meter/totals.ts';
import { CurrentSecond } from '../../../host/usage/current-second.ts';
import { widened } from '../../../host/usage/query.ts';
import { StoredUsage } from '../../../host/usage/stored-usage.ts';
import { record } from './records.ts';

/** Counts how often all of the current second is made bytes. */
class CountedSecond extends CurrentSecond {
  encoded = 0;

  override peek(): Uint8Array | undefined {
    this.encoded += 1;
    return super.peek();
  }
}

class Account {
  readonly lines: { msg: string; level: number }[] = [];
  readonly totals: Totals;
  readonly stored: StoredUsage;
  readonly second = new CountedSecond();

  /** @param before so many calls were counted before it was there */
  constructor(directory: string, before = 0) {
    const { second } = this;
    this.totals = new Totals(() => true, [second]);
    for (let i = 0; i < before; i += 1) this.totals.record(record());
    this.stored = new StoredUsage({
      ...{ directory, mostBytes: 1e9, second, addUp: () => this.totals.addUp() },
      clock: { now: () => Date.now(), elapsed: () => performance.now() },
      log: createLogger({ logLevel: 'info', logFormat: 'json' }, { write: (line) => void this.lines.push(JSON.parse(line)) }),
    });
  }

  async calls(): Promise<number> {
    const now = this.stored.now();
    const query = widened({ from: now - 3_600, to: now + 1, step: undefined, groupings: [], plugin: undefined }, now);
    const { text } = await this.stored.rows(query, { form: 'json', mostRows: 10 });
    return JSON.parse(`[${new TextDecoder().decode(text)}]`)[0]?.calls ?? 0;
  }

  async until(message: RegExp): Promise<void> {
    while (!this.lines.some(({ msg }) => message.test(msg))) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('StoredUsage', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'nbox-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('has what was noted a moment ago, and all of it after a restart, for the owner alone to read', async () => {
    const first = new Account(directory);
    for (let i = 0; i < 5_000; i += 1) first.totals.record(record());
    assert.equal(await first.calls(), 5_000);
    first.totals.record(record());
    assert.equal(await first.calls(), 5_001);
    await first.stored.close();
    const second = new Account(directory);
    assert.equal(await second.calls(), 5_001);
    second.totals.record(record());
    assert.equal(await second.calls(), 5_002);
    await second.stored.close();
    assert.equal(statSync(join(directory, 'usage.db')).mode & 0o777, 0o600);
  });

  it('goes on in memory while nothing can be written, says so once, and writes it later', async () => {
    const account = new Account(directory);
    account.totals.record(record());
    assert.equal(await account.calls(), 1);
    const other = new DatabaseSync(join(directory, 'usage.db'), { timeout: 10_000 });
    other.exec(`CREATE TRIGGER full BEFORE INSERT ON seconds BEGIN SELECT raise(ABORT, 'disk full'); END`);
    account.totals.record(record());
    await account.until(/cannot be written/);
    account.totals.record(record());
    assert.equal(await account.calls(), 3);
    other.exec('DROP TRIGGER full');
    other.close();
    await account.until(/is written again/);
    await account.stored.close();
    assert.deepEqual(
      account.lines.map(({ msg }) => msg.slice(0, 26)),
      ['usage cannot be written: i', 'usage is written again'],
    );
    const next = new Account(directory);
    assert.equal(await next.calls(), 3);
    await next.stored.close();
  });

  it('loses what cannot be taken down, says so, and goes on with what follows', async () => {
    const account = new Account(directory);
    account.totals.record(record({ outcome: 5 as never }));
    await account.until(/could not be taken down/);
    account.totals.record(record());
    assert.equal(await account.calls(), 1);
    await account.stored.close();
  });

  it('stops where the last of it cannot be written, and says so', async () => {
    const account = new Account(directory);
    account.totals.record(record());
    assert.equal(await account.calls(), 1);
    const other = new DatabaseSync(join(directory, 'usage.db'), { timeout: 10_000 });
    other.exec(`CREATE TRIGGER full BEFORE INSERT ON seconds BEGIN SELECT raise(ABORT, 'disk full'); END`);
    other.close();
    account.totals.record(record());
    await account.stored.close();
    assert.match(account.lines.at(-1)?.msg ?? '', /the last usage could not be written/);
  });

  it('keeps what was counted before the file was there to be written, also where it has much already', async () => {
    const first = new Account(directory, 3);
    assert.equal(await first.calls(), 3);
    await first.stored.close();
    const other = new DatabaseSync(join(directory, 'usage.db'));
    other.exec(`UPDATE state SET value = 1000000 WHERE name = 'batch'`);
    other.close();
    // Cut off as a batch at once, before any thread can have said which one the file has last.
    const second = new Account(directory, 2);
    assert.equal(await second.calls(), 5);
    await second.stored.close();
    const third = new Account(directory);
    assert.equal(await third.calls(), 5);
    await third.stored.close();
  });

  it('sets a file aside that turns out to be broken while it is written, once, and goes on in a new one', async () => {
    const first = new Account(directory);
    first.totals.record(record());
    assert.equal(await first.calls(), 1);
    await first.stored.close();
    const file = join(directory, 'usage.db');
    const db = new DatabaseSync(file);
    db.exec('PRAGMA journal_mode = DELETE');
    const { page } = db.prepare(`SELECT rootpage AS page FROM sqlite_master WHERE name = 'seconds'`).get() as { page: number };
    const { page_size: size } = db.prepare('PRAGMA page_size').get() as { page_size: number };
    db.close();
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0xa5, (page - 1) * size, page * size));
    const account = new Account(directory);
    account.totals.record(record());
    await account.until(/broken/);
    await account.until(/written again/);
    account.totals.record(record());
    assert.equal(await account.calls(), 2);
    await account.stored.close();
    assert.equal(existsSync(join(directory, 'usage.db.broken')), true);
    const next = new Account(directory);
    assert.equal(await next.calls(), 2);
    await next.stored.close();
  });

  it('does not look at the current second for a question about another time', async () => {
    const account = new Account(directory);
    account.totals.record(record());
    assert.equal(await account.calls(), 1);
    account.second.encoded = 0;
    const now = account.stored.now();
    const old = { step: '1m', groupings: ['plugin'], plugin: undefined } as const;
    for (let hours = 1; hours < 40; hours += 1) {
      const range = widened({ ...old, from: now - (hours + 1) * 3_600, to: now - hours * 3_600 }, now);
      await account.stored.rows(range, { form: 'csv', mostRows: 10 });
    }
    assert.equal(account.second.encoded, 0);
    await account.stored.close();
  });

  it('sets a broken file aside and begins anew, and refuses that of a newer nbox', async () => {
    writeFileSync(join(directory, 'usage.db'), 'this is no database at all, but long enough to be looked at as one'.repeat(100));
    const account = new Account(directory);
    account.totals.record(record());
    assert.equal(await account.calls(), 1);
    await account.stored.close();
    assert.match(account.lines[0]?.msg ?? '', /broken/);
    assert.equal(existsSync(join(directory, 'usage.db.broken')), true);
    const db = new DatabaseSync(join(directory, 'usage.db'));
    db.exec('PRAGMA user_version = 99');
    db.close();
    assert.throws(() => new Account(directory), { name: 'ConfigError', message: /newer nbox/ });
  });
});

/** host/access/audit.ts: whatever is done to its rows afterwards is found. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isNboxError } from '../../../guards/errors.ts';
import type { AuditEnd, AuditEntry } from '../../../host/access/audit-row.ts';
import { AccessHost } from './access-host.ts';

const dayMs = 86_400_000;

describe('Audit', () => {
  let host: AccessHost;
  beforeEach(async () => {
    host = await AccessHost.start();
  });
  afterEach(() => host.close());
  const audit = () => host.access.audit;
  const entry = (more: Partial<AuditEntry> = {}): AuditEntry => ({
    ...{ at: host.now, actor: 'ci', tokenId: 't', address: '::1', method: 'PUT', route: '/v1/plugins/:domain/:group/:name' },
    ...{ plugin: 'shop/cart/price', outcome: 'ok', before: null, after: '{"deployment":1}', requestId: 'r', ...more },
  });
  const write = async (count: number) => {
    for (let i = 0; i < count; i++) await audit().record([entry({ requestId: `r${i}` })]);
  };
  const numbers = async (query: object = {}) => (await audit().rows({ limit: 100, ...query })).map(({ number }) => number);
  /** As somebody does who can write the database. */
  const tamper = (sql: string) => {
    using db = new DatabaseSync(join(host.temp.path, 'nbox.db'));
    db.exec(sql);
  };

  it('record(entries) adds rows, whose hashes make a chain', async () => {
    assert.deepEqual(await audit().verify(), { ok: true, rows: 0, dropped: 0, last: { number: 0, hash: '0'.repeat(64) } });
    await audit().record([entry(), entry({ plugin: null })]);
    const [second, first] = await audit().rows({ limit: 10 });
    assert.deepEqual({ ...first, hash: '' }, { ...entry(), number: 1, hash: '' });
    assert.match(second?.hash as string, /^[0-9a-f]{64}$/);
    assert.notEqual(first?.hash, second?.hash);
    assert.deepEqual(await audit().verify(), { ok: true, rows: 2, dropped: 0, last: { number: 2, hash: second?.hash } });
  });

  it('rows(query) gives what is asked for, the newest first, or the oldest', async () => {
    await audit().record([entry({ plugin: 'shop/cart/price' }), entry({ plugin: 'shop/cart2/x' }), entry({ plugin: 'shop' })]);
    host.now += 1_000;
    await audit().record([entry({ plugin: null, actor: 'ann' }), entry({ plugin: 'shop2/cart/price' })]);
    assert.deepEqual(await numbers(), [5, 4, 3, 2, 1]);
    assert.deepEqual(await numbers({ plugin: 'shop' }), [3, 2, 1]);
    assert.deepEqual(await numbers({ plugin: 'shop/cart' }), [1]);
    assert.deepEqual(await numbers({ plugin: 'shop/cart/price' }), [1]);
    assert.deepEqual(await numbers({ actor: 'ann' }), [4]);
    assert.deepEqual(await numbers({ from: host.now }), [5, 4]);
    assert.deepEqual(await numbers({ to: host.now }), [3, 2, 1]);
    assert.deepEqual(await numbers({ before: 4, limit: 2 }), [3, 2]);
    assert.deepEqual(await numbers({ after: 2, limit: 2 }), [3, 4]);
  });

  for (const [title, sql, broken] of [
    ['an edited field', "UPDATE audit SET actor = 'nobody' WHERE number = 3", 3],
    ['a time that was moved', 'UPDATE audit SET at = at + 1 WHERE number = 1', 1],
    ['a plugin that was taken out', 'UPDATE audit SET plugin = NULL WHERE number = 5', 5],
    ['what was before put for what is', 'UPDATE audit SET before = after, after = before WHERE number = 2', 2],
    ['a row with a hash of its own', `UPDATE audit SET actor = 'x', hash = '${'a'.repeat(64)}' WHERE number = 2`, 2],
    ['a deleted row', 'DELETE FROM audit WHERE number = 2', 2],
    ['a deleted first row', 'DELETE FROM audit WHERE number = 1', 1],
    ['a deleted last row', 'DELETE FROM audit WHERE number = 5', 5],
    [
      'rows that were cut off, with the end moved',
      "DELETE FROM audit WHERE number > 3; UPDATE audit_ends SET number = 3, hash = (SELECT hash FROM audit WHERE number = 3) WHERE name = 'tip'",
      4,
    ],
    [
      'a row that was put in',
      "INSERT INTO audit SELECT 6, at, actor, token_id, address, method, route, plugin, outcome, before, after, request_id, hash FROM audit WHERE number = 5; UPDATE audit_ends SET number = 6 WHERE name = 'tip'",
      6,
    ],
    ['all rows', 'DELETE FROM audit; DELETE FROM audit_ends', 1],
    [
      'two rows that have changed places',
      'UPDATE audit SET number = -1 WHERE number = 2; UPDATE audit SET number = 2 WHERE number = 3; UPDATE audit SET number = 3 WHERE number = -1',
      2,
    ],
  ] as const) {
    it(`verify() finds ${title}`, async () => {
      await write(5);
      assert.equal((await audit().verify()).ok, true);
      tamper(sql);
      const found = await audit().verify();
      assert.deepEqual([found.ok, !found.ok && found.broken], [false, broken], JSON.stringify(found));
    });
  }

  it('verify() finds a chain that was made anew as a whole while the host ran', async () => {
    await write(2);
    tamper('DELETE FROM audit; DELETE FROM audit_ends');
    await host.store.appendAudit([entry({ actor: 'x' }), entry({ actor: 'y' })]);
    const found = await audit().verify();
    assert.deepEqual([found.ok, !found.ok && found.broken], [false, 2]);
  });

  it('verify(known) finds one that was made anew while no host ran', async () => {
    await write(3);
    const { last: known } = (await audit().verify()) as { last: AuditEnd };
    await write(1);
    assert.equal((await audit().verify(known)).ok, true);
    const rows = (await audit().rows({ limit: 10, after: 0 })).map(({ number: _, hash: __, ...row }) => row);
    tamper('DELETE FROM audit; DELETE FROM audit_ends');
    await host.store.appendAudit(rows.map((row, i) => (i === 1 ? { ...row, actor: 'nobody' } : row)));
    host = await host.restarted();
    assert.equal((await audit().verify()).ok, true);
    assert.deepEqual(await audit().verify(known), { ok: false, broken: 3, reason: 'Row 3: it is not the one that is known' });
    tamper('DELETE FROM audit; DELETE FROM audit_ends');
    host = await host.restarted();
    await write(1);
    assert.deepEqual(await audit().verify(known), { ok: false, broken: 2, reason: 'Row 2: there were rows up to 3, and they are gone' });
  });

  it('verify(known) may be of the last row that was dropped, and of none before', async () => {
    await write(3);
    const rows = await audit().rows({ limit: 10, after: 0 });
    host.now += 11 * dayMs;
    await audit().drop();
    await write(1);
    assert.equal((await audit().verify(rows[2])).ok, true);
    assert.equal((await audit().verify({ number: 3, hash: 'f'.repeat(64) })).ok, false);
    await assert.rejects(audit().verify(rows[1]), (error) => isNboxError(error) && error.code === 'invalid_query');
  });

  it('tells the log of the last row at its start, and each hour of what was written since', async () => {
    await write(2);
    host = await host.restarted();
    const [second] = await audit().rows({ limit: 1 });
    assert.deepEqual(host.logged('the last row of the audit'), [`2:${second?.hash}`]);
    host.hour();
    await write(1);
    host.hour();
    const [third] = await audit().rows({ limit: 1 });
    assert.deepEqual(host.logged('the last row of the audit'), [`2:${second?.hash}`, `3:${third?.hash}`]);
  });

  it('verify() walks over as many rows as there are', async () => {
    await audit().record(Array.from({ length: 2_500 }, (_, i) => entry({ requestId: `${i}` })));
    const found = await audit().verify();
    assert.deepEqual([found.ok, found.ok && found.rows], [true, 2_500]);
  });

  it('verify() is one walk for all who ask at once', async () => {
    await write(3);
    let reads = 0;
    const { audit: read } = host.store;
    host.store.audit = (query) => {
      reads += 1;
      return read.call(host.store, query);
    };
    const found = await Promise.all(Array.from({ length: 50 }, () => audit().verify()));
    assert.deepEqual([reads, found.every(({ ok }) => ok)], [1, true]);
    await audit().verify();
    assert.equal(reads, 2);
  });

  it('drops rows that are too old, and goes on behind them', async () => {
    await write(2);
    host.now += 9 * dayMs;
    await write(2);
    host.now += 1.5 * dayMs;
    await audit().drop();
    assert.deepEqual(await numbers(), [4, 3]);
    host = await host.restarted();
    await write(1);
    const found = await audit().verify();
    assert.deepEqual([found.ok, found.ok && found.rows, found.ok && found.dropped], [true, 3, 2]);
    tamper('DELETE FROM audit WHERE number = 3');
    assert.equal((await audit().verify()).ok, false);
    host.now += 100 * dayMs;
    await audit().drop();
    assert.deepEqual(await numbers(), []);
    assert.deepEqual([(await audit().verify()).ok, (await host.store.auditEnds()).tip.number], [true, 5]);
  });

  it('does not drop what stands behind a younger row, so that a clock that was ahead leaves no hole', async () => {
    host.now += 20 * dayMs;
    await write(1);
    host.now -= 20 * dayMs;
    await write(1);
    host.now += 15 * dayMs;
    await audit().drop();
    assert.deepEqual(await numbers(), [2, 1]);
  });

  it('fails where it cannot be written, and does not where something was only refused', async () => {
    const { appendAudit } = host.store;
    host.store.appendAudit = async () => {
      throw new Error('the disk is full');
    };
    await assert.rejects(audit().record([entry()]), (error) => isNboxError(error, 'audit_failed'));
    await audit().refused(entry({ outcome: 'forbidden' }));
    host.store.appendAudit = appendAudit;
    assert.deepEqual(await numbers(), []);
  });

  it('has few of what is refused a thousand times a second, and how many more there were', async () => {
    for (let i = 0; i < 1_000; i++) await audit().refused(entry({ outcome: 'forbidden', after: null }));
    const before = await numbers();
    assert.equal(before.length, 2);
    host.now += 1_000;
    await audit().refused(entry({ outcome: 'forbidden', after: null }));
    const [last] = await audit().rows({ limit: 1 });
    assert.deepEqual([last?.number, last?.after], [before.length + 1, JSON.stringify({ unwritten: 1_000 - before.length })]);
    host.now += 1_000;
    for (let i = 0; i < 1_000; i++) await audit().refused(entry({ outcome: 'forbidden', tokenId: `t${i}` }));
    assert.equal((await numbers()).length, 3 + 20, 'of all tokens together');
  });
});

/** host/admin/export.ts */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { Readable } from 'node:stream';
import { isNboxError, NboxError } from '../../../guards/errors.ts';
import { ExportReader } from '../../../host/export/export-reader.ts';
import type { StoreRow } from '../../../host/store/store-row.ts';
import { parsePluginId } from '../../../loader/plugin-id.ts';
import { readAll } from '../export/export-file.ts';
import { publishInput } from '../store/store.spec.ts';
import { AdminHost, token } from './admin-host.ts';

describe('GET /v1/export', () => {
  let host: AdminHost;
  const large = parsePluginId('demo/export/large');
  before(async () => {
    host = await AdminHost.start();
    await host.store.setAdminTokenHash('f'.repeat(64));
    await host.push({ source: 'one' });
    await host.push({ source: 'two' });
    await host.push({ source: 'other' }, { path: '/v1/plugins/demo/hello/other' });
  });
  after(() => host.close());

  /** The head of the answer; nothing of its body is taken yet. */
  async function begin(path: string): Promise<IncomingMessage> {
    const sent = request({ host: '127.0.0.1', port: host.port, path, agent: false, headers: { authorization: `Bearer ${token}` } });
    sent.on('error', () => undefined);
    sent.end();
    const [reply] = (await once(sent, 'response')) as [IncomingMessage];
    return reply;
  }

  async function read(path: string): Promise<StoreRow[]> {
    const reply = await begin(path);
    assert.deepEqual([reply.statusCode, reply.headers['content-type']], [200, 'application/gzip']);
    const pieces: Buffer[] = [];
    for await (const piece of reply) pieces.push(piece as Buffer);
    return (await readAll(Buffer.concat(pieces))).rows;
  }

  const plugins = (rows: readonly StoreRow[]) => rows.flatMap((row) => (row.kind === 'plugin' ? [row.plugin as string] : []));

  it('sends the store, without the token unless that is asked for', async () => {
    const rows = await read('/v1/export');
    assert.deepEqual(plugins(rows), ['demo/hello/other', 'demo/hello/world']);
    assert.equal(rows.filter(({ kind }) => kind === 'content').length, 3);
    assert.ok(rows.every(({ kind }) => kind !== 'setting'));
    assert.equal((await read('/v1/export?token=true'))[0]?.kind, 'setting');
    assert.deepEqual(plugins(await read('/v1/export?plugins=demo/hello/world&token=false')), ['demo/hello/world']);
  });

  it('refuses what it cannot give, by a status', async () => {
    for (const [path, status, code] of [
      ['/v1/export?plugins=demo/never/was', 404, 'no_such_plugin'],
      ['/v1/export?plugins=demo', 400, 'invalid_plugin_id'],
      ['/v1/export?plugins=', 400, 'invalid_plugin_id'],
      [`/v1/export?plugins=${'a/b/c,'.repeat(64)}a/b/c`, 400, 'invalid_query'],
      ['/v1/export?token=1', 400, 'invalid_query'],
      ['/v1/export?more=1', 400, 'invalid_query'],
    ] as const) {
      const answer = await host.ask('GET', path);
      assert.deepEqual([answer.status, answer.json.code], [status, code], path);
    }
    assert.equal((await host.ask('HEAD', '/v1/export')).status, 200);
    assert.equal(plugins(await read('/v1/export')).length, 2);
  });

  it('is cut off, and does not end as if it were whole, where reading fails', async () => {
    const real = host.store.export;
    for (const count of [0, 1, 3]) {
      host.store.export = async function* (selection) {
        let left = count;
        for await (const row of real.call(host.store, selection)) {
          if (left === 0) throw new NboxError('internal_error', 'The store could not be read');
          left -= 1;
          yield row;
        }
      };
      const reply = await begin('/v1/export');
      assert.equal(reply.statusCode, count === 0 ? 500 : 200);
      if (count > 0) await assert.rejects(async () => void (await reply.toArray()), /aborted/);
      reply.destroy();
    }
    host.store.export = real;
    assert.equal(plugins(await read('/v1/export')).length, 2);
  });

  describe('of a store that is too large for what lies on the way', () => {
    /** Of what does not pack, so that all of it has to be taken. */
    async function store(from: number, to: number): Promise<void> {
      for (let number = from; number <= to; number += 1) {
        const input = publishInput(number, 'x', large);
        const release = { ...input.release, hash: number.toString(16).padStart(64, '0') };
        const files = new Map([['content', randomBytes(400_000).toString('base64')]]);
        await host.store.publish({ ...input, release, files });
      }
    }

    before(() => store(1, 24));

    /** Until an export may begin again. */
    async function untilFree(): Promise<void> {
      while ((await host.ask('GET', '/v1/export?plugins=demo/hello/world')).status !== 200) await new Promise(setImmediate);
    }

    it('runs one at a time, and gives what there was when it began', async () => {
      const reply = await begin('/v1/export');
      const busy = await host.ask('GET', '/v1/export');
      assert.deepEqual([busy.status, busy.json.code, busy.headers['retry-after']], [503, 'export_busy', '10']);
      await host.store.remove(large, 'me', 1);
      const reader = new ExportReader(reply);
      let contents = 0;
      for await (const { kind } of reader.rows()) if (kind === 'content') contents += 1;
      assert.equal(contents, 27);
      assert.equal(plugins(await read('/v1/export')).length, 3);
    });

    it('is cut off where nobody reads it, or not to its end, and so makes room for the next', async () => {
      await store(25, 60);
      for (const short of [{ stallMs: 50 }, { wholeMs: 50 }]) {
        const usual = { ...host.exportTimes };
        Object.assign(host.exportTimes, short);
        const reply = await begin('/v1/export');
        Object.assign(host.exportTimes, usual);
        await untilFree();
        await assert.rejects(readAll(await taken(reply)), (error) => isNboxError(error, 'invalid_export') && /cut off/.test(error.message));
      }
    });

    it('ends where the client leaves', async () => {
      const reply = await begin('/v1/export');
      reply.destroy();
      await untilFree();
    });
  });
});

/** What had come of a body before it was cut off. */
async function taken(reply: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  reply.on('data', (piece: Buffer) => pieces.push(piece)).on('error', () => undefined);
  if (!reply.closed) await once(reply, 'close').catch(() => undefined);
  return Buffer.concat(pieces);
}

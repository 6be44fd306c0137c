/** host/admin/hygiene.ts, over HTTP. */

import assert from 'node:assert/strict';
import { NboxError } from '../../../guards/errors.ts';
import { hourMs, hourOf } from '../../../host/hygiene/hourly-sums.ts';
import { noteUse } from '../hygiene/note-use.ts';
import { AdminHost } from './admin-host.ts';

const plugin = 'demo/hello/world';

describe('the admin API, hygiene', () => {
  let host: AdminHost;
  beforeEach(async () => {
    host = await AdminHost.start();
    host.interfaces.push('scheduled');
    await host.push({ source: 'one' });
    host.uses.look();
    noteUse(host.uses, { plugin, interface: 'fetch', startedAt: host.now, caller: 'header:shop' });
  });
  afterEach(() => host.close());

  it('GET /v1/hygiene has what is unused for 30 days, or so many as are asked for, and what to do', async () => {
    const unused = async (query = '') => (await host.ask('GET', `/v1/hygiene${query}`)).json.unused;
    const at = new Date(host.now).toISOString();
    assert.deepEqual(await unused(), []);
    host.now += 31 * 24 * hourMs;
    const rows = await unused();
    assert.deepEqual(
      rows.map(({ do: _, ...row }: { do: string }) => row),
      [
        { plugin, interface: 'fetch', seenAt: at, usedAt: at, unusedDays: 31 },
        { plugin, interface: 'scheduled', seenAt: at, usedAt: null, unusedDays: 31 },
      ],
    );
    assert.match(rows[0].do, /nbox rm demo\/hello\/world/);
    assert.equal((await unused('?days=31')).length, 2);
    assert.equal((await unused('?days=32')).length, 0);
  });

  it('GET /v1/hygiene has callers; growth and costs, or why they are not judged', async () => {
    const { callers, growth, costRises, notJudged } = (await host.ask('GET', '/v1/hygiene')).json;
    const [{ do: advice, ...row }] = callers;
    assert.deepEqual(row, {
      ...{ plugin, interface: 'fetch', calls: 1, unnamedCalls: 0 },
      callers: [{ name: 'header:shop', count: 1, overBy: 0 }],
    });
    assert.match(advice, /header:shop/);
    assert.deepEqual([growth, costRises], [null, null]);
    assert.deepEqual(
      notJudged.map(({ rows, why }: { rows: string; why: string }) => [rows, /none is stored yet/.test(why)]),
      [
        ['growth', true],
        ['costRises', true],
      ],
    );
    const hour = hourOf(host.now) - hourMs;
    host.hours = Array.from({ length: 10 }, (_, i) => ({
      ...{ plugin, release: 1, hour: hour - i * 24 * hourMs, calls: i === 0 ? 50_000 : 1_000, cpuUs: 1 },
    }));
    const { json } = await host.ask('GET', '/v1/hygiene');
    assert.equal(json.growth[0].hour, new Date(hour).toISOString());
    assert.deepEqual([json.growth[0].value, json.growth[0].usual, json.costRises], [50_000, 1_000, []]);
    assert.deepEqual(json.notJudged, []);
  });

  it('GET /v1/hygiene judges no growth by less than five days, and says since when there is any', async () => {
    const hour = hourOf(host.now) - hourMs;
    host.hours = Array.from({ length: 5 }, (_, i) => ({ plugin, release: 1, hour: hour - i * 24 * hourMs, calls: 1_000, cpuUs: 1 }));
    const { growth, costRises, notJudged } = (await host.ask('GET', '/v1/hygiene')).json;
    assert.deepEqual([growth, costRises, notJudged.length, notJudged[0].rows], [null, [], 1, 'growth']);
    const since = new Date(hour - 4 * 24 * hourMs).toISOString();
    assert.ok(notJudged[0].why.includes(`stored of 4; there is some since ${since}`), notJudged[0].why);
  });

  it('GET /v1/hygiene has the rest while stored usage cannot be read', async () => {
    host.hours = new NboxError('usage_busy', 'Too many queries are waiting');
    const { status, json } = await host.ask('GET', '/v1/hygiene');
    assert.deepEqual([status, json.callers.length, json.growth, json.costRises], [200, 1, null, null]);
    assert.deepEqual(json.notJudged[1], { rows: 'costRises', why: 'Too many queries are waiting' });
  });

  it('GET …/callers has each interface of a plugin', async () => {
    const { json } = await host.ask('GET', `/v1/plugins/${plugin}/callers`);
    assert.deepEqual(
      json.interfaces.map((one: { interface: string; calls: number; usedAt: string | null }) => [
        one.interface,
        one.calls,
        one.usedAt !== null,
      ]),
      [
        ['fetch', 1, true],
        ['scheduled', 0, false],
      ],
    );
    assert.equal((await host.ask('GET', '/v1/plugins/demo/hello/nobody/callers')).json.code, 'no_such_plugin');
  });

  it('refuses what is no number of days, and whoever has no token', async () => {
    for (const days of ['0', '-1', '1.5', 'x', '', '3651', '99999']) {
      const { status, json } = await host.ask('GET', `/v1/hygiene?days=${days}`);
      assert.deepEqual([status, json.code], [400, 'invalid_query'], days);
    }
    assert.equal((await host.ask('GET', '/v1/hygiene', { token: false })).status, 401);
  });
});

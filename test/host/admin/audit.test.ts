/** host/admin/audit.ts and host/admin/audited.ts, over HTTP. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AdminHost, token } from './admin-host.ts';

describe('the admin API, audit', () => {
  let host: AdminHost;
  beforeEach(async () => {
    host = await AdminHost.start();
  });
  afterEach(() => host.close());
  const audit = (query = '', given: string = token) => host.ask('GET', `/v1/audit${query}`, { token: given });
  const post = (path: string, body: object, given: string = token) => host.ask('POST', path, { token: given, body: JSON.stringify(body) });
  const tokenOf = async (name: string, scope: string, reach: string) => (await post('/v1/tokens', { name, scope, reach })).json;
  const one = '/v1/plugins/:domain/:group/:name';

  it('has of each change who made it, what was and what is, and its request', async () => {
    const { headers } = await host.push({ source: 'one' });
    await host.push({ source: 'two' });
    await post('/v1/plugins/demo/hello/world/rollback', {});
    await host.ask('DELETE', '/v1/plugins/demo/hello/world');
    const { status, json } = await audit();
    assert.equal(status, 200);
    const seen = json.rows.map(({ method, route, plugin, outcome, before, after }: Record<string, unknown>) => [
      ...[method, route, plugin, outcome],
      ...[before, after],
    ]);
    const at = (deployment: number, number: number) => ({ deployment, releases: [{ number, percentage: 100 }] });
    assert.deepEqual(seen.reverse(), [
      ['PUT', one, 'demo/hello/world', 'ok', null, at(1, 1)],
      ['PUT', one, 'demo/hello/world', 'ok', at(1, 1), at(2, 2)],
      ['POST', `${one}/rollback`, 'demo/hello/world', 'ok', at(2, 2), at(3, 1)],
      ['DELETE', one, 'demo/hello/world', 'ok', at(3, 1), null],
    ]);
    const first = json.rows.at(-1);
    assert.deepEqual(
      [first.number, first.actor, first.tokenId, first.address, first.at, first.requestId],
      [1, 'admin', 'admin', '127.0.0.1', new Date(host.time.now).toISOString(), headers['nbox-request-id']],
    );
    assert.equal(json.next, null);
  });

  it('has budgets, tokens without their secrets, breakers, and each plugin of a push of several', async () => {
    await host.ask('PUT', '/v1/budgets/demo', { body: '{"window":"1h","calls":5}' });
    await host.ask('PUT', '/v1/budgets/demo', { body: '{"window":"1h","calls":6}' });
    await host.ask('DELETE', '/v1/budgets/demo');
    const made = await tokenOf('ci', 'deploy', 'demo');
    await host.ask('DELETE', `/v1/tokens/${made.id}`);
    await post('/v1/plugins', {
      plugins: [
        { plugin: 'demo/a/b', source: '1' },
        { plugin: 'demo/a/c', source: '2' },
      ],
    });
    host.breakerOf('demo/a/b').kill(0);
    await host.ask('DELETE', '/v1/plugins/demo/a/b/breaker');
    const { json, text } = await audit();
    const rows = json.rows.reverse();
    assert.deepEqual(
      rows.map(({ plugin, before, after }: Record<string, { calls?: number; name?: string; release?: number }>) => [
        plugin,
        before?.calls ?? before?.name,
        after?.calls ?? after?.name ?? after?.release,
      ]),
      [
        ['demo', undefined, 5],
        ['demo', 5, 6],
        ['demo', 6, undefined],
        ['demo', undefined, 'ci'],
        ['demo', 'ci', undefined],
        ['demo/a/b', undefined, 1],
        ['demo/a/c', undefined, 1],
        ['demo/a/b', undefined, 1],
      ],
    );
    assert.equal(rows.at(-1).after.state, 'closed');
    assert.ok(!text.includes(made.token));
  });

  it('has what was refused for its scope or its reach, and what failed', async () => {
    const { token: ci } = await tokenOf('ci', 'read', 'demo');
    await host.push({ source: 'x' }, { token: ci });
    host.time.elapsed += 10_000;
    await host.ask('GET', '/v1/plugins/other/a/b', { token: ci });
    host.time.elapsed += 10_000;
    await host.push({ source: 'TYPE ERROR' });
    const rows = (await audit()).json.rows.slice(0, 3);
    assert.deepEqual(
      rows.map(({ actor, method, plugin, outcome }: Record<string, string>) => [actor, method, plugin, outcome]),
      [
        ['admin', 'PUT', 'demo/hello/world', 'type_errors'],
        ['ci', 'GET', 'other/a/b', 'forbidden'],
        ['ci', 'PUT', 'demo/hello/world', 'forbidden'],
      ],
    );
  });

  it('has nothing of what only reads, runs or tries', async () => {
    await host.push({ source: 'one' });
    const before = (await audit()).json.rows.length;
    await host.ask('GET', '/v1/plugins');
    await post('/v1/usage/cost', { prices: {} });
    await post('/v1/plugins/demo/hello/world/tests', { source: 'x' });
    await post('/v1/plugins/demo/hello/world/invocations', { interface: 'scheduled' });
    assert.equal((await audit()).json.rows.length, before);
  });

  it('does not acknowledge a change that it could not write down', async () => {
    const { appendAudit } = host.store;
    host.store.appendAudit = async () => {
      throw new Error('the disk is full');
    };
    const { status, json } = await host.push({ source: 'one' });
    host.store.appendAudit = appendAudit;
    assert.deepEqual([status, json.code], [503, 'audit_failed']);
  });

  it('is filtered and told page by page', async () => {
    const { token: ci } = await tokenOf('ci', 'deploy', 'demo');
    for (const name of ['a', 'b', 'c']) await host.push({ source: name }, { path: `/v1/plugins/demo/x/${name}`, token: ci });
    host.time.now += 3_600_000;
    await host.push({ source: 'd' }, { path: '/v1/plugins/demo/y/d' });
    const plugins = async (query: string) => (await audit(query)).json.rows.map(({ plugin }: { plugin: string }) => plugin);
    assert.deepEqual(await plugins('?actor=ci'), ['demo/x/c', 'demo/x/b', 'demo/x/a']);
    assert.deepEqual(await plugins('?plugin=demo/x/b'), ['demo/x/b']);
    assert.deepEqual(await plugins('?plugin=demo/y'), ['demo/y/d']);
    assert.deepEqual(await plugins('?from=-10m'), ['demo/y/d']);
    assert.deepEqual(await plugins(`?to=${new Date(host.time.now).toISOString()}&plugin=demo/x/a`), ['demo/x/a']);
    const first = (await audit('?limit=2')).json;
    assert.deepEqual([first.rows.length, first.next], [2, 4]);
    const second = (await audit(`?limit=2&cursor=${first.next}`)).json;
    assert.deepEqual(
      second.rows.map(({ number }: { number: number }) => number),
      [3, 2],
    );
    const third = (await audit(`?limit=2&cursor=${second.next}`)).json;
    assert.deepEqual([third.rows.map(({ number }: { number: number }) => number), third.next], [[1], null]);
  });

  it('is told as lines and as CSV, the oldest first', async () => {
    await host.push({ source: 'one' });
    await host.ask('PUT', '/v1/budgets/demo', { body: '{"window":"1h","calls":5,"message":"a \\"why\\", with commas"}' });
    const lines = await audit('?format=ndjson');
    assert.match(lines.headers['content-type'] as string, /^application\/x-ndjson/);
    const rows = lines.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(rows.reverse(), (await audit()).json.rows);
    const csv = await audit('?format=csv');
    assert.match(csv.headers['content-type'] as string, /^text\/csv/);
    const [head, first, second, ...rest] = csv.text.split('\r\n');
    assert.equal(head, 'number,at,actor,tokenId,address,method,route,plugin,outcome,before,after,requestId,hash');
    assert.match(
      first as string,
      /^1,20\d\d-.*,admin,admin,127\.0\.0\.1,PUT,\/v1\/plugins\/:domain\/:group\/:name,demo\/hello\/world,ok,,"\{""deployment"":1,/,
    );
    assert.match(second as string, /^2,.*,demo,ok,,"\{""window"":""1h"",/);
    assert.deepEqual(rest, ['']);
  });

  it('shows whoever reaches less than everything what is within that', async () => {
    await host.push({ source: 'one' });
    await host.push({ source: 'one' }, { path: '/v1/plugins/other/a/b' });
    const { token: mine } = await tokenOf('mine', 'admin', 'demo');
    const { json } = await audit('', mine);
    assert.deepEqual(
      json.rows.map(({ plugin }: { plugin: string }) => plugin),
      ['demo', 'demo/hello/world'],
    );
    assert.equal((await audit('?plugin=other', mine)).json.code, 'forbidden');
    assert.equal((await audit('/verify', mine)).json.code, 'forbidden');
  });

  for (const query of [
    '?from=x',
    '?to=',
    '?limit=0',
    '?limit=1001',
    '?cursor=x',
    '?cursor=0',
    '?format=xml',
    '?format=csv&limit=3',
    '?who=me',
  ]) {
    it(`refuses ${query}`, async () => {
      const { status, json } = await audit(query);
      assert.deepEqual([status, json.code], [400, 'invalid_query']);
    });
  }

  it('verify tells that all of it is there, or where it is not', async () => {
    for (const source of ['one', 'two', 'three']) await host.push({ source });
    const { json } = await audit('/verify');
    assert.deepEqual([json.ok, json.rows, json.dropped, json.last.number], [true, 3, 0, 3]);
    {
      using db = new DatabaseSync(join(host.temp.path, 'nbox.db'));
      db.exec("UPDATE audit SET actor = 'nobody' WHERE number = 2");
    }
    const edited = (await audit('/verify')).json;
    assert.deepEqual([edited.ok, edited.broken], [false, 2]);
    assert.match(edited.reason, /^Row 2: /);
    {
      using db = new DatabaseSync(join(host.temp.path, 'nbox.db'));
      db.exec("UPDATE audit SET actor = 'admin' WHERE number = 2; DELETE FROM audit WHERE number = 1");
    }
    assert.deepEqual((await audit('/verify')).json, { ok: false, broken: 1, reason: 'Row 1: it is gone' });
  });
});

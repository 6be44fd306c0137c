/** host/admin/budgets.ts, over HTTP. */

import assert from 'node:assert/strict';
import { AdminHost } from './admin-host.ts';

describe('the admin API, budgets', () => {
  let host: AdminHost;
  beforeEach(async () => {
    host = await AdminHost.start();
  });
  afterEach(() => host.close());
  const put = (scope: string, body: unknown, headers: Record<string, string> = {}) =>
    host.ask('PUT', `/v1/budgets/${scope}`, { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } });
  const get = (scope: string) => host.ask('GET', `/v1/budgets/${scope}`);

  it('PUT of a domain, a group and a plugin → 201 with defaults, and GET has it with what is used', async () => {
    for (const scope of ['demo', 'demo/hello', 'demo/hello/world']) {
      const { status, headers, json } = await put(scope, { window: '1h', calls: 5 });
      assert.equal(status, 201);
      const { setAt, version, ...rest } = json;
      assert.ok(Date.parse(setAt) > 0);
      assert.equal(headers.etag, `"${version}"`);
      assert.deepEqual(rest, {
        ...{ scope, window: '1h', calls: 5, cpuSeconds: null, memoryBytes: null, mode: 'soft', warnAt: 0.8 },
        ...{ used: { calls: 0, cpuSeconds: 0, memoryBytes: 0 }, state: 'ok', actor: 'admin', message: '' },
      });
      const got = await get(scope);
      assert.deepEqual([got.status, got.headers.etag, got.json], [200, headers.etag, json]);
    }
    const { json } = await host.ask('GET', '/v1/budgets');
    assert.deepEqual(
      json.budgets.map(({ scope }: { scope: string }) => scope),
      ['demo', 'demo/hello', 'demo/hello/world'],
    );
    assert.deepEqual(json.events, []);
  });

  it('PUT takes every field, and replaces all of what there was', async () => {
    const all = { window: '30d', calls: 1, cpuSeconds: 0.5, memoryBytes: 7, mode: 'hard', warnAt: 1, message: 'why' };
    const { json } = await put('demo', all);
    assert.deepEqual({ ...json, ...all }, json);
    const { status, json: next } = await put('demo', { window: '1m', cpuSeconds: 2 });
    assert.deepEqual([status, next.calls, next.cpuSeconds, next.mode, next.message], [200, null, 2, 'soft', '']);
  });

  it('has events, the last one first', async () => {
    await put('demo', { window: '1m', calls: 2, warnAt: 0.5 });
    for (let i = 0; i < 2; i += 1) host.budgets.of('demo/hello/world')?.take(host.budgets.now());
    const { budgets, events } = (await host.ask('GET', '/v1/budgets')).json;
    assert.deepEqual([budgets[0].state, budgets[0].used.calls], ['exceeded', 2]);
    const [{ at, ...last }, first] = events;
    assert.ok(Date.parse(at) > 0);
    assert.deepEqual(last, { kind: 'exceeded', scope: 'demo', metric: 'calls', window: '1m', mode: 'soft', limit: 2, used: 2 });
    assert.deepEqual([first.kind, events.length], ['warned', 2]);
  });

  it('PUT refuses what is no budget, with its place', async () => {
    const cases: [body: unknown, code: string, pointer?: string][] = [
      [{}, 'invalid_body', '/window'],
      [[], 'invalid_body', ''],
      [{ window: '2h', calls: 1 }, 'invalid_body', '/window'],
      [{ window: '1h' }, 'invalid_body', ''],
      [{ window: '1h', calls: null }, 'invalid_body', ''],
      [{ window: '1h', calls: 0 }, 'invalid_body', '/calls'],
      [{ window: '1h', calls: 1.5 }, 'invalid_body', '/calls'],
      [{ window: '1h', calls: '5' }, 'invalid_body', '/calls'],
      [{ window: '1h', calls: 1e300 }, 'invalid_body', '/calls'],
      [{ window: '1h', cpuSeconds: -1 }, 'invalid_body', '/cpuSeconds'],
      [{ window: '1h', memoryBytes: 0.5 }, 'invalid_body', '/memoryBytes'],
      [{ window: '1h', calls: 1, warnAt: 1.1 }, 'invalid_body', '/warnAt'],
      [{ window: '1h', calls: 1, mode: 'firm' }, 'invalid_body', '/mode'],
      [{ window: '1h', calls: 1, message: 'x'.repeat(501) }, 'invalid_body', '/message'],
      [{ window: '1h', calls: 1, scope: 'other' }, 'invalid_body', '/scope'],
    ];
    for (const [body, code, pointer] of cases) {
      const { status, json } = await put('demo', body);
      assert.deepEqual([status, json.code, json.pointer], [400, code, pointer], JSON.stringify(body));
    }
    for (const scope of ['Demo', 'demo/..%2f', `demo/${'a'.repeat(64)}`, '%00', 'demo/hello/wor ld'.replace(' ', '%20')]) {
      const { status, json } = await put(scope, { window: '1h', calls: 1 });
      assert.deepEqual([status, json.code], [400, 'invalid_scope'], scope);
    }
    assert.equal((await put('demo/a/b/c', { window: '1h', calls: 1 })).status, 404);
    assert.deepEqual((await host.ask('GET', '/v1/budgets')).json.budgets, []);
  });

  it('changes are held to If-Match, and no version is given twice', async () => {
    const terms = { window: '1h', calls: 5 };
    const first = (await put('demo', terms, { 'if-none-match': '*' })).headers.etag as string;
    assert.equal((await put('demo', terms, { 'if-none-match': '*' })).json.code, 'precondition_failed');
    const second = (await put('demo', terms, { 'if-match': first })).headers.etag as string;
    assert.equal((await put('demo', terms, { 'if-match': first })).status, 412);
    assert.equal((await host.ask('DELETE', '/v1/budgets/demo', { headers: { 'if-match': first } })).status, 412);
    assert.equal((await host.ask('DELETE', '/v1/budgets/demo', { headers: { 'if-match': second } })).status, 204);
    assert.notEqual((await put('demo', terms)).headers.etag, first);
    assert.equal((await put('demo', terms, { 'if-match': 'W/"x"' })).json.code, 'bad_request');
  });

  it('says where there is none', async () => {
    assert.deepEqual([(await get('demo')).status, (await get('demo')).json.code], [404, 'no_such_budget']);
    assert.equal((await host.ask('DELETE', '/v1/budgets/demo')).json.code, 'no_such_budget');
    assert.equal((await put('demo', { window: '1h', calls: 1 }, { 'if-match': '"3"' })).status, 412);
  });

  it('is for whoever has the token', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      assert.equal((await host.ask(method, '/v1/budgets/demo', { token: false })).status, 401);
    }
  });
});

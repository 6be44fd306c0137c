import assert from 'node:assert/strict';
import { gjson } from '../../support/gjson.ts';
import { AdminHost } from './admin-host.ts';

describe('hints', () => {
  let host: AdminHost;
  before(async () => {
    host = await AdminHost.start();
    await host.push({ source: 'one' });
  });
  after(() => host.close());

  it('GET /v1/hints has a number under each path that KEDA is given', async () => {
    const { status, json } = await host.ask('GET', '/v1/hints');
    assert.equal(status, 200);
    for (const path of ['lanes.standard.wanted', 'plugins.demo/hello/world.wanted', 'host.replicas']) {
      assert.equal(gjson(json, path), 2, path);
    }
    assert.equal(gjson(json, 'plugins.demo/hello/nobody.wanted'), undefined);
    for (const path of ['lanes.standard.load', 'plugins.demo/hello/world.load', 'host.load']) assert.equal(gjson(json, path), 1.6, path);
    assert.match(json.lanes.standard.reason, /^CPU demand 1\.2 cores over 60 s, target 70% → 2$/);
  });

  it('has a route for each of them', async () => {
    assert.equal((await host.ask('GET', '/v1/hints/lanes/standard')).json.wanted, 2);
    assert.equal((await host.ask('GET', '/v1/hints/host')).json.replicas, 2);
    const { json } = await host.ask('GET', '/v1/plugins/demo/hello/world/hint');
    assert.deepEqual([json.plugin, json.wanted], ['demo/hello/world', 2]);
  });

  it('is 404 for what there is not, and needs the token', async () => {
    assert.equal((await host.ask('GET', '/v1/hints/lanes/nowhere')).json.code, 'no_such_lane');
    assert.equal((await host.ask('GET', '/v1/plugins/demo/hello/nobody/hint')).json.code, 'no_such_plugin');
    assert.equal((await host.ask('GET', '/v1/hints', { token: false })).status, 401);
  });

  it('is 503 with Retry-After where it is not known, and never 0', async () => {
    const { hint } = host;
    host.hint = { kind: 'unknown', reason: 'the last figures are 9 s old' };
    for (const path of ['/v1/hints', '/v1/hints/lanes/standard', '/v1/hints/host', '/v1/plugins/demo/hello/world/hint']) {
      const { status, json, headers } = await host.ask('GET', path);
      assert.deepEqual(
        [status, json.code, json.detail, headers['retry-after']],
        [503, 'hints_unknown', 'the last figures are 9 s old', '2'],
      );
    }
    host.hint = hint;
  });

  it('leaves out the number of a plugin alone of which nothing is known', async () => {
    const plugin = host.hints.plugin;
    host.hints.plugin = () => ({ kind: 'unknown', reason: 'not called yet' });
    const { json } = await host.ask('GET', '/v1/hints');
    assert.deepEqual(json.plugins, { 'demo/hello/world': { unknown: 'not called yet' } });
    assert.equal(gjson(json, 'lanes.standard.wanted'), 2);
    host.hints.plugin = plugin;
  });
});

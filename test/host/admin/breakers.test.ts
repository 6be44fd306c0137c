import assert from 'node:assert/strict';
import { AdminHost } from './admin-host.ts';

const path = '/v1/plugins/demo/hello/world/breaker';

describe('breakers', () => {
  let host: AdminHost;
  before(async () => {
    host = await AdminHost.start();
    await host.push({ source: 'one' });
  });
  after(() => host.close());

  it('GET …/breaker tells what is held against the live release', async () => {
    const { status, json } = await host.ask('GET', path);
    const nothing = { state: 'closed', trips: 0, successes: 0, kills: 0, refusals: 0, refusedForMs: 0 };
    assert.deepEqual([status, json], [200, { plugin: 'demo/hello/world', release: 1, ...nothing }]);
  });

  it('GET /v1/breakers lists those that are not closed', async () => {
    assert.deepEqual((await host.ask('GET', '/v1/breakers')).json, { breakers: [], next: null });
    for (let i = 0; i < 3; i += 1) host.breakerOf('demo/hello/world').kill(0);
    const { breakers } = (await host.ask('GET', '/v1/breakers')).json;
    assert.deepEqual(
      breakers.map(({ plugin, state, refusedForMs }: Record<string, unknown>) => [plugin, state, refusedForMs]),
      [['demo/hello/world', 'refused', 1_000]],
    );
  });

  it('DELETE …/breaker forgets it', async () => {
    assert.equal((await host.ask('DELETE', path)).status, 204);
    assert.equal((await host.ask('GET', path)).json.state, 'closed');
  });

  it('a plugin that there is not is 404, an id that is none 400', async () => {
    for (const method of ['GET', 'DELETE']) {
      assert.equal((await host.ask(method, '/v1/plugins/demo/hello/nobody/breaker')).json.code, 'no_such_plugin');
      assert.equal((await host.ask(method, '/v1/plugins/demo/hello/No/breaker')).json.code, 'invalid_plugin_id');
    }
  });
});

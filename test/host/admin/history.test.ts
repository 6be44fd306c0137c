/** GET /v1/deployments: what was changed on the whole host. */

import assert from 'node:assert/strict';
import { AdminHost } from './admin-host.ts';

describe('GET /v1/deployments', () => {
  let host: AdminHost;
  const two = '/v1/plugins/demo/hello/two';
  before(async () => {
    host = await AdminHost.start();
    await host.push({ source: 'one', message: 'the first' });
    await host.push({ source: 'one' }, { path: two });
    await host.push({ source: 'two' });
    await host.ask('DELETE', two);
  });
  after(() => host.close());

  const changes = async (query = '') => (await host.ask('GET', `/v1/deployments${query}`)).json;

  it('has deployments with who and why, and removals, the newest first', async () => {
    const { changes: all, next } = await changes();
    assert.deepEqual(
      // biome-ignore lint/suspicious/noExplicitAny: read by name
      all.map(({ plugin, removed, deployment }: any) => [plugin, removed, deployment?.number ?? null, deployment?.message ?? null]),
      [
        ['demo/hello/two', true, null, null],
        ['demo/hello/world', false, 2, ''],
        ['demo/hello/two', false, null, null],
        ['demo/hello/world', false, 1, 'the first'],
      ],
    );
    assert.equal(next, null);
    assert.deepEqual([all[3].deployment.actor, all[3].deployment.cause], ['admin', 'push']);
  });

  it('goes back page by page, and no further than is asked for', async () => {
    const first = await changes('?limit=3');
    assert.equal(first.changes.length, 3);
    const rest = await changes(`?limit=3&before=${first.next}`);
    assert.deepEqual([rest.changes.length, rest.next], [1, null]);
    assert.equal(rest.changes[0].plugin, 'demo/hello/world');
    const { at } = first.changes[1];
    const since = await changes(`?limit=3&from=${encodeURIComponent(at)}`);
    assert.ok(since.changes.length < 4);
    // biome-ignore lint/suspicious/noExplicitAny: read by name
    assert.ok(since.changes.every((one: any) => one.at >= at));
    assert.deepEqual(await changes(`?from=${Date.parse('2100-01-01T00:00:00Z')}`), { changes: [], next: null });
  });

  it('says what is wrong with a question', async () => {
    for (const query of [
      '?limit=0',
      '?limit=501',
      '?limit=1.5',
      '?before=0',
      '?before=x',
      '?from=yesterday',
      '?from=-1',
      '?from=',
      '?to=1',
    ]) {
      const { status, json } = await host.ask('GET', `/v1/deployments${query}`);
      assert.deepEqual([status, json.code], [400, 'invalid_query'], query);
    }
  });
});

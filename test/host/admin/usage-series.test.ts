/** GET /v1/usage/series and /v1/usage/top: what is asked of the store, and what is refused. */

import assert from 'node:assert/strict';
import { AdminHost } from './admin-host.ts';

describe('the course of usage', () => {
  let host: AdminHost;
  before(async () => {
    host = await AdminHost.start();
  });
  after(() => host.close());

  /** What the store was asked for. The host's clock stands at 2023-11-14T22:13:20Z. */
  async function asked(path: string) {
    const { status, text } = await host.ask('GET', path);
    assert.equal(status, 200, text);
    const query = host.askedSeries.at(-1);
    assert.ok(query);
    return query;
  }

  it('is of the minutes of six hours where nothing is said', async () => {
    const { within, bins, values, top, reach } = await asked('/v1/usage/series');
    assert.deepEqual([within.step, bins, values, top, reach], ['1m', 361, ['calls'], undefined, '*']);
  });

  it('is of alike parts: what does not fit in is the oldest', async () => {
    const { within, whole, bins } = await asked('/v1/usage/series?from=-1h&step=1m&bins=4&values=calls,cpuUs');
    assert.equal(bins, 4);
    // Of 61 minutes, since the first and the last have both begun.
    assert.equal((within.to - within.from) / 60, 60);
    assert.deepEqual([whole.from, whole.step], [within.from, undefined]);
    assert.equal((await asked('/v1/usage/series?from=-5m&bins=100')).bins, 6);
  });

  it('has by what plugins are ranked, and how many of them', async () => {
    assert.deepEqual((await asked('/v1/usage/top')).top, { by: 'osCpuUs', count: 8 });
    assert.deepEqual((await asked('/v1/usage/top?by=failed&count=3')).top, { by: 'failed', count: 3 });
  });

  it('answers in JSON', async () => {
    const { headers, json } = await host.ask('GET', '/v1/usage/top?from=-5m');
    assert.equal(headers['content-type'], 'application/json; charset=utf-8');
    assert.deepEqual([json.periods, json.plugins], [6, []]);
  });

  const refused = [
    ...[
      'series?step=none',
      'series?step=5m',
      'series?bins=0',
      'series?bins=2001',
      'series?bins=x',
      'series?values=',
      'series?values=calls,calls',
    ],
    ...[
      'series?values=waitUs',
      'series?from=-90d&step=1h',
      'series?by=calls',
      'series?from=tomorrow',
      'top?count=0',
      'top?count=51',
      'top?by=calls,cpuUs',
      'top?bins=2',
    ],
  ];
  for (const query of refused) {
    it(`refuses ${query}, and says why`, async () => {
      const { status, json } = await host.ask('GET', `/v1/usage/${query}`);
      assert.deepEqual([status, json.code], [400, 'invalid_query']);
      assert.ok(json.detail.length > 10);
    });
  }

  it('refuses seconds that are kept no more', async () => {
    const { status, json } = await host.ask('GET', '/v1/usage/series?from=-1h&step=1s');
    assert.deepEqual([status, json.code], [400, 'usage_not_kept']);
  });
});

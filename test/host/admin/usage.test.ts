/** host/admin/usage.ts, usage-query.ts and usage-rows.ts: what is asked of stored usage, and how it is answered. */

import assert from 'node:assert/strict';
import { NboxError } from '../../../guards/errors.ts';
import { AdminHost } from './admin-host.ts';

const path = '/v1/plugins/demo/hello/world/usage';
/** 2023-11-14T22:13:20Z, which the double's clock shows. */
const now = 1_700_000_000;

describe('GET …/usage with a range', () => {
  let host: AdminHost;
  before(async () => {
    host = await AdminHost.start();
  });
  after(() => host.close());

  it('asks for whole periods of the step, and answers with rows', async () => {
    host.answers.push('{"calls":1},{"calls":2}');
    const { status, json } = await host.ask('GET', `${path}?from=2023-11-14T01:02:03%2B01:00&to=-90m&step=1h&group=release,outcome`, {
      held: false,
    });
    assert.equal(status, 200);
    assert.deepEqual(json, {
      ...{ from: '2023-11-14T00:00:00Z', to: '2023-11-14T21:00:00Z', step: '1h', group: ['release', 'outcome'], keptFrom: null },
      rows: [{ calls: 1 }, { calls: 2 }],
    });
    const { query } = host.asked.at(-1) ?? {};
    assert.deepEqual([query?.plugin, query?.groupings], ['demo/hello/world', ['release', 'outcome']]);
  });

  it('takes times in every form, and none ahead of now', async () => {
    for (const [from, expected] of [
      ['-90s', now + 1 - 90],
      ['1699999300000', 1_699_999_300],
      ['2023-11-14T22:00:00Z', now - 800],
    ] as const) {
      await host.ask('GET', `/v1/usage?from=${from}&to=2030-01-01T00:00:00Z`);
      assert.deepEqual([host.asked.at(-1)?.query.from, host.asked.at(-1)?.query.to], [expected, now + 1]);
    }
  });

  it('widens a long range to hours and days, and an old one to what is kept', async () => {
    for (const [from, to, expected] of [
      ['-365d', 'now', '2022-11-14T00:00:00Z'],
      ['-10d', 'now', '2023-11-04T22:00:00Z'],
      ['-300m', 'now', '2023-11-14T17:13:00Z'],
      ['-10d', '-14399m', '2023-11-04T22:00:00Z'],
    ]) {
      const { json } = await host.ask('GET', `/v1/usage?from=${from}&to=${to}`);
      assert.equal(json.from, expected);
    }
  });

  it('refuses what is no time, step, group or format, with a code', async () => {
    for (const [query, code, detail] of [
      ['from=yesterday', 'invalid_query', /from may be an RFC 3339 time/],
      ['from=2023-11-14', 'invalid_query', /from may be/],
      ['from=99999999999999999', 'invalid_query', /from may be/],
      ['from=-1h&to=-2h', 'invalid_query', /before/],
      ['from=2029-01-01T00:00:00Z&to=2030-01-01T00:00:00Z', 'invalid_query', /ahead/],
      ['step=5m', 'invalid_query', /1s, 1m, 1h, 1d/],
      ['step=__proto__', 'invalid_query', /1s, 1m, 1h, 1d/],
      ['group=plugin,team', 'invalid_query', /group may be plugin, domain/],
      ['group=plugin,plugin', 'invalid_query', /twice/],
      ['format=xml', 'invalid_query', /ndjson/],
      ['prices=1', 'invalid_query', /no parameter "prices"/],
      ['step=1s&from=-1d', 'usage_not_kept', /15 minutes.*step=1m/],
      ['step=1m&from=-4d', 'usage_not_kept', /3 days.*step=1h/],
    ] as const) {
      const { status, json } = await host.ask('GET', `/v1/usage?${query}`);
      assert.deepEqual([status, json.code], [400, code], query);
      assert.match(json.detail, detail);
    }
    assert.equal((await host.ask('GET', `${path}?group=part`)).json.code, 'invalid_query');
    assert.equal((await host.ask('GET', '/v1/plugins/demo/hello/W/usage?from=-1h')).json.code, 'invalid_plugin_id');
  });

  it('passes on what the store refuses', async () => {
    host.answers.push(new NboxError('usage_too_large', 'too many'));
    assert.equal((await host.ask('GET', '/v1/usage?from=-1h')).json.code, 'usage_too_large');
    host.answers.push(new NboxError('usage_busy', { detail: 'busy', retryAfterS: 2 }));
    const busy = await host.ask('GET', '/v1/usage?format=ndjson');
    assert.deepEqual([busy.status, busy.headers['retry-after'], busy.json.code], [503, '2', 'usage_busy']);
  });

  it('streams CSV and lines, a few periods at a time, as a file', async () => {
    host.answers.push('a\r\n', 'b\r\n');
    const from = host.asked.length;
    const csv = await host.ask('GET', '/v1/usage?format=csv&step=1h&from=-4h&group=plugin');
    assert.equal(csv.headers['content-disposition'], 'attachment; filename="nbox-usage.csv"');
    assert.match(csv.headers['content-type'] ?? '', /^text\/csv/);
    const [head, ...lines] = csv.text.split('\r\n');
    assert.match(head ?? '', /^from,to,plugin,calls,failed,coldStarts,waitUs,/);
    assert.deepEqual(lines, ['a', 'b', '']);
    const asked = host.asked.slice(from).map(({ query }) => (query.to - query.from) / 3_600);
    assert.deepEqual(asked, [1, 2, 2]);
    host.answers.push('{}\n');
    const lined = await host.ask('GET', `${path}?format=ndjson`);
    assert.equal(lined.text, '{}\n');
    assert.match(lined.headers['content-type'] ?? '', /^application\/x-ndjson/);
  });
});

describe('POST /v1/usage/cost', () => {
  let host: AdminHost;
  before(async () => {
    host = await AdminHost.start();
  });
  after(() => host.close());
  const ask = (body: unknown) => host.ask('POST', '/v1/usage/cost', { body: JSON.stringify(body) });

  it('asks with a price list, of all or of one plugin', async () => {
    const prices = { currency: 'EUR', callsPerMillion: 0.2, cpuSecond: '0.000011' };
    assert.equal((await ask({ prices, group: 'domain', from: '-30d' })).status, 200);
    assert.deepEqual(host.asked.at(-1)?.options.prices, { currency: 'EUR', callsPerMillion: '0.2', cpuSecond: '0.000011' });
    assert.equal((await ask({ prices, plugin: 'a/b/c' })).status, 200);
    assert.equal(host.asked.at(-1)?.query.plugin, 'a/b/c');
    const csv = await ask({ prices, format: 'csv', group: 'plugin' });
    assert.equal(csv.text, 'from,to,plugin,currency,callsPerMillion,cpuSecond,total\r\n');
    assert.match(csv.headers['content-disposition'] ?? '', /nbox-costs.csv/);
  });

  it('refuses what is no price list, with the field at fault', async () => {
    const of = (prices: unknown, more: object = {}) => ask({ prices, ...more });
    for (const [answer, pointer] of [
      [await of(undefined), '/prices'],
      [await of({ cpuSecond: 1 }), '/prices/currency'],
      [await of({ currency: 'euro' }), '/prices/currency'],
      [await of({ currency: 'EUR', cpuSecond: -1 }), '/prices/cpuSecond'],
      [await of({ currency: 'EUR', cpuSecond: '1e5' }), '/prices/cpuSecond'],
      [await of({ currency: 'EUR', disk: 1 }), '/prices/disk'],
      [await of({ currency: 'EUR' }, { step: '2h' }), '/step'],
      [await of({ currency: 'EUR' }, { from: 'x' }), '/from'],
    ] as const) {
      assert.deepEqual([answer.status, answer.json.code, answer.json.pointer], [400, 'invalid_body', pointer]);
    }
    assert.equal((await of({ currency: 'EUR' }, { plugin: 'a/b' })).json.code, 'invalid_plugin_id');
  });
});

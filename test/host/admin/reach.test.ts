/** What lists show, and what changes of several plugins take, of a token that reaches one domain. */

// biome-ignore-all lint/suspicious/noExplicitAny: answers are read by name

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { hourMs } from '../../../host/hygiene/hourly-sums.ts';
import { divide } from '../../../host/meter/attribution/divide.ts';
import type { UsageRecord } from '../../../host/meter/usage.ts';
import { noteUse } from '../hygiene/note-use.ts';
import { AdminHost } from './admin-host.ts';

const mine = 'demo/hello/world';
const others = 'other/hello/world';

describe('a token that reaches a domain', () => {
  let host: AdminHost;
  let token: string;
  before(async () => {
    host = await AdminHost.start();
    for (const plugin of [mine, others]) {
      await host.push({ source: plugin }, { path: `/v1/plugins/${plugin}` });
      await host.ask('PUT', `/v1/budgets/${plugin}`, { body: '{"window":"1m","calls":1}' });
      host.budgets.of(plugin)?.take(host.budgets.now());
      host.breakerOf(plugin).kill(0);
    }
    await host.ask('PUT', '/v1/budgets/demo', { body: '{"window":"1m","calls":9}' });
    const body = JSON.stringify({ name: 'mine', scope: 'admin', reach: 'demo' });
    token = (await host.ask('POST', '/v1/tokens', { body })).json.token;
  });
  after(() => host.close());

  const get = async (path: string): Promise<any> => {
    const { status, json } = await host.ask('GET', path, { token });
    assert.equal(status, 200, path);
    return json;
  };
  const post = (path: string, body: object) => host.ask('POST', path, { token, body: JSON.stringify(body) });
  const plugins = (rows: readonly { plugin: string }[]) => rows.map(({ plugin }) => plugin);

  it('sees its plugins, and no others', async () => {
    assert.deepEqual(plugins((await get('/v1/plugins')).plugins), [mine]);
  });

  it('sees their breakers', async () => {
    assert.deepEqual(plugins((await get('/v1/breakers')).breakers), [mine]);
  });

  it('sees their hints, and those of lanes and hosts, which are of nobody', async () => {
    const { plugins: hints, lanes, host: own } = await get('/v1/hints');
    assert.deepEqual([Object.keys(hints), Object.keys(lanes), own.replicas], [[mine], ['standard'], 2]);
  });

  it('sees the budgets at or below its reach, and what has become of them', async () => {
    const { budgets, events } = await get('/v1/budgets');
    assert.deepEqual(
      budgets.map(({ scope }: any) => scope),
      ['demo', mine],
    );
    assert.ok(events.length > 0);
    assert.ok(events.every(({ scope }: any) => scope.startsWith('demo')));
  });

  it('sets budgets below its reach, and lifts none that it is held to itself', async () => {
    const put = (scope: string) => host.ask('PUT', `/v1/budgets/${scope}`, { token, body: '{"window":"1m","calls":100}' });
    assert.equal((await put('demo/hello')).status, 201);
    for (const scope of ['demo', 'other', 'other/hello']) assert.equal((await put(scope)).json.code, 'forbidden', scope);
    assert.equal((await host.ask('DELETE', '/v1/budgets/demo', { token })).json.code, 'forbidden');
    assert.equal((await host.ask('DELETE', '/v1/budgets/demo/hello', { token })).status, 204);
  });

  it('sees their usage, and the sums of all as everybody does', async () => {
    for (const plugin of [mine, others]) host.totals.record({ ...record, plugin });
    const parts = { ingress: 1, executors: 1, builder: 1 };
    const used = { callsUs: 1, pushesUs: 1 };
    const bookings = { plugins: new Map([mine, others].map((plugin) => [plugin, used])), parts };
    host.account.divided(divide({ from: 0, to: 1, lengthMs: 1 }, bookings, { plugins: new Map(), parts, totalBytes: 3 }, 9));
    const usage = await get('/v1/usage');
    assert.deepEqual(plugins(usage.plugins), [mine]);
    assert.deepEqual([plugins(usage.division.plugins), plugins(usage.sinceStart.plugins)], [[mine], [mine]]);
    assert.equal(usage.removed.calls, 0);
    assert.equal((await host.ask('GET', `/v1/plugins/${others}/usage`, { token })).json.code, 'forbidden');
  });

  it('has stored usage and costs added up of what is within it', async () => {
    const queryOf = async (asked: Promise<{ status: number; text: string }>) => {
      const { status, text } = await asked;
      assert.equal(status, 200, text);
      const { plugin, below } = host.asked.at(-1)?.query ?? {};
      return [plugin, below];
    };
    assert.deepEqual(await queryOf(host.ask('GET', '/v1/usage?step=1h')), [undefined, undefined]);
    assert.deepEqual(await queryOf(host.ask('GET', '/v1/usage?step=1h', { token })), [undefined, 'demo']);
    assert.deepEqual(await queryOf(host.ask('GET', `/v1/plugins/${mine}/usage?step=1h`, { token })), [mine, undefined]);
    const prices = { currency: 'EUR', cpuSecond: 1 };
    assert.deepEqual(await queryOf(post('/v1/usage/cost', { prices })), [undefined, 'demo']);
    assert.deepEqual(await queryOf(post('/v1/usage/cost', { prices, plugin: mine })), [mine, undefined]);
    assert.equal((await post('/v1/usage/cost', { prices, plugin: others })).json.code, 'forbidden');
    const body = JSON.stringify({ name: 'one', scope: 'read', reach: mine });
    const { json } = await host.ask('POST', '/v1/tokens', { body });
    assert.deepEqual(await queryOf(host.ask('GET', '/v1/usage?step=1h', { token: json.token })), [mine, undefined]);
    await host.ask('DELETE', `/v1/tokens/${json.id}`);
  });

  it('sees what of its plugins wants a look', async () => {
    host.uses.look();
    for (const plugin of [mine, others]) noteUse(host.uses, { plugin, startedAt: host.now, caller: 'header:shop' });
    host.now += 40 * 24 * hourMs;
    const { unused, callers } = await get('/v1/hygiene');
    assert.deepEqual([plugins(unused), plugins(callers)], [[mine], [mine]]);
  });

  it('is told of its plugins, and of what is of none', async () => {
    const headers = { authorization: `Bearer ${token}` };
    const sent = request({ host: '127.0.0.1', port: host.port, path: '/v1/events', agent: false, headers });
    sent.end();
    const [reply] = (await once(sent, 'response')) as [IncomingMessage];
    host.events.emit('push', { plugin: others });
    host.events.emit('push', { plugin: mine });
    host.events.emit('executor_lost', { lane: 'standard' });
    let text = '';
    for await (const chunk of reply.setEncoding('utf8')) {
      text += chunk;
      if (text.includes('executor_lost')) break;
    }
    assert.ok(text.includes(mine));
    assert.ok(!text.includes(others));
  });

  it('pushes several plugins where all of them are its own', async () => {
    const both = await post('/v1/plugins', {
      plugins: [
        { plugin: 'demo/a/b', source: '1' },
        { plugin: 'other/a/b', source: '2' },
      ],
    });
    assert.deepEqual([both.status, both.json.code, both.json.pointer], [403, 'forbidden', '/plugins/1']);
    assert.equal(host.registry.get('demo/a/b'), undefined);
    assert.equal((await post('/v1/plugins', { plugins: [{ plugin: 'demo/a/b', source: '1' }] })).status, 201);
  });

  it('makes and sees tokens within its reach', async () => {
    assert.equal((await post('/v1/tokens', { name: 'below', scope: 'read', reach: 'demo/hello' })).status, 201);
    assert.equal((await post('/v1/tokens', { name: 'beside', scope: 'read', reach: 'other' })).json.code, 'forbidden');
    assert.deepEqual(
      (await get('/v1/tokens')).tokens.map(({ name }: any) => name),
      ['below', 'mine'],
    );
  });

  it('does not tell plugins that are there from such as are not', async () => {
    const answers = await Promise.all(['other/hello/world', 'other/no/such'].map((id) => host.ask('GET', `/v1/plugins/${id}`, { token })));
    assert.deepEqual(
      answers.map(({ status, json }) => [status, json.code, json.title]),
      Array(2).fill([403, 'forbidden', 'The token may not do this']),
    );
  });
});

const record: UsageRecord = {
  ...{ plugin: mine, release: 1, interface: 'fetch', executor: 1, lane: 'standard', startedAt: 1, outcome: 'ok', waitUs: 1, cpuUs: 1 },
  ...{ initUs: 0, wallUs: 1, steps: 1, memoryPeakBytes: 1, hostCalls: 0, bytesIn: 0, bytesOut: 0 },
} as unknown as UsageRecord;

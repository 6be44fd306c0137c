/** host/admin/logs.ts */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { said } from '../logs/said.ts';
import { AdminHost, token } from './admin-host.ts';

const plugin = 'demo/hello/world';
const path = `/v1/plugins/${plugin}/logs`;

describe('GET …/logs', () => {
  let host: AdminHost;
  before(async () => {
    host = await AdminHost.start();
    await host.push({ source: 'one' });
  });
  after(() => host.close());

  const events = { accept: 'text/event-stream' };
  /** A stream, whose caller destroys it. */
  async function stream(query = '', headers: Record<string, string> = {}): Promise<IncomingMessage> {
    const { port } = host;
    const sent = request({ port, path: path + query, agent: false, headers: { ...events, authorization: `Bearer ${token}`, ...headers } });
    sent.on('error', () => undefined).end();
    const [reply] = await once(sent, 'response');
    return reply.setEncoding('utf8');
  }
  /** What comes until this does. */
  async function until(reply: IncomingMessage, pattern: RegExp): Promise<string> {
    let text = '';
    while (!pattern.test(text)) [text] = [text + (await once(reply, 'data'))[0]];
    return text;
  }

  it('gives the last entries, and where to go on', async () => {
    const empty = (await host.ask('GET', path)).json;
    assert.deepEqual(empty, { plugin, entries: [], gap: false, next: empty.next });
    for (const text of ['a', 'b', 'c']) host.logs.write(plugin, said(text));
    const { json } = await host.ask('GET', `${path}?limit=2`);
    const { sequence, ...first } = json.entries[0];
    assert.deepEqual(first, {
      ...{ kind: 'line', at: '2023-11-14T22:13:20.000Z', release: 1, preview: null, for: null, interface: 'fetch', call: 'a-call' },
      ...{ executor: 1, level: 'info', text: 'b', cut: false, last: false },
    });
    assert.deepEqual((await host.ask('GET', `${path}?since=${sequence}`)).json.entries.length, 1);
    assert.deepEqual((await host.ask('GET', `${path}?since=${json.next}`)).json.entries, []);
    assert.equal((await host.ask('GET', `${path}?since=1`)).json.gap, true);
    assert.equal((await host.ask('GET', `${path}?call=a-ca&level=info&contains=c&release=1`)).json.entries.length, 1);
  });

  it('is for those with the token, and of plugins that are there or have said something', async () => {
    assert.equal((await host.ask('GET', path, { token: false })).status, 401);
    assert.equal((await host.ask('GET', '/v1/plugins/demo/hello/nobody/logs')).json.code, 'no_such_plugin');
    host.logs.write('demo/hello/draft', said('x'));
    assert.equal((await host.ask('GET', '/v1/plugins/demo/hello/draft/logs')).status, 200);
  });

  for (const query of [
    ...['limit=1001', 'limit=-1', 'limit=', 'limit=1e2', 'limit=1&limit=2', 'level=loud', 'release=0', 'release=99999999999', 'since=x'],
    ...['since=99999999999999999', 'call=', `call=${'x'.repeat(65)}`, `contains=${'x'.repeat(201)}`, 'preview=', 'from=x', 'lines=3'],
  ]) {
    it(`refuses ${query.slice(0, 30)}`, async () => {
      for (const headers of [{}, events]) {
        const { status, json } = await host.ask('GET', `${path}?${query}`, { headers });
        assert.deepEqual([status, json.code], [400, 'invalid_query']);
        assert.match(json.detail, new RegExp(query.split('=')[0] as string));
      }
    });
  }

  it('refuses a Last-Event-ID that is none', async () => {
    const { status, json } = await host.ask('GET', path, { headers: { ...events, 'last-event-id': '1; drop' } });
    assert.deepEqual([status, json.code], [400, 'invalid_query']);
    assert.match(json.detail, /Last-Event-ID/);
  });

  it('is a stream of events for those who accept that', async () => {
    const reply = await stream('?limit=1');
    assert.equal(reply.headers['content-type'], 'text/event-stream; charset=utf-8');
    const first = await until(reply, /"c".*\n\n$/);
    assert.match(first, /^id: \d+\n\nid: \d+\nevent: line\ndata: \{.*"text":"c".*\}\n\n$/);
    host.logs.write(plugin, said('new\n\nevent: line\ndata: {"forged":true}\n\n'));
    const [, id, data] = /^id: (\d+)\nevent: line\ndata: (.*)\n\n$/.exec(await until(reply, /\n\n$/)) ?? [];
    assert.match(JSON.parse(data as string).text, /^new\n\nevent: line\n/);
    reply.destroy();
    host.logs.write(plugin, said('meanwhile'));
    const resumed = await stream('', { 'last-event-id': id as string });
    const text = await until(resumed, /"meanwhile"/);
    assert.equal(text.match(/^event: line$/gm)?.length, 1);
    resumed.destroy();
  });

  it('HEAD opens no stream', async () => {
    const before = host.tails.size;
    const { status, headers, text } = await host.ask('HEAD', path, { headers: events });
    assert.deepEqual([status, headers['content-type'], text], [200, 'text/event-stream; charset=utf-8', '']);
    assert.equal(host.tails.size, before);
    assert.equal((await host.ask('HEAD', path)).status, 200);
  });

  it('frees its place when its client leaves, and has so many', async () => {
    while (host.tails.size > 0) await new Promise(setImmediate);
    const open = await Promise.all(Array.from({ length: 32 }, () => stream()));
    const { status, json, headers } = await host.ask('GET', path, { headers: events });
    assert.deepEqual([status, json.code, headers['retry-after']], [429, 'too_many_tails', '10']);
    for (const reply of open) reply.destroy();
    while (host.tails.size > 0) await new Promise(setImmediate);
    (await stream()).destroy();
  });
});

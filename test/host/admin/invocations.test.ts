/** host/admin/invocations.ts: what it takes, and how it says what came of it. */

import assert from 'node:assert/strict';
import { CallError, nothingSpent } from '../../../host/dispatch/dispatch.ts';
import { AdminHost, type Answer } from './admin-host.ts';

const path = '/v1/plugins/demo/hello/world/invocations';

describe('POST /v1/plugins/:domain/:group/:name/invocations', () => {
  let host: AdminHost;
  before(async () => {
    host = await AdminHost.start();
    host.interfaces.push('queue', 'scheduled', 'queue:Other', 'rpc:default.total');
    await host.push({ source: 'one' });
  });
  after(() => host.close());

  const post = (body: unknown): Promise<Answer> =>
    host.ask('POST', path, {
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  it('makes an event of what is given, and fills in the rest', async () => {
    host.replies.push({ messages: [{ outcome: 'ack' }, { outcome: 'retry' }] });
    const messages = [{ body: 'AP8H', contentType: 'bytes', attempts: 2, timestamp: 5, id: 'b' }, { body: null }];
    assert.equal((await post({ interface: 'queue', entrypoint: 'Other', queue: 'q', messages })).status, 200);
    const call = host.made.pop();
    assert.deepEqual([call?.interface, call?.idempotent, call?.body], ['queue:Other', false, undefined]);
    const event = JSON.parse(call?.head ?? '');
    assert.deepEqual(event.messages[0], { id: 'b', timestamp: 5, attempts: 2, bytes: 'AP8H' });
    const { id, timestamp, ...rest } = event.messages[1];
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.ok(Math.abs(timestamp - Date.now()) < 60_000);
    assert.deepEqual(rest, { attempts: 1, body: null });
  });

  it('knows how many hosts it has been through', async () => {
    const ask = (hops: string) =>
      host.ask('POST', path, { headers: { 'content-type': 'application/json', 'cdn-loop': hops }, body: '{"interface":"scheduled"}' });
    assert.equal((await ask('nbox')).status, 200);
    assert.equal(host.made.pop()?.hops, 'nbox');
    assert.equal((await ask(Array(16).fill('nbox').join())).json.code, 'loop_detected');
    assert.equal(host.made.length, 0);
  });

  it('tells what a failed batch had decided', async () => {
    const outcome = { messages: [{ outcome: 'ack' as const }, { outcome: 'retry' as const }] };
    host.replies.push(new CallError('plugin_error', 'Error: x', nothingSpent, { outcome }));
    const { status, json } = await post({
      interface: 'queue',
      queue: 'q',
      messages: [
        { id: '1', body: 1 },
        { id: '2', body: 2 },
      ],
    });
    assert.equal(status, 502);
    assert.deepEqual([json.code, json.detail], ['plugin_error', 'Error: x']);
    assert.deepEqual(json.messages, [
      { id: '1', outcome: 'ack' },
      { id: '2', outcome: 'retry' },
    ]);
  });

  it('names the interfaces that there are', async () => {
    const { status, json } = await post({ interface: 'scheduled', entrypoint: 'Other' });
    assert.deepEqual([status, json.code], [404, 'no_such_interface']);
    assert.equal(json.detail, 'The plugin has no scheduled:Other; it has fetch, queue, scheduled, queue:Other, rpc:default.total');
  });

  const message = { body: 1 };
  for (const [what, body, pointer] of [
    ['nothing', {}, '/interface'],
    ['fetch', { interface: 'fetch' }, '/interface'],
    ['an unknown field', { interface: 'scheduled', crom: 'x' }, '/crom'],
    ['a time that is none', { interface: 'scheduled', scheduledTime: 'now' }, '/scheduledTime'],
    ['no queue', { interface: 'queue', messages: [message] }, '/queue'],
    ['no message', { interface: 'queue', queue: 'q', messages: [] }, '/messages'],
    ['too many messages', { interface: 'queue', queue: 'q', messages: Array.from({ length: 101 }, () => message) }, '/messages'],
    ['bytes that are no base64', { interface: 'queue', queue: 'q', messages: [{ body: '!', contentType: 'bytes' }] }, '/messages/0/body'],
    ['no attempt', { interface: 'queue', queue: 'q', messages: [{ body: 1, attempts: 0 }] }, '/messages/0/attempts'],
    ['no method', { interface: 'rpc' }, '/method'],
    ['a method that is no name', { interface: 'rpc', method: 'a.b' }, '/method'],
    ['arguments that are no list', { interface: 'rpc', method: 'total', args: {} }, '/args'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { status, json } = await post(body);
      assert.deepEqual([status, json.code, json.pointer], [400, 'invalid_body', pointer], JSON.stringify(json));
    });
  }

  it('refuses what is no JSON, too large, or for no plugin', async () => {
    assert.equal((await post('{')).json.code, 'malformed_json');
    assert.equal((await post({ interface: 'rpc', method: 'total', args: ['x'.repeat(1_048_576)] })).json.code, 'request_too_large');
    assert.equal((await host.ask('POST', path.replace('world', 'nobody'))).json.code, 'no_such_plugin');
    assert.equal((await host.ask('POST', `${path}?x=1`)).json.code, 'invalid_query');
  });
});

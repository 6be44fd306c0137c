/** host/cli/invoke.ts, against the real admin API. */

import assert from 'node:assert/strict';
import { CallError, nothingSpent } from '../../../host/dispatch/dispatch.ts';
import { CliHost } from './cli-host.ts';

const plugin = 'demo/hello/world';

describe('nbox invoke', () => {
  let host: CliHost;
  before(async () => {
    host = await CliHost.start();
    host.admin.interfaces.push('scheduled', 'queue', 'rpc:Prices.total', 'rpc:default.total', 'queue:Other');
    assert.equal((await host.admin.push({ source: 'one' })).status, 201);
  });
  after(() => host.close());

  const sent = () => {
    const call = host.admin.made.pop();
    return [call?.interface, JSON.parse(call?.head ?? '')];
  };

  it('calls a scheduled handler', async () => {
    host.admin.replies.push({ noRetry: false });
    const { code, stdout } = await host.run(['invoke', plugin, 'scheduled', '*/5 * * * *', '--time', '2030-01-01T00:00:00Z']);
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout), { plugin, release: 1, interface: 'scheduled', outcome: 'ok', noRetry: false });
    assert.deepEqual(sent(), ['scheduled', { cron: '*/5 * * * *', scheduledTime: 1_893_456_000_000 }]);
  });

  it('calls a queue handler', async () => {
    host.admin.replies.push({ messages: [{ outcome: 'ack' }, { outcome: 'retry', delaySeconds: 3 }] });
    const { stdout } = await host.run(['invoke', plugin, 'queue', 'orders', '-d', '[1, {"a": 2}]', '--entrypoint', 'Other']);
    assert.deepEqual(
      JSON.parse(stdout).messages.map(({ outcome }: { outcome: string }) => outcome),
      ['ack', 'retry'],
    );
    const [name, event] = sent();
    assert.deepEqual([name, event.queue], ['queue:Other', 'orders']);
    assert.deepEqual(
      event.messages.map(({ body }: { body: unknown }) => body),
      [1, { a: 2 }],
    );
  });

  it('calls a method', async () => {
    host.admin.replies.push({ result: 3 }, {});
    assert.equal(JSON.parse((await host.run(['invoke', plugin, 'rpc', 'Prices.total', '-d', '[1, 2]'])).stdout).result, 3);
    assert.deepEqual(sent(), ['rpc:Prices.total', { args: [1, 2] }]);
    assert.equal((await host.run(['invoke', plugin, 'rpc', 'total'])).code, 0);
    assert.deepEqual(sent(), ['rpc:default.total', { args: [] }]);
  });

  it('fails as the call did', async () => {
    host.admin.replies.push(new CallError('plugin_error', 'Error: no price', nothingSpent));
    const { code, stderr } = await host.run(['invoke', plugin, 'rpc', 'total']);
    assert.equal(code, 1);
    assert.match(stderr, /plugin_error: Error: no price/);
    assert.match(
      (await host.run(['invoke', plugin, 'rpc', 'Nobody.total'])).stderr,
      /no_such_interface: The plugin has no rpc:Nobody\.total; it has fetch, scheduled/,
    );
  });

  for (const [what, args, message] of [
    ['an interface that is called by requests', ['fetch'], /"fetch" cannot be invoked/],
    ['a queue without a name', ['queue'], /Name the queue/],
    ['a method without a name', ['rpc'], /Name the method/],
    ['data that is no JSON', ['rpc', 'a.b', '-d', '[1'], /--data is not JSON/],
    ['data that is no array', ['rpc', 'a.b', '-d', '{}'], /must be a JSON array/],
    ['data where there is none', ['scheduled', '-d', '[]'], /--data is for queue and rpc/],
    ['a time where there is none', ['rpc', 'a.b', '--time', '2030-01-01'], /--time is for scheduled/],
    ['a time that is none', ['scheduled', '--time', 'soon'], /--time is "soon"/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { code, stderr } = await host.run(['invoke', plugin, ...args]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    });
  }
});

/** Queue, scheduled and named entry points over the whole host: called by hand through the admin API. */

import assert from 'node:assert/strict';
import { type Problem, RunningHost } from '../support/running-host.ts';

const source = `import { WorkerEntrypoint, env } from 'cloudflare:workers';

interface Env { readonly KEY?: string }
const seen: string[] = [];

export default class extends WorkerEntrypoint<Env> {
  async fetch(request: Request): Promise<Response> {
    return Response.json({ seen, path: new URL(request.url).pathname, same: this.env === env });
  }
  async queue(batch: MessageBatch<{ fail?: boolean; later?: number }>): Promise<void> {
    for (const message of batch.messages) {
      if (message.body.later !== undefined) message.retry({ delaySeconds: message.body.later });
      else message.ack();
      if (message.body.fail) throw new Error('message ' + message.id);
    }
  }
  async scheduled(controller: ScheduledController): Promise<void> {
    seen.push(controller.cron);
    if (controller.cron === 'never') controller.noRetry();
    if (controller.cron === 'spin') for (;;);
    if (controller.cron === 'sleep') await new Promise((resolve) => setTimeout(resolve, 10_000));
    if (controller.cron === 'hang') await new Promise(() => {});
    this.ctx.waitUntil(controller.cron === 'beside' ? Promise.reject(new Error('beside it')) : Promise.resolve());
  }
}

export class Prices extends WorkerEntrypoint {
  async total(...prices: number[]) {
    return { total: prices.reduce((sum, price) => sum + price, 0) };
  }
  deep(levels: number) {
    let value: unknown[] = [];
    for (let i = 0; i < levels; i += 1) value = [value];
    return value;
  }
  long(length: number) {
    return 'x'.repeat(length);
  }
}
`;

describe('invocations', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start(['--expose-errors', 'false']);
    const { interfaces } = await host.push('demo/syntax/all', {
      ...{ source, manifest: { limits: { deadlineMs: 400, requestBytes: 5_000, responseBytes: 20_000 } } },
    });
    assert.deepEqual(interfaces, ['fetch', 'queue', 'scheduled', 'rpc:Prices.total', 'rpc:Prices.deep', 'rpc:Prices.long']);
    await host.push('demo/syntax/cron', {
      source: 'export default { async scheduled(controller, env, ctx) { console.log(controller.cron); } };',
    });
  });
  after(() => host.close());

  // biome-ignore lint/suspicious/noExplicitAny: read by name
  async function invoke(body: unknown, plugin = 'demo/syntax/all'): Promise<any> {
    const answer = await host.admin('POST', `/v1/plugins/${plugin}/invocations`, body);
    return { status: answer.status, ...((await answer.json()) as object) };
  }
  const usageOf = async (plugin = 'demo/syntax/all') =>
    (await (await host.admin('GET', `/v1/plugins/${plugin}/usage`)).json()) as {
      calls: number;
      outcomes: Record<string, number>;
      bytesIn: number;
    };

  it('tell which interfaces there are, wherever plugins are shown', async () => {
    const interfaces = ['fetch', 'queue', 'scheduled', 'rpc:Prices.total', 'rpc:Prices.deep', 'rpc:Prices.long'];
    const [all] = ((await (await host.admin('GET', '/v1/plugins')).json()) as { plugins: { interfaces: string[] }[] }).plugins;
    assert.deepEqual(all?.interfaces, interfaces);
  });

  it('call a scheduled handler', async () => {
    const common = { plugin: 'demo/syntax/all', release: 1, interface: 'scheduled' };
    assert.deepEqual(await invoke({ interface: 'scheduled', cron: '*/5 * * * *', scheduledTime: 1_700_000_000_000 }), {
      ...{ status: 200, ...common, outcome: 'ok', noRetry: false },
    });
    assert.equal((await invoke({ interface: 'scheduled', cron: 'never' })).noRetry, true);
  });

  it('call a queue handler, and say what becomes of each message', async () => {
    const messages = [
      { id: 'a', body: {} },
      { body: { later: 60 }, attempts: 3 },
    ];
    const { status, outcome, messages: done } = await invoke({ interface: 'queue', queue: 'orders', messages });
    assert.deepEqual([status, outcome], [200, 'ok']);
    assert.deepEqual(done[0], { id: 'a', outcome: 'ack' });
    assert.match(done[1].id, /^[0-9a-f-]{36}$/);
    assert.deepEqual([done[1].outcome, done[1].delaySeconds], ['retry', 60]);
  });

  it('call a method of a named entry point', async () => {
    const { result, interface: name } = await invoke({ interface: 'rpc', entrypoint: 'Prices', method: 'total', args: [1, 2, 39] });
    assert.deepEqual([result, name], [{ total: 42 }, 'rpc:Prices.total']);
  });

  it('fail as calls do, and say where in the source', async () => {
    const problem = (await invoke({
      interface: 'queue',
      queue: 'orders',
      messages: [
        { id: 'a', body: {} },
        { id: 'b', body: { fail: true } },
        { id: 'c', body: {} },
      ],
    })) as Problem & { messages: unknown };
    assert.deepEqual([problem.status, problem.code, problem.detail], [502, 'plugin_error', 'Error: message b']);
    assert.deepEqual(problem.position, { file: 'index.ts', line: 14, column: 40 });
    assert.deepEqual(problem.messages, [
      { id: 'a', outcome: 'ack' },
      { id: 'b', outcome: 'ack' },
      { id: 'c', outcome: 'retry' },
    ]);
    const beside = await invoke({ interface: 'scheduled', cron: 'beside' });
    assert.deepEqual([beside.code, beside.detail, beside.noRetry], ['plugin_error', 'Error: beside it', false]);
  });

  it('are held to the limits of calls', async () => {
    for (const [cron, code] of [
      ['spin', /^(cpu_exceeded|loop_budget_exceeded|deadline_exceeded)$/],
      ['sleep', /^deadline_exceeded$/],
      ['hang', /^plugin_error$/],
    ] as const) {
      assert.match((await invoke({ interface: 'scheduled', cron })).code, code, cron);
    }
    assert.equal((await invoke({ interface: 'rpc', entrypoint: 'Prices', method: 'long', args: [30_000] })).code, 'response_too_large');
    const long = 'x'.repeat(6_000);
    assert.equal((await invoke({ interface: 'queue', queue: 'q', messages: [{ body: long }] })).code, 'request_too_large');
  });

  it('give back values as deep as the guest can write them', async () => {
    // Writing them takes time that grows with the square of the depth.
    await host.push('demo/syntax/deep', { source, manifest: { limits: { cpuMs: 20_000, deadlineMs: 30_000 } } });
    const deep = (levels: number) => invoke({ interface: 'rpc', entrypoint: 'Prices', method: 'deep', args: [levels] }, 'demo/syntax/deep');
    const { status, result } = await deep(200);
    assert.equal(status, 200);
    assert.deepEqual((result as unknown[]).flat(198), [[[]]]);
    assert.equal((await deep(9_000)).code, 'plugin_error');
  });

  it('are metered as calls are, each with its interface', async () => {
    const before = await usageOf();
    await invoke({ interface: 'rpc', entrypoint: 'Prices', method: 'total', args: [1] });
    await invoke({ interface: 'scheduled', cron: 'beside' });
    const after = await usageOf();
    assert.equal(after.calls, before.calls + 2);
    assert.equal(after.outcomes['plugin_error'], (before.outcomes['plugin_error'] ?? 0) + 1);
    assert.ok(after.bytesIn > before.bytesIn);
  });

  it('refuse what the plugin has not, and say what it has', async () => {
    const { status, code, detail } = await invoke({ interface: 'queue', queue: 'q', messages: [{ body: 1 }] }, 'demo/syntax/cron');
    assert.deepEqual([status, code, detail], [404, 'no_such_interface', 'The plugin has no queue; it has scheduled']);
    assert.equal((await invoke({ interface: 'rpc', entrypoint: 'Prices', method: 'constructor' })).code, 'no_such_interface');
    assert.equal((await invoke({ interface: 'scheduled' }, 'demo/syntax/none')).code, 'no_such_plugin');
  });

  it('answer no request where there is no fetch', async () => {
    const { status, code } = await host.problem('demo/syntax/cron');
    assert.deepEqual([status, code], [404, 'no_such_interface']);
  });

  it('share their sandbox with requests', async () => {
    await host.push('demo/syntax/shared', {
      source: `let n = 0;
export default { fetch: () => Response.json(n), async scheduled() { n += 1; } } satisfies ExportedHandler;`,
      manifest: {},
    });
    const counts = new Set<string>();
    for (let i = 0; i < 20; i += 1) {
      await invoke({ interface: 'scheduled' }, 'demo/syntax/shared');
      counts.add(await host.text('demo/syntax/shared'));
    }
    assert.ok(
      [...counts].some((n) => Number(n) > 1),
      [...counts].join(),
    );
  });
});

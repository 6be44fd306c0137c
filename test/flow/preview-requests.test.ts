/** Requests to previews over the admin API: what the editor shows of a draft. */

import assert from 'node:assert/strict';
import { RunningHost } from '../support/running-host.ts';

describe('POST …/previews/:id/requests', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start();
  });
  after(() => host.close());

  const previews = '/v1/plugins/demo/draft/one/previews';

  async function make(source: string, manifest?: object): Promise<string> {
    const answer = await host.admin('POST', previews, { source, ...(manifest === undefined ? {} : { manifest }) });
    assert.equal(answer.status, 201, await answer.clone().text());
    return ((await answer.json()) as { preview: { id: string } }).preview.id;
  }
  // biome-ignore lint/suspicious/noExplicitAny: read by name
  async function ask(id: string, request: object): Promise<any> {
    const answer = await host.admin('POST', `${previews}/${id}/requests`, request);
    const json = await answer.json();
    return answer.status === 200 ? json : { status: answer.status, ...(json as object) };
  }

  it('tells the reply, what it cost and what the console said', async () => {
    const id = await make(`export default async (request) => {
      console.log('asked for', new URL(request.url).pathname);
      console.error('by', request.method);
      const headers = { 'x-sent': String(request.headers.get('x-one')) + String(request.headers.get('host')), 'cache-control': 'max-age=5' };
      return new Response('got ' + (await request.text()), { status: 201, headers });
    };`);
    const request = {
      method: 'POST',
      path: '/a/b?c=d',
      headers: [
        ['X-One', '1'],
        ['x-one', '2'],
        ['Host', 'shop.example'],
      ],
      body: 'é',
    };
    const { call, reply, error, stack, usage, logs } = await ask(id, request);
    assert.deepEqual([error, stack], [null, []]);
    assert.deepEqual([reply.status, reply.body, reply.base64, reply.bytes, reply.cut], [201, 'got é', false, 6, false]);
    assert.ok(reply.headers.some(([name, value]: [string, string]) => name === 'x-sent' && value === '1, 2shop.example'));
    assert.ok(reply.headers.some(([name, value]: [string, string]) => name === 'cache-control' && value === 'max-age=5'));
    assert.deepEqual(
      logs.map(({ level, text, call: of }: { level: string; text: string; call: string }) => [level, text, of === call]),
      [
        ['info', 'asked for /a/b', true],
        ['error', 'by POST', true],
      ],
    );
    assert.deepEqual([usage.outcome, usage.bytesIn, usage.bytesOut], ['ok', 2, 6]);
    assert.ok(usage.cpuUs > 0 && usage.wallUs >= usage.cpuUs && usage.memoryPeakBytes > 0 && usage.executor > 0);
  });

  it('tells why it failed, with the stack in the author’s source', async () => {
    const id = await make(
      "function inner() {\n  throw new Error('boom');\n}\nfunction outer() {\n  inner();\n}\nexport default () => {\n  outer();\n};",
    );
    const { reply, error, stack, usage } = await ask(id, {});
    assert.equal(reply, null);
    assert.deepEqual([error.code, error.position.line], ['plugin_error', 2]);
    assert.match(error.detail, /boom/);
    assert.deepEqual(stack.map(({ name, file, line }: { name: string; file: string; line: number }) => [name, file, line]).slice(0, 2), [
      ['inner', 'index.ts', 2],
      ['outer', 'index.ts', 5],
    ]);
    assert.equal(usage.outcome, 'plugin_error');
  });

  it('tells where a guard has stopped it', async () => {
    const id = await make('export default () => {\n  for (;;) Math.random();\n};', { limits: { cpuMs: 5_000, loopBudget: 10_000 } });
    const { error, usage } = await ask(id, {});
    assert.deepEqual([error.code, error.position.line, usage.outcome], ['loop_budget_exceeded', 2, 'loop_budget_exceeded']);
  });

  it('shows streams and bytes', async () => {
    const streams = await make(`export default () => {
      let n = 0;
      return new Response(new ReadableStream({ pull(c) { c.enqueue(new TextEncoder().encode('part ' + n)); if (++n === 3) c.close(); } }));
    };`);
    assert.equal((await ask(streams, {})).reply.body, 'part 0part 1part 2');
    const bytes = await make('export default () => new Response(new Uint8Array([255, 0, 1]));');
    const { reply } = await ask(bytes, {});
    assert.deepEqual([reply.body, reply.base64], ['/wAB', true]);
    const long = await make("export default () => 'é'.repeat(300_000);");
    const { reply: cut } = await ask(long, {});
    assert.equal(cut.cut, true);
    assert.ok(cut.body.length < cut.bytes && cut.body.endsWith('é'));
  });

  it('refuses what is no request, and drafts that answer none', async () => {
    const id = await make('export default (request) => request.url;', { limits: { requestBytes: 1_024 } });
    const wrong: [object, number, string, string?][] = [
      [{ method: 'get' }, 400, 'invalid_body', '/method'],
      [{ method: 'CONNECT' }, 400, 'invalid_body', '/method'],
      [{ path: 'a' }, 400, 'invalid_body', '/path'],
      [{ path: '/a b' }, 400, 'invalid_body', '/path'],
      [{ headers: [['a b', 'c']] }, 400, 'invalid_body', '/headers/0'],
      [{ headers: [['a', 'b\r\nc: d']] }, 400, 'invalid_body', '/headers/0'],
      [{ headers: [['host', 'a/b']] }, 400, 'bad_request'],
      [{ body: '*', base64: true }, 400, 'invalid_body', '/body'],
      [{ body: 'x'.repeat(2_000) }, 413, 'request_too_large'],
      [{ url: '/' }, 400, 'invalid_body', '/url'],
    ];
    for (const [request, status, code, pointer] of wrong) {
      const problem = await ask(id, request);
      assert.deepEqual([problem.status, problem.code, problem.pointer], [status, code, pointer], JSON.stringify(request));
    }
    assert.equal((await ask('0123456789abcdef0123', {})).code, 'no_such_preview');
    const queue = await make('export default { queue(batch) { batch.ackAll(); } };');
    assert.equal((await ask(queue, {})).code, 'no_such_interface');
  });
});

/** Server-sent events of a running host. */

import assert from 'node:assert/strict';
import { RunningHost, token } from '../support/running-host.ts';

interface Told {
  readonly id: string | undefined;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read it by name
  readonly data: any;
}

/** A reader of events. Ended by its test. */
class Reader {
  readonly #gone = new AbortController();
  readonly #told: Told[] = [];
  #text = '';
  #body!: ReadableStreamDefaultReader<Uint8Array>;

  static async open(running: RunningHost, query = '', headers: Record<string, string> = {}): Promise<Reader> {
    const reader = new Reader();
    const answer = await fetch(`${running.adminUrl}/v1/events${query}`, {
      headers: { authorization: `Bearer ${token}`, ...headers },
      signal: reader.#gone.signal,
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    reader.#body = (answer.body as ReadableStream<Uint8Array>).getReader() as ReadableStreamDefaultReader<Uint8Array>;
    return reader;
  }

  /** The next event of the type; those before it are dropped. */
  async next(type: string): Promise<Told> {
    for (;;) {
      for (let one = this.#told.shift(); one !== undefined; one = this.#told.shift()) if (one.type === type) return one;
      const { done, value } = await this.#body.read();
      assert.equal(done, false, `it ended before ${type} came`);
      this.#text += Buffer.from(value as Uint8Array).toString();
      const parts = this.#text.split('\n\n');
      this.#text = parts.pop() as string;
      for (const part of parts) {
        const [, id, name, data] = /^(?:id: (.*)\n)?event: (.*)\ndata: (.*)$/.exec(part) ?? [];
        if (name !== undefined) this.#told.push({ id, type: name, data: JSON.parse(data as string) });
      }
    }
  }

  /** Resolves when the host ends it. */
  async ended(): Promise<void> {
    while (!(await this.#body.read()).done);
  }

  close(): void {
    this.#gone.abort();
  }
}

describe('/v1/events', () => {
  let running: RunningHost;
  let reader: Reader;

  before(async () => {
    running = await RunningHost.start();
    reader = await Reader.open(running);
  });

  after(() => running.close());

  it('is for those who have the token, and takes known types only', async () => {
    assert.equal((await fetch(`${running.adminUrl}/v1/events`)).status, 401);
    const wrong = await running.admin('GET', '/v1/events?types=push,pull');
    assert.equal(wrong.status, 400);
    const problem = (await wrong.json()) as { code: string; detail: string };
    assert.equal(problem.code, 'invalid_query');
    assert.match(problem.detail, /"pull"/);
  });

  it('tells of pushes, deployments, trips with the breakers, and removals, as they happen', async () => {
    await running.push('demo/live/loops', { source: 'export default () => { for (;;) {} }', manifest: { limits: { cpuMs: 10 } } });
    const deployment = await reader.next('deployment');
    assert.deepEqual(
      [deployment.data.plugin, deployment.data.deployment, deployment.data.releases],
      ['demo/live/loops', 1, [{ number: 1, percentage: 100 }]],
    );
    assert.equal((await reader.next('push')).data.release, 1);
    await running.put('demo/live/loops', 'export default (');
    assert.equal((await reader.next('push')).data.code, 'type_errors');
    await running.text('demo/live/loops');
    const trip = await reader.next('trip');
    assert.deepEqual([trip.data.plugin, trip.data.release, trip.data.trips], ['demo/live/loops', 1, 1]);
    assert.equal((await reader.next('breaker')).data.state, 'slowed');
    await running.admin('DELETE', '/v1/plugins/demo/live/loops');
    assert.equal((await reader.next('removal')).data.plugin, 'demo/live/loops');
  });

  it('tells of an executor that was killed from outside', async () => {
    const { pid, number } = running.host.lanes.executors()[0] as { pid: number; number: number };
    process.kill(pid, 'SIGKILL');
    const { data } = await reader.next('executor_lost');
    assert.deepEqual([data.lane, data.executor, data.cause], ['standard', number, 'died']);
  });

  it('tells what is decided on a rollout', async () => {
    await running.push('demo/live/rolled', 'export default () => 1');
    await running.push('demo/live/rolled', 'export default () => 2');
    assert.equal((await running.admin('POST', '/v1/plugins/demo/live/rolled/rollout', { release: 1 })).status, 201);
    const { data } = await reader.next('rollout');
    assert.deepEqual([data.plugin, data.release, data.state, data.decision], ['demo/live/rolled', 1, 'running', 'started']);
    await running.admin('DELETE', '/v1/plugins/demo/live/rolled');
  });

  it('tells how the host is doing', async () => {
    await running.push('demo/live/works', 'export default () => "hello"');
    await running.text('demo/live/works');
    let overview = await reader.next('overview');
    // One may come between the push and the call.
    const isOld = ({ data }: Told) => data.plugins !== 1 || data.calls === data.failures;
    while (isOld(overview)) overview = await reader.next('overview');
    assert.equal(overview.id, undefined);
    assert.deepEqual(Object.keys(overview.data.lanes[0]), ['lane', 'waiting', 'inFlight', 'executors', 'busy']);
  });

  it('tells of a budget that is used up', async () => {
    await running.push('demo/live/paid', 'export default () => 1');
    assert.equal((await running.admin('PUT', '/v1/budgets/demo/live/paid', { window: '1h', calls: 1 })).status, 201);
    await running.text('demo/live/paid');
    const { at: _, ...data } = (await reader.next('budget')).data;
    assert.deepEqual(data, {
      ...{ kind: 'exceeded', scope: 'demo/live/paid', metric: 'calls', window: '1h', mode: 'soft', limit: 1, used: 1 },
    });
    await running.admin('DELETE', '/v1/plugins/demo/live/paid');
  });

  it('goes on for who comes back after the last event', async () => {
    const first = await Reader.open(running, '?types=push');
    await running.push('demo/live/again', 'export default () => 1');
    const { id } = await first.next('push');
    first.close();
    await running.push('demo/live/again', 'export default () => 2');
    const second = await Reader.open(running, '?types=push', { 'last-event-id': id as string });
    assert.equal((await second.next('push')).data.release, 2);
    second.close();
  });

  it('ends when the host stops, and does not hold it up', async () => {
    const closing = running.host.close();
    await reader.ended();
    await closing;
  });
});

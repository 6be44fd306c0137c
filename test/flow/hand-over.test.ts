/** A plugin's state carried over swaps, over the whole host: by whom, when not, and what a hand-over that fails leaves behind. */

import assert from 'node:assert/strict';
import { type Problem, RunningHost } from '../support/running-host.ts';

interface HandOverProblem extends Problem {
  readonly handover?: { readonly step: string; readonly from: number; readonly position?: { file: string; line: number; column: number } };
}

let plugins = 0;

/** A counter that every test has for itself. */
class Counter {
  readonly plugin = `demo/hand-over/p${++plugins}`;
  readonly #host: RunningHost;

  constructor(host: RunningHost) {
    this.#host = host;
  }

  /** @param version makes it another content, and is told by each call; @param puts what it hands over beside */
  source(version: number, puts = '', top = ''): string {
    return [
      'let count: number = import.meta.hot?.data.count ?? 0;',
      'import.meta.hot?.dispose((data) => {',
      `  data.count = count; ${puts}`,
      '});',
      top,
      `export default () => [${version}, ++count];`,
    ].join('\n');
  }

  put(push: string | object, query = ''): Promise<Response> {
    return this.#host.put(this.plugin, push, query);
  }

  async push(push: string | object, query = ''): Promise<void> {
    const answer = await this.put(push, query);
    assert.ok(answer.ok, await answer.text());
  }

  /** A push that must be refused for the hand-over. */
  async refusal(push: string | object): Promise<HandOverProblem> {
    const answer = await this.put(push);
    const problem = (await answer.json()) as HandOverProblem;
    assert.deepEqual([answer.status, problem.code], [422, 'handover_failed'], JSON.stringify(problem));
    return problem;
  }

  /** Which version answers, and how many calls it knows of. */
  async ask(headers: Record<string, string> = {}): Promise<unknown> {
    const answer = await this.#host.call(`${this.plugin}/`, { headers });
    const body = await answer.text();
    assert.equal(answer.status, 200, body);
    return JSON.parse(body);
  }

  async post(what: string, body: object): Promise<void> {
    const answer = await this.#host.admin('POST', `/v1/plugins/${this.plugin}/${what}`, body);
    assert.ok(answer.ok, await answer.text());
  }
}

describe('hand-over of state', () => {
  let host: RunningHost;
  let counter: Counter;
  before(async () => {
    // One executor: each has a state of its own, and these are to be counted.
    host = await RunningHost.start(['--executors', '1']);
  });
  after(() => host.close());
  beforeEach(() => {
    counter = new Counter(host);
  });

  it('goes from release to release, also over one that does not change it', async () => {
    for (let version = 1; version <= 4; version += 1) {
      await counter.push(counter.source(version));
      assert.deepEqual(await counter.ask(), [version, version]);
    }
    await counter.push(counter.source(5));
    await counter.push(counter.source(6));
    assert.deepEqual(await counter.ask(), [6, 5]);
  });

  it('loses no count and no call while calls come', async () => {
    await counter.push(counter.source(1));
    const counts: number[] = [];
    let going = true;
    const clients = Array.from({ length: 8 }, async () => {
      while (going) {
        const [, count] = (await counter.ask()) as [number, number];
        counts.push(count);
      }
    });
    for (let version = 2; version <= 11; version += 1) {
      await counter.push(counter.source(version));
      assert.equal(((await counter.ask()) as [number, number])[0], version);
    }
    going = false;
    await Promise.all(clients);
    // With those that were asked beside.
    const last = ((await counter.ask()) as [number, number])[1];
    assert.equal(last, counts.length + 11);
    assert.equal(new Set(counts).size, counts.length);
  });

  it('goes on over calls that were begun before, and what they change later is lost', async () => {
    const source = (version: number) => `let count: number = import.meta.hot?.data.count ?? 0;
      import.meta.hot?.dispose((data) => { data.count = count; });
      export default async (request: Request) => {
        if (request.url.endsWith('/slow')) { await new Promise((resolve) => setTimeout(resolve, 600)); count += 100; }
        return [${version}, ++count];
      };`;
    await counter.push(source(1));
    const slow = host.call(`${counter.plugin}/slow`).then((answer) => answer.json());
    assert.deepEqual(await counter.ask(), [1, 1]);
    await counter.push(source(2));
    assert.deepEqual(await counter.ask(), [2, 2]);
    assert.deepEqual(await slow, [1, 102]);
    assert.deepEqual(await counter.ask(), [2, 3]);
  });

  it('is a failure of the push where the old release’s callback throws, with the place; the old one goes on with its state', async () => {
    await counter.push(counter.source(1, 'if (count) throw new Error("not now");'));
    await counter.ask();
    const problem = await counter.refusal(counter.source(2));
    assert.equal(problem.detail, 'Release 1 cannot hand its state over: Error: not now (index.ts:3:44 of release 1)');
    assert.deepEqual(problem.handover, { step: 'dispose', from: 1, position: { file: 'index.ts', line: 3, column: 44 } });
    // It is none of the pushed source's.
    assert.equal(problem.position, undefined);
    assert.deepEqual(await counter.ask(), [1, 2]);
    const shown = (await (await host.admin('GET', `/v1/plugins/${counter.plugin}`)).json()) as { release: { number: number } };
    assert.equal(shown.release.number, 1);
  });

  it('is one where what it gives is nothing that JSON carries, or too much', async () => {
    await counter.push(counter.source(1, 'data.at = { when: [new Date()] };'));
    assert.match(
      (await counter.refusal(counter.source(2))).detail,
      /TypeError: data\.at\.when\[0\] is a date, which JSON cannot carry as it is$/,
    );
    await counter.push(counter.source(3, 'data.text = "x".repeat(300_000);'), '?handover=skip');
    assert.match((await counter.refusal(counter.source(4))).detail, /As JSON, data has more than 262144 bytes$/);
    assert.deepEqual(await counter.ask(), [3, 1]);
  });

  it('is one where the new release throws at what it is given, with the place in what was pushed', async () => {
    await counter.push(counter.source(1));
    await counter.ask();
    const problem = await counter.refusal(counter.source(2, '', 'if (count) throw new Error("given " + count);'));
    assert.match(problem.detail, /^Release 2 does not start with the state of release 1: Error: given 1 \(index\.ts:5:22\)$/);
    assert.deepEqual(problem.position, { file: 'index.ts', line: 5, column: 22 });
    assert.deepEqual(await counter.ask(), [1, 2]);
    await counter.push(counter.source(3));
    assert.deepEqual(await counter.ask(), [3, 3]);
  });

  it('can be left out: handover=skip', async () => {
    await counter.push(counter.source(1, 'throw new Error("never");'));
    await counter.ask();
    await counter.refusal(counter.source(2));
    await counter.push(counter.source(2), '?handover=skip');
    assert.deepEqual(await counter.ask(), [2, 1]);
    await counter.post('rollback?handover=skip', {});
    assert.deepEqual(await counter.ask(), [1, 1]);
    await counter.post('deployments?handover=skip', { releases: [{ number: 2, percentage: 100 }] });
    assert.deepEqual(await counter.ask(), [2, 1]);
    const wrong = await counter.put(counter.source(3), '?handover=no');
    assert.deepEqual([wrong.status, ((await wrong.json()) as Problem).code], [400, 'invalid_query']);
  });

  it('goes to what is rolled back to and to what is deployed, too', async () => {
    await counter.push(counter.source(1));
    await counter.push(counter.source(2));
    await counter.ask();
    await counter.post('rollback', {});
    assert.deepEqual(await counter.ask(), [1, 2]);
    await counter.post('deployments', { releases: [{ number: 2, percentage: 100 }] });
    assert.deepEqual(await counter.ask(), [2, 3]);
    const failing = counter.source(3, 'if (count > 5) throw new Error("full");');
    await counter.push(failing);
    for (let i = 0; i < 3; i += 1) await counter.ask();
    const answer = await host.admin('POST', `/v1/plugins/${counter.plugin}/rollback`, {});
    assert.deepEqual([answer.status, ((await answer.json()) as Problem).code], [422, 'handover_failed']);
    assert.deepEqual(await counter.ask(), [3, 7]);
  });

  it('gives a canary a copy, and nothing more when it is given all calls', async () => {
    await counter.push(counter.source(1));
    await counter.ask();
    await counter.push(counter.source(2), '?percentage=0');
    assert.deepEqual(await counter.ask(), [1, 2]);
    assert.deepEqual(await counter.ask({ 'nbox-release-override': '2' }), [2, 2]);
    assert.deepEqual(await counter.ask(), [1, 3]);
    await counter.post('deployments', { releases: [{ number: 2, percentage: 100 }] });
    assert.deepEqual(await counter.ask(), [2, 3]);
  });

  it('is for plugins whose calls share their state: with isolation by request there is no import.meta.hot', async () => {
    const source = 'const hot = typeof import.meta.hot; let count = import.meta.hot?.data.count ?? 0; export default () => [hot, ++count];';
    await counter.push(counter.source(1));
    await counter.ask();
    await counter.push({ source, manifest: { isolation: 'request' } });
    assert.deepEqual(await counter.ask(), ['undefined', 1]);
    assert.deepEqual(await counter.ask(), ['undefined', 1]);
    await counter.push(counter.source(2));
    assert.deepEqual(await counter.ask(), [2, 1]);
  });

  it('asks nothing of a release that registers nothing, or whose successor does not look', async () => {
    await counter.push('let count = 0; export default () => [1, ++count];');
    await counter.ask();
    await counter.push(counter.source(2, 'throw new Error("never");'));
    assert.deepEqual(await counter.ask(), [2, 1]);
    await counter.push('let count = 0; export default () => [3, ++count];');
    assert.deepEqual(await counter.ask(), [3, 1]);
  });

  it('of several plugins in one push all are handed over, or none is', async () => {
    const other = new Counter(host);
    const bulk = (version: number, top = '') => ({
      plugins: [counter, other].map((one, i) => ({ plugin: one.plugin, source: one.source(version, '', i === 1 ? top : '') })),
    });
    const post = (body: object) => host.admin('POST', '/v1/plugins', body);
    assert.ok((await post(bulk(1))).ok);
    for (const one of [counter, other]) assert.deepEqual(await one.ask(), [1, 1]);
    assert.ok((await post(bulk(2))).ok);
    for (const one of [counter, other]) assert.deepEqual(await one.ask(), [2, 2]);
    const refused = await post(bulk(3, 'if (count) throw new Error("no");'));
    const problem = (await refused.json()) as Problem;
    assert.deepEqual([refused.status, problem.code, problem.pointer], [422, 'handover_failed', '/plugins/1']);
    for (const one of [counter, other]) assert.deepEqual(await one.ask(), [2, 3]);
  });

  it('is there in all files of a project, and when its modules have read the clock', async () => {
    const files = (version: number) => ({
      'nbox.json': '{}',
      'index.ts': `import { Hono } from 'hono'; import { next } from './state.ts'; const at = Date.now();
        export default new Hono().get('/', (c) => c.json([${version}, next(), at > 0]));`,
      'state.ts': `let count: number = import.meta.hot?.data.count ?? 0; if (import.meta.hot) { import.meta.hot.accept(); import.meta.hot.dispose((data) => { data.count = count; }); }
        export const next = () => ++count;`,
    });
    await counter.push({ files: files(1) });
    assert.deepEqual(await counter.ask(), [1, 1, true]);
    await counter.push({ files: files(2) });
    assert.deepEqual(await counter.ask(), [2, 2, true]);
  });

  it('is lost with the executor that had it', async () => {
    await counter.push(counter.source(1));
    assert.deepEqual(await counter.ask(), [1, 1]);
    const [executor] = host.host.lanes.executors();
    process.kill(executor?.pid as number, 'SIGKILL');
    while (host.host.lanes.executors().some(({ pid }) => pid === executor?.pid)) await new Promise(setImmediate);
    await counter.push(counter.source(2));
    assert.deepEqual(await counter.ask(), [2, 1]);
  });
});

describe('hand-over of state, where sandboxes are dropped', () => {
  it('gives nothing of one that was: the new release starts fresh', async () => {
    const host = await RunningHost.start(['--executors', '1', '--evict-after', '1']);
    try {
      const counter = new Counter(host);
      await counter.push(counter.source(1));
      assert.deepEqual(await counter.ask(), [1, 1]);
      while (host.host.lanes.executors().some(({ releases }) => releases > 0)) await new Promise((resolve) => setTimeout(resolve, 20));
      await counter.push(counter.source(2));
      assert.deepEqual(await counter.ask(), [2, 1]);
    } finally {
      await host.close();
    }
  });
});

describe('releases that are resident', () => {
  it('are two of a plugin at most where its deployment has two, and of those replaced none when their calls have ended', async () => {
    const host = await RunningHost.start(['--executors', '1']);
    const name = 'demo/resident/stream';
    const code = (n: number) => `export default (request: Request) => request.url.endsWith('/stream') ? new Response(new ReadableStream({
      start(controller) { setInterval(() => controller.enqueue(new TextEncoder().encode('${n};')), 10); },
    })) : ${n};`;
    const resident = () => host.host.lanes.executors()[0]?.releases ?? 0;
    const manifest = { limits: { streamMs: 600_000 } };
    try {
      const streams: Promise<unknown>[] = [];
      for (let n = 1; n <= 6; n += 1) {
        await host.push(name, { source: code(n), manifest });
        assert.equal(await host.text(`${name}/`), String(n));
        const reader = ((await host.call(`${name}/stream`)).body as ReadableStream<Uint8Array>).getReader();
        await reader.read();
        streams.push(
          (async () => {
            while (!(await reader.read()).done);
          })().catch(() => {}),
        );
        // The one that serves, and the last that was replaced, whose stream goes on.
        while (resident() > 2) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      assert.equal(resident(), 2);
      await Promise.all(streams.slice(0, -2));
      assert.equal((await host.admin('POST', `/v1/plugins/${name}/evict`)).status, 204);
      await streams[4];
      while (resident() > 1) await new Promise((resolve) => setTimeout(resolve, 5));
      const canary = await host.put(name, { source: code(7), manifest }, '?percentage=10');
      assert.equal(canary.status, 201);
      assert.equal(resident(), 2);
      const third = await host.admin('POST', `/v1/plugins/${name}/deployments`, {
        releases: [
          { number: 5, percentage: 30 },
          { number: 6, percentage: 30 },
          { number: 7, percentage: 40 },
        ],
      });
      assert.equal(third.status, 422);
      assert.equal(resident(), 2);
    } finally {
      await host.close();
    }
  });
});

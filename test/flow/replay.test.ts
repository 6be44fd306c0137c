/** Failures that are recorded and run again, and recorded requests that a new release is held against. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../host/cli/run-cli.ts';
import { type Problem, RunningHost, token } from '../support/running-host.ts';

interface FailureItem {
  readonly id: string;
  readonly code: string;
  readonly detail: string;
  readonly release: number;
  readonly request: string;
  readonly position: { file: string; line: number; column: number } | null;
  readonly redacted: string[];
  readonly kept: { actor: string; message: string } | null;
}

interface ReplayAnswer {
  readonly release: number | null;
  readonly outcome: string;
  readonly detail: string | null;
  readonly position: { file: string; line: number } | null;
  readonly same: boolean;
  readonly reply: { status: number; headers: string[]; body: string } | null;
  readonly missed: string[];
}

/** Fails where chance, the clock, a timer's race and another service's answer come together; on line 14. */
const priced = `
export default {
  async fetch(request) {
    const key = request.headers.get('authorization');
    const [price, hurry] = await Promise.all([
      fetch('ORIGIN/price?token=secret-of-mine', { headers: { authorization: key ?? '' } }).then((r) => r.json()),
      new Promise((resolve) => setTimeout(() => resolve(Math.random()), 1)),
    ]);
    const chance = crypto.getRandomValues(new Uint8Array(2));
    const id = crypto.randomUUID();
    const at = Date.now();
    if (chance[0] % 4 === 0) {
      const list = price.list as { amount: number }[];
      throw new Error(\`no \${price.tag} for \${id} at \${at} by \${hurry} and \${chance[1]}, \${list.length}\`);
    }
    return Response.json({ amount: price.list[0].amount });
  },
} as { fetch(request: Request): Promise<Response> };
`;

describe('failures and replays', () => {
  let host: RunningHost;
  let origin: Server;
  let asked = 0;
  /** Answers that a test lets go. */
  const later: (() => void)[] = [];

  before(async () => {
    origin = createServer((req, res) => {
      asked += 1;
      res.setHeader('content-type', 'application/json');
      if (req.url === '/slow') return;
      if (req.url === '/later') {
        later.push(() => res.end('[]'));
        return;
      }
      res.end(JSON.stringify({ tag: `tag-${asked}`, email: 'someone@example.com', list: [{ amount: 7 }] }));
    }).listen(0, '127.0.0.1');
    await once(origin, 'listening');
    host = await RunningHost.start(['--egress-allow', '127.0.0.1']);
  });
  after(async () => {
    await host.close();
    origin.closeAllConnections();
    origin.close();
  });

  const where = () => `127.0.0.1:${(origin.address() as AddressInfo).port}`;
  const manifest = () => ({ egress: [where()], recording: { redact: ['x-customer'] } });
  const push = (plugin: string, source: string, more: object = {}) =>
    host.push(plugin, { source: source.replaceAll('ORIGIN', `http://${where()}`), manifest: { ...manifest(), ...more } });
  const failures = async (plugin: string): Promise<FailureItem[]> =>
    ((await (await host.admin('GET', `/v1/plugins/${plugin}/failures`)).json()) as { failures: FailureItem[] }).failures;
  const replay = async (plugin: string, body: object): Promise<ReplayAnswer> => {
    const answer = await host.admin('POST', `/v1/plugins/${plugin}/replays`, body);
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    return JSON.parse(text) as ReplayAnswer;
  };

  it('a failure under load replays to the same error and line, and the fixed release passes it', async () => {
    const plugin = 'replay/load/priced';
    await push(plugin, priced);
    const statuses: number[] = [];
    const client = async (from: number) => {
      for (let i = from; i < 160; i += 8) {
        const answer = await host.call(`${plugin}/item/${i}?q=${i}`, { headers: { authorization: 'Bearer t0p-secret' } });
        statuses.push(answer.status);
        await answer.arrayBuffer();
      }
    };
    await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(client));
    assert.ok(statuses.filter((status) => status === 502).length > 5, `${statuses}`);
    assert.ok(statuses.filter((status) => status === 200).length > 20);

    const found = await failures(plugin);
    assert.ok(found.length > 0 && found.length <= 20);
    const before = asked;
    for (const failure of found) {
      assert.deepEqual([failure.code, failure.position?.file, failure.position?.line], ['plugin_error', 'index.ts', 14]);
      assert.match(failure.request, /^GET \/item\/\d+\?q=\d+$/);
      const again = await replay(plugin, { failure: failure.id });
      assert.equal(again.detail, failure.detail);
      assert.deepEqual([again.outcome, again.position?.line, again.same, again.release], ['plugin_error', 14, true, 1]);
    }
    assert.equal(asked, before, 'no replay asks the other service');

    const mended = priced.replace(/if \(chance[\s\S]*?\n {4}}\n/, '');
    await push(plugin, mended);
    const [failure] = found as [FailureItem];
    const fixed = await replay(plugin, { failure: failure.id, release: 2 });
    assert.deepEqual([fixed.outcome, fixed.same, fixed.reply?.status, fixed.reply?.body], ['ok', false, 200, '{"amount":7}']);
    // And on a source that is no release.
    const draft = mended.replace('price.list[0].amount', 'price.list[0].amount * 2').replaceAll('ORIGIN', `http://${where()}`);
    const tried = await replay(plugin, { failure: failure.id, source: draft, manifest: manifest() });
    assert.deepEqual([tried.release, tried.reply?.body], [null, '{"amount":14}']);
    assert.equal((await host.call(`${plugin}/`)).headers.get('nbox-release'), '2');
  });

  it('a capsule says what its call was given, but no secret, and runs on a host that has never seen the plugin', async () => {
    const plugin = 'replay/load/priced';
    const [failure] = (await failures(plugin)) as [FailureItem];
    const text = await (await host.admin('GET', `/v1/plugins/${plugin}/failures/${failure.id}`)).text();
    const recorded = JSON.stringify((JSON.parse(text) as { recording: object }).recording);
    for (const secret of ['t0p-secret', 'secret-of-mine', 'someone@example.com', Buffer.from('someone@').toString('base64').slice(0, 8)]) {
      assert.ok(!recorded.includes(secret), secret);
    }
    assert.deepEqual(failure.redacted.toSorted(), ['authorization', 'email', 'token']);
    const capsule = JSON.parse(text) as { plugin: string; files: [string, string][]; recording: { tape: object } };
    await using other = await RunningHost.start().then((one) => ({ one, [Symbol.asyncDispose]: () => one.close() }));
    const ask = (body: object) => other.one.admin('POST', `/v1/plugins/${plugin}/replays`, body);
    const again = (await (await ask({ capsule })).json()) as ReplayAnswer;
    assert.deepEqual([again.outcome, again.detail, again.position?.line, again.same], ['plugin_error', failure.detail, 14, true]);
    // The source is not that of the release any more.
    const forged = { ...capsule, files: [['index.ts', 'export default () => 1']] };
    const problem = (await (await ask({ capsule: forged })).json()) as Problem;
    assert.deepEqual([problem.code, problem.pointer], ['invalid_body', '/capsule/files']);
    const strange = (await (await ask({ capsule: { ...capsule, format: 'nbox-capsule-9' } })).json()) as Problem;
    assert.deepEqual([strange.code, strange.pointer], ['invalid_body', '/capsule/format']);
    const another = (await (await host.admin('POST', '/v1/plugins/replay/load/another/replays', { capsule })).json()) as Problem;
    assert.equal(another.pointer, '/capsule/plugin');
  });

  it('what is kept outlives the host, and its release stays whole; the rest goes', async () => {
    const plugin = 'replay/kept/one';
    const data = host.data;
    await push(plugin, 'export default (r: Request) => { throw new Error(new URL(r.url).pathname) }');
    await host.problem(`${plugin}/a`);
    await host.problem(`${plugin}/b`);
    const [b, a] = (await failures(plugin)) as [FailureItem, FailureItem];
    assert.deepEqual([a.detail, b.detail], ['Error: /a', 'Error: /b']);
    const kept = await host.admin('POST', `/v1/plugins/${plugin}/failures/${a.id}/keep`, { message: 'for later' });
    assert.equal(kept.status, 201);
    await host.host.close();
    host = await RunningHost.start(['--egress-allow', '127.0.0.1'], data);
    const left = await failures(plugin);
    assert.deepEqual(
      left.map(({ id, detail, kept }) => [id, detail, kept?.message]),
      [[a.id, 'Error: /a', 'for later']],
    );
    assert.equal((await replay(plugin, { failure: a.id })).same, true);
    assert.equal((await host.admin('DELETE', `/v1/plugins/${plugin}/failures/${a.id}`)).status, 204);
    assert.equal((await host.admin('DELETE', `/v1/plugins/${plugin}/failures/${a.id}`)).status, 404);
    const gone = (await (await host.admin('POST', `/v1/plugins/${plugin}/replays`, { failure: a.id })).json()) as Problem;
    assert.equal(gone.code, 'no_such_failure');
  });

  it('guards trip again where they tripped', async () => {
    const plugin = 'replay/guards/all';
    const source = `export default {
      async fetch(request: Request) {
        switch (new URL(request.url).pathname) {
          case '/loop': for (let i = 0; ; i += 1) if (i < 0) return 1;
          case '/wait': await new Promise((resolve) => setTimeout(resolve, 60_000)); return 1;
          case '/never': await fetch('ORIGIN/slow'); return 1;
          case '/memory': { const all: number[][] = []; for (;;) all.push(new Array(10_000).fill(1)); }
        }
        return 0;
      },
    }`;
    await push(plugin, source, { limits: { deadlineMs: 300, loopBudget: 1_000_000, memoryMb: 24, cpuMs: 20_000 } });
    const codes = { loop: 'loop_budget_exceeded', wait: 'deadline_exceeded', never: 'deadline_exceeded', memory: 'memory_exceeded' };
    for (const [path, code] of Object.entries(codes)) {
      assert.equal((await host.problem(`${plugin}/${path}`)).code, code);
      const [latest] = (await failures(plugin)) as [FailureItem];
      assert.deepEqual([latest.code, latest.request], [code, `GET /${path}`]);
      const again = await replay(plugin, { failure: latest.id });
      assert.deepEqual([again.outcome, again.same], [code, true], path);
    }
  });

  it('events that fail are kept, too', async () => {
    const plugin = 'replay/events/queue';
    await push(
      plugin,
      `export default { queue(batch: MessageBatch<number>) { for (const { body } of batch.messages) if (body > 1) throw new Error('two'); } }`,
    );
    const event = { interface: 'queue', queue: 'q', messages: [{ body: 1 }, { body: 2 }] };
    assert.equal((await host.admin('POST', `/v1/plugins/${plugin}/invocations`, event)).status, 502);
    const [failure] = (await failures(plugin)) as [FailureItem];
    assert.deepEqual([failure.request, failure.detail], ['queue', 'Error: two']);
    assert.equal((await replay(plugin, { failure: failure.id })).same, true);
  });

  it('a plugin whose manifest says so has nothing recorded', async () => {
    const plugin = 'replay/none/at-all';
    await push(plugin, 'export default () => { throw new Error() }', { recording: { failures: false, requests: 0 } });
    await host.problem(plugin);
    assert.deepEqual(await failures(plugin), []);
  });

  it('a push tells which recorded requests it would answer otherwise, and at what cost; a manifest can have it blocked', async () => {
    const plugin = 'replay/gate/detail';
    const source = (body: string) => `export default {
      async fetch(request: Request) {
        const { pathname } = new URL(request.url);
        const price = (await (await fetch('ORIGIN/price')).json()) as { list: { amount: number }[] };
        ${body}
      },
    }`;
    const first = source('return Response.json({ pathname, amount: price.list[0].amount, at: Date.now(), id: crypto.randomUUID() });');
    await push(plugin, first);
    assert.equal((await host.call(`${plugin}/item?phone=0123`)).status, 200);
    const same = await push(plugin, `${first}\n// the same`);
    const gates = (one: unknown) => (one as { gates: { replay: Record<string, unknown> } }).gates.replay;
    assert.deepEqual([gates(same)['requests'], gates(same)['same'], gates(same)['changed']], [1, 1, []]);
    const { before, after } = gates(same)['cost'] as { before: { steps: number; memoryBytes: number }; after: { steps: number } };
    assert.ok(before.memoryBytes > 0);
    assert.deepEqual(before.steps, after.steps);

    const changed = first.replace('amount: price.list[0].amount', 'amount: price.list[0].amount + 1');
    const report = gates(await push(plugin, changed));
    assert.deepEqual(report['changed'], [{ request: 'GET /item?phone=0000', changes: ['body.amount: 7 → 8'] }]);

    const blocked = { ...manifest(), gates: { replay: 'block' } };
    const body = { source: first.replaceAll('ORIGIN', `http://${where()}`), manifest: blocked };
    const refused = await host.put(plugin, body);
    const problem = (await refused.json()) as Problem & { replay: { changed: object[] } };
    assert.deepEqual([refused.status, problem.code, problem.replay.changed.length], [422, 'replay_changed', 1]);
    assert.equal((await host.call(plugin)).headers.get('nbox-release'), '3');
    const accepted = await host.put(plugin, body, '?accept=replay');
    assert.equal(accepted.status, 201);
    assert.equal(gates(await accepted.json())['accepted'], true);
    // What asks for something new tells nothing.
    const asking = first.replace('/price', '/other');
    assert.equal((gates(await push(plugin, asking))['unanswered'] as object[]).length > 0, true);
  });

  it('what woke a call wakes it again in the same order: timers before answers where they came before', async () => {
    const plugin = 'replay/order/both';
    const source = `export default {
      async fetch(request: Request) {
        const order: string[] = [];
        const first = fetch('ORIGIN/later').then(() => order.push('a'));
        const second = fetch('ORIGIN/later').then(() => order.push('b'));
        const short = new Promise((resolve) => setTimeout(resolve, 1)).then(() => order.push('short'));
        const long = new Promise((resolve) => setTimeout(resolve, 2)).then(() => order.push('long'));
        if (new URL(request.url).pathname === '/timers') { await short; await long; }
        await fetch('ORIGIN/price');
        order.push('price');
        await Promise.all([first, second, short, long]);
        throw new Error(order.join(' '));
      },
    }`;
    await push(plugin, source);
    for (const path of ['timers', 'answers']) {
      const failed = host.problem(`${plugin}/${path}`);
      while (later.length < 2) await once(origin, 'request');
      // The one that was asked for last is answered first, and both after the others.
      const seen = asked;
      if (path === 'timers') while (asked === seen) await once(origin, 'request');
      for (const answer of later.splice(0).reverse()) answer();
      await failed;
      const [failure] = (await failures(plugin)) as [FailureItem];
      if (path === 'timers') assert.match(failure.detail, /^Error: short long/);
      for (let i = 0; i < 3; i += 1) {
        const again = await replay(plugin, { failure: failure.id });
        assert.deepEqual([again.detail, again.same], [failure.detail, true]);
      }
    }
  });

  it('a plugin that floods clock, randomness and answers is kept in part, and says so; the host holds no more of it', async () => {
    const plugin = 'replay/flood/all';
    const source = `export default {
      async fetch(request: Request) {
        const bytes = new Uint8Array(65_536);
        for (let i = 0; i < 50; i += 1) crypto.getRandomValues(bytes);
        for (let i = 0; i < 20_000; i += 1) Date.now();
        const text = 'x'.repeat(200_000);
        for (let i = 0; i < 3; i += 1) await fetch('data:text/plain,' + text).then((r) => r.text());
        for (let i = 0; i < 300; i += 1) await new Promise((resolve) => setTimeout(resolve, 0));
        throw new Error('flooded');
      },
    }`;
    await push(plugin, source, { limits: { cpuMs: 5_000, deadlineMs: 10_000 } });
    const problem = await host.problem(plugin);
    assert.equal(problem.code, 'plugin_error', problem.detail);
    const [failure] = (await failures(plugin)) as [FailureItem & { cut: boolean }];
    assert.equal(failure.cut, true);
    const size = (await (await host.admin('GET', `/v1/plugins/${plugin}/failures/${failure.id}`)).text()).length;
    assert.ok(size < 1_000_000, `${size}`);
    const again = await replay(plugin, { failure: failure.id });
    assert.equal(again.outcome, 'plugin_error', 'it ends, however');
  });

  it('a capsule that was made up does no harm: it is refused, or ends as any call does', async () => {
    const plugin = 'replay/made/up';
    await push(
      plugin,
      'export default async () => { await fetch("ORIGIN/price"); Date.now(); crypto.randomUUID(); throw new Error("no"); }',
    );
    await host.problem(plugin);
    const [failure] = (await failures(plugin)) as [FailureItem];
    // biome-ignore lint/suspicious/noExplicitAny: it is bent in every way
    const capsule = (await (await host.admin('GET', `/v1/plugins/${plugin}/failures/${failure.id}`)).json()) as any;
    const ask = async (bend: (one: typeof capsule) => void): Promise<{ status: number; body: string }> => {
      const bent = structuredClone(capsule);
      bend(bent);
      const answer = await host.admin('POST', `/v1/plugins/${plugin}/replays`, { capsule: bent });
      return { status: answer.status, body: await answer.text() };
    };
    for (const bend of [
      (one: typeof capsule) => (one.recording.ops[0].answer.json = '{'),
      (one: typeof capsule) => (one.recording.tape.times = ['x']),
      (one: typeof capsule) => (one.recording.tape.random = '\u0000'),
      (one: typeof capsule) => (one.recording.body = 'no base64'),
      (one: typeof capsule) => (one.recording.outcome = 'great'),
      (one: typeof capsule) => (one.manifest = { limits: { cpuMs: 1e9 } }),
      (one: typeof capsule) => (one.files = [['../../etc/passwd', 'x']]),
      (one: typeof capsule) => (one.release.hash = 'x'),
      (one: typeof capsule) => (one.more = 1),
    ]) {
      const { status, body } = await ask(bend);
      assert.ok(status === 400 || status === 422, `${bend}: ${status} ${body}`);
    }
    for (const bend of [
      (one: typeof capsule) => (one.recording.ops[0].answer.json = '[1]'),
      (one: typeof capsule) => (one.recording.ops[0].answer.json = '{"status":99,"headers":7}'),
      (one: typeof capsule) => (one.recording.ops = []),
      (one: typeof capsule) => (one.recording.tape.turns = [9e15, -1, 3]),
      (one: typeof capsule) => (one.recording.tape.times = [1]),
      (one: typeof capsule) => (one.recording.tape = null),
      (one: typeof capsule) => (one.recording.head = 'what\nis this'),
      (one: typeof capsule) => (one.recording.interface = 'rpc:__proto__.constructor'),
      (one: typeof capsule) => (one.recording.streams = true),
    ]) {
      const { status, body } = await ask(bend);
      assert.equal(status, 200, `${bend}: ${body}`);
      assert.notEqual((JSON.parse(body) as ReplayAnswer).outcome, 'internal_error', body);
    }
    assert.equal((await host.problem(plugin)).code, 'plugin_error', 'the plugin is called as before');
  });

  it('a few replays run at once; others wait, and are refused where too many do', async () => {
    const plugin = 'replay/many/at-once';
    await push(plugin, 'export default async () => { await fetch("ORIGIN/slow"); }', { limits: { deadlineMs: 300 } });
    await host.problem(plugin);
    const [failure] = (await failures(plugin)) as [FailureItem];
    const asked = Array.from({ length: 60 }, () => host.admin('POST', `/v1/plugins/${plugin}/replays`, { failure: failure.id }));
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    assert.deepEqual([...new Set(statuses)].toSorted(), [200, 503]);
    assert.ok(statuses.filter((status) => status === 200).length >= 36, `${statuses}`);
  });

  it('nbox failures, capsule and replay do it from the command line', async () => {
    const plugin = 'replay/cli/one';
    await push(plugin, 'export default (r: Request) => {\n  throw new Error(r.method);\n}');
    await host.problem(plugin);
    const directory = await mkdtemp(join(tmpdir(), 'nbox-replay-'));
    const run = (...args: string[]) => runCli(args, { cwd: directory, env: { NBOX_URL: host.adminUrl, NBOX_TOKEN: token } });
    const listed = await run('failures', plugin);
    assert.match(listed.stdout, /plugin_error +GET \/ +index\.ts:2 +Error: GET/);
    const [{ id }] = JSON.parse((await run('failures', plugin, '--json')).stdout) as [{ id: string }];
    assert.deepEqual(await run('capsule', plugin, id.slice(0, 8), '--keep', '-m', 'why'), { code: 0, stdout: '', stderr: '' });
    assert.equal((await run('capsule', plugin, id, '-o', 'failed.json')).code, 0);
    assert.equal((await stat(join(directory, 'failed.json'))).mode & 0o777, 0o600);
    const again = await run('replay', 'failed.json');
    assert.deepEqual(
      [again.code, again.stdout.split('\n').slice(0, 2)],
      [1, ['plugin_error on release 1: Error: GET (index.ts:2:13)', 'the same failure']],
    );
    await writeFile(join(directory, 'mended.ts'), 'export default (r: Request) => r.method');
    const mended = await run('replay', id, '--plugin', plugin, '--on', 'mended.ts');
    assert.deepEqual([mended.code, mended.stdout.split('\n')[0]], [0, 'ok on the source: 200']);
    assert.ok(mended.stdout.endsWith('\n\n"GET"\n'), mended.stdout);
    assert.equal((await run('capsule', plugin, id, '--drop')).code, 0);
    for (const args of [
      ['replay', 'nowhere.json'],
      ['replay', 'x', '--plugin', plugin],
      ['capsule', plugin, 'x'],
    ]) {
      const failed = await run(...args);
      assert.ok(failed.code !== 0 && failed.stderr.startsWith('nbox: '), failed.stderr);
    }
    await rm(directory, { recursive: true });
  });
});

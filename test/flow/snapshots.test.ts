/** What sandboxes start from: dropped when idle, made anew for each call, and brought back from the store. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { RunningHost } from '../support/running-host.ts';

async function until(reached: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await reached())) await new Promise((resolve) => setTimeout(resolve, 5));
}

const counter = 'let calls = 0; export default () => ++calls';
const random = 'const id = crypto.randomUUID(), r = Math.random(); let calls = 0; export default () => [id, r, ++calls].join()';
const held = (host: RunningHost) => host.host.lanes.executors().reduce((sum, { releases }) => sum + releases, 0);
const request = { isolation: 'request' };

describe('idle sandboxes', () => {
  for (const [what, flags] of [
    ['after their time', ['--evict-after', '1']],
    ['under memory pressure', ['--executor-memory', '1']],
  ] as const) {
    it(`are dropped ${what}, and come back with their modules' state anew`, async () => {
      const host = await RunningHost.start(flags);
      try {
        await host.push('demo/idle/counter', counter);
        await host.push('demo/idle/random', random);
        await host.push('demo/idle/request', { source: counter, manifest: request });
        assert.equal(await host.text('demo/idle/counter'), '1');
        assert.equal(await host.text('demo/idle/request'), '1');
        const first = await host.text('demo/idle/random');
        await until(() => held(host) === 0);
        // All at once, while no executor holds them.
        const many = (plugin: string) => Promise.all(Array.from({ length: 40 }, () => host.text(plugin)));
        const [counts, each, second] = await Promise.all([
          many('demo/idle/counter'),
          many('demo/idle/request'),
          host.text('demo/idle/random'),
        ]);
        for (const text of counts) assert.match(text, /^[1-9]\d*$/);
        assert.ok(counts.includes('1'));
        assert.deepEqual(new Set(each), new Set(['1']));
        // What must differ from sandbox to sandbox does.
        assert.match(second, /,1"$/);
        assert.notEqual(second.split(',')[0], first.split(',')[0]);
        await until(() => held(host) === 0);
      } finally {
        await host.close();
      }
    });
  }
});

describe('isolation: request', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start();
  });
  after(() => host.close());

  it('no call sees what another has left, one after another or at once', async () => {
    const source = `
      let calls = 0;
      const list: string[] = [];
      const wide = new Uint8Array(2_000_000);
      const behind = new Map<string, number>([['a', 1]]);
      export default async (r: Request) => {
        const before = [++calls, list.length, wide[1_000_000], behind.size, 'left' in globalThis, 'left' in Array.prototype];
        list.push(r.url);
        wide[1_000_000] = 1;
        behind.set(r.url, 1);
        Object.assign(globalThis, { left: 1 });
        Object.assign(Array.prototype, { left: 1 });
        if (r.url.includes('wait')) await new Promise((ok) => setTimeout(ok, 20));
        return [...before, calls, list.length];
      };`;
    await host.push('demo/each/call', { source, manifest: request });
    const expected = '[1,0,0,1,false,false,1,1]';
    for (let i = 0; i < 5; i += 1) assert.equal(await host.text(`demo/each/call/${i}`), expected);
    const paths = Array.from({ length: 30 }, (_, i) => `demo/each/call/${i % 3 === 0 ? 'now' : 'wait'}/${i}`);
    assert.deepEqual(new Set(await Promise.all(paths.map((path) => host.text(path)))), new Set([expected]));
    assert.equal(await host.text('demo/each/call/after'), expected);
  });

  it('nor after a call that a guard has ended, that has thrown, or that goes on after its reply', async () => {
    const source = `
      let calls = 0;
      export default async (r: Request, _env: unknown, ctx: { waitUntil(p: Promise<unknown>): void }) => {
        calls += 1;
        if (r.url.endsWith('/loop')) for (;;) calls += 1;
        if (r.url.endsWith('/never')) await new Promise((ok) => setTimeout(ok, 60_000));
        if (r.url.endsWith('/throw')) throw new Error('thrown');
        if (r.url.endsWith('/later')) ctx.waitUntil(new Promise<void>((ok) => setTimeout(() => { calls += 100; ok(); }, 10)));
        return calls;
      };`;
    const limits = { deadlineMs: 500, loopBudget: 20_000 };
    await host.push('demo/each/guarded', { source, manifest: { ...request, limits } });
    for (const [path, code] of [
      ['loop', 'loop_budget_exceeded'],
      ['never', 'deadline_exceeded'],
      ['throw', 'plugin_error'],
    ] as const) {
      const [problem, ...others] = await Promise.all([
        host.problem(`demo/each/guarded/${path}`),
        ...Array.from({ length: 6 }, () => host.text('demo/each/guarded/ok')),
      ]);
      assert.equal(problem.code, code);
      assert.deepEqual(new Set(others), new Set(['1']), path);
      assert.equal(await host.text('demo/each/guarded/ok'), '1', path);
    }
    for (let i = 0; i < 10; i += 1) assert.equal(await host.text('demo/each/guarded/later'), '1');
    assert.equal(await host.text('demo/each/guarded/ok'), '1');
  });

  it('randomness at the top level is new for each call', async () => {
    await host.push('demo/each/random', { source: random, manifest: request });
    const texts = await Promise.all(Array.from({ length: 12 }, () => host.text('demo/each/random')));
    for (const text of texts) assert.match(text, /,1"$/);
    assert.equal(new Set(texts).size, texts.length);
  });
});

describe("a release's stored snapshot", () => {
  let data: string;
  let host: RunningHost | undefined;
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'nbox-'));
  });
  afterEach(async () => {
    await host?.close();
    host = undefined;
    await rm(data, { recursive: true, force: true });
  });

  /** Runs it on the store's database. */
  function stored<T>(use: (db: DatabaseSync) => T): T {
    const db = new DatabaseSync(join(data, 'nbox.db'), { timeout: 5_000 });
    try {
      return use(db);
    } finally {
      db.close();
    }
  }

  interface Row {
    readonly base: string;
    readonly bytes: Uint8Array | null;
  }
  const row = (name: string): Row | undefined =>
    stored((db) => {
      const found = db.prepare('SELECT base, bytes FROM snapshots WHERE plugin = ?').get(`demo/stored/${name}`);
      return found && ({ ...found } as unknown as Row);
    });
  const source = `
    const who = 'the first';
    const made = new Map([[who, [...who].length]]);
    let calls = 0;
    export default (r: Request) => {
      if (r.url.endsWith('/loop')) for (;;);
      return who + ' ' + made.get('the first') + ' ' + ++calls;
    };`;
  const answer = '"the first 9 1"';

  /** Plugins of these names and isolations, on a host that is closed again. */
  async function push(plugins: Record<string, string>): Promise<void> {
    host = await RunningHost.start([], data);
    for (const [name, isolation] of Object.entries(plugins)) {
      await host.push(`demo/stored/${name}`, { source, manifest: { isolation, limits: { loopBudget: 20_000 } } });
    }
    await host.close();
    host = undefined;
  }

  it('is what a host starts from, and again after a trip', async () => {
    await push({ shared: 'shared', request: 'request' });
    // Whatever evaluated the code now would say something else.
    stored((db) => {
      const { changes } = db.prepare("UPDATE contents SET code = replace(code, 'the first', 'the other')").run();
      assert.equal(changes, 2);
    });
    host = await RunningHost.start([], data);
    for (let round = 0; round < 3; round += 1) {
      for (const plugin of ['demo/stored/shared', 'demo/stored/request']) {
        assert.equal(await host.text(plugin), answer);
        assert.equal((await host.problem(`${plugin}/loop`)).code, 'loop_budget_exceeded');
      }
    }
  });

  it('that is damaged, missing, or over another base is made anew from the code, and stored', async () => {
    const damages: Record<string, (good: Row) => Row | undefined> = {
      garbage: ({ base }) => ({ base, bytes: Buffer.from('garbage') }),
      empty: ({ base }) => ({ base, bytes: new Uint8Array() }),
      short: ({ base, bytes }) => ({ base, bytes: (bytes as Uint8Array).subarray(0, -100) }),
      middle: ({ base, bytes }) => {
        const middle = (bytes as Uint8Array).length >> 1;
        return { base, bytes: Buffer.from(bytes as Uint8Array).fill(0x5a, middle, middle + 16) };
      },
      other: ({ bytes }) => ({ base: 'another', bytes }),
      none: () => ({ base: 'another', bytes: null }),
      missing: () => undefined,
    };
    const names = Object.keys(damages).flatMap((name) => [`${name}-shared`, `${name}-request`]);
    const damageOf = (name: string) => damages[name.slice(0, name.lastIndexOf('-'))] as (good: Row) => Row | undefined;
    await push(Object.fromEntries(names.map((name) => [name, name.slice(name.lastIndexOf('-') + 1)])));
    const good = new Map(names.map((name) => [name, row(name) as Row]));
    stored((db) => {
      for (const [name, was] of good) {
        assert.ok(was.bytes !== null && was.bytes.length > 500);
        const { base, bytes } = damageOf(name)(was) ?? {};
        db.prepare('DELETE FROM snapshots WHERE plugin = ?').run(`demo/stored/${name}`);
        if (base === undefined) continue;
        db.prepare('INSERT INTO snapshots VALUES (?, 1, ?, ?)').run(`demo/stored/${name}`, base, bytes ?? null);
      }
    });
    const running = await RunningHost.start([], data);
    host = running;
    for (const name of names) {
      const answers = await Promise.all(Array.from({ length: 4 }, () => running.text(`demo/stored/${name}`)));
      assert.ok(answers.includes(answer), name);
      for (const one of answers) assert.match(one, name.endsWith('request') ? /^"the first 9 1"$/ : /^"the first 9 \d"$/, name);
      assert.equal((await running.problem(`demo/stored/${name}/loop`)).code, 'loop_budget_exceeded');
      assert.match(await running.text(`demo/stored/${name}`), /^"the first 9 \d"$/, name);
      await until(() => row(name)?.base === good.get(name)?.base);
    }
    await running.close();
    host = undefined;
    for (const name of names) assert.deepEqual(row(name), good.get(name), name);
  });

  it('is none where the modules have read randomness, and each start evaluates them', async () => {
    host = await RunningHost.start([], data);
    await host.push('demo/stored/random', random);
    const first = await host.text('demo/stored/random');
    await host.close();
    assert.equal(row('random')?.bytes, null);
    host = await RunningHost.start([], data);
    const second = await host.text('demo/stored/random');
    assert.notEqual(first, second);
    assert.match(second, /,1"$/);
  });
});

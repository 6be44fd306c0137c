/** AsyncLocalStorage in plugins: every way of going on later keeps its context, and no call sees another's. */

import assert from 'node:assert/strict';
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { RunningHost } from '../support/running-host.ts';

/** Evaluated in the plugin and in Node: the outcomes must be the same. */
const cases: Readonly<Record<string, string>> = {
  'await of a value': 'store.run(1, async () => { await 0; await null; return store.getStore(); })',
  'await of a promise': 'store.run(1, async () => { await tick(); return store.getStore(); })',
  'await of a timer': 'store.run(1, async () => { await sleep(2); return store.getStore(); })',
  'await of a rejection':
    'store.run(1, async () => { try { await Promise.reject(2); } catch (e) { await tick(); return [e, store.getStore()]; } })',
  'await of a thenable':
    'store.run(1, async () => { const seen = []; const v = await { then(f) { seen.push(store.getStore()); f(3); } }; return [v, seen, store.getStore()]; })',
  'await of what throws at once':
    'store.run(1, async () => { try { await (() => { throw 4; })(); } catch (e) { return [e, store.getStore()]; } })',
  'await in await': 'store.run(1, async () => [await (await tick(Promise.resolve(5))), store.getStore()])',
  'await of a sequence': 'store.run(1, async () => [await (0, tick(), 6), store.getStore()])',
  'await in operands and lists': "store.run(1, async () => '' + (await tick(1)) + [await tick(2), store.getStore(), await tick(3)].join())",
  'nothing outside':
    '(async () => { const inner = store.run(1, async () => { await tick(); return store.getStore(); }); const before = store.getStore(); await inner; return [before, await inner, store.getStore()]; })()',
  'runs in runs':
    'store.run(1, async () => { const inner = await store.run(2, async () => { await tick(); return store.getStore(); }); return [inner, store.getStore()]; })',
  'two storages':
    'store.run(1, () => other.run(2, async () => { await tick(); const both = [store.getStore(), other.getStore()]; return store.exit(async () => { await tick(); return [...both, store.getStore(), other.getStore()]; }); }))',
  'then, catch and finally':
    'store.run(1, () => { const seen = []; const note = () => { seen.push(store.getStore()); }; return sleep(1).then(note).then(() => { throw 0; }).catch(note).finally(note).then(() => seen); })',
  'Promise.all, race and allSettled':
    'store.run(1, async () => { await Promise.all([sleep(2), tick()]); const a = store.getStore(); await Promise.race([sleep(1), sleep(5)]); await Promise.allSettled([Promise.reject(1)]); return [a, store.getStore()]; })',
  'timers and microtasks':
    'store.run(1, () => new Promise((resolve) => { const seen = []; queueMicrotask(() => seen.push(store.getStore())); const id = setInterval(() => { seen.push(store.getStore()); if (seen.length > 2) { clearInterval(id); setTimeout((x) => resolve([...seen, store.getStore(), x]), 1, 9); } }, 1); }))',
  'for await':
    'store.run(1, async () => { const seen = []; for await (const x of source(3)) { seen.push([x, store.getStore()]); if (x === 1) continue; await tick(); } return [...seen, store.getStore()]; })',
  'for await with break, label and return':
    'store.run(1, async () => { const seen = []; outer: for (const n of [1, 2]) { inner: for await (const x of source(3)) { if (x === 1) continue inner; if (x === 2) continue outer; seen.push([n, x, store.getStore()]); } } for await (const x of source(2)) if (x === 1) { break; } else seen.push(store.getStore()); seen.push(store.getStore()); return (async () => { for await (const x of source(2)) return [seen, x, store.getStore()]; })(); })',
  'for await that throws':
    'store.run(1, async () => { try { for await (const x of failing()) store.getStore(); } catch (e) { return [e, store.getStore()]; } })',
  'for await over promises':
    'store.run(1, async () => { const seen = []; for await (const x of [sleep(1), 2]) seen.push(store.getStore()); return seen; })',
  'an async generator':
    'store.run(1, async () => { const seen = []; async function* g() { seen.push(store.getStore()); await sleep(1); seen.push(store.getStore()); yield tick(1); seen.push(store.getStore()); yield* inner(); seen.push(store.getStore()); return tick(2); } async function* inner() { await sleep(1); yield store.getStore(); } const values = []; const it = g(); for (let s = await it.next(); !s.done; s = await it.next()) values.push(s.value); return [seen, values, store.getStore()]; })',
  enterWith:
    '(async () => { store.enterWith(1); await tick(); const a = store.getStore(); store.enterWith(2); await sleep(1); return [a, store.getStore()]; })()',
  'bind and snapshot':
    'store.run(1, async () => { const bound = AsyncLocalStorage.bind(() => store.getStore()); const run = AsyncLocalStorage.snapshot(); return store.run(2, async () => { await tick(); return [bound(), run(() => store.getStore()), run((a, b) => a + b, 1, 2), store.getStore()]; }); })',
  'a resource':
    'store.run(1, () => { const resource = new AsyncResource("t"); return store.run(2, async () => { await tick(); return [resource.runInAsyncScope(function (a) { return [this.x, a, store.getStore()]; }, { x: 3 }, 4), resource.bind(() => store.getStore())(), store.getStore()]; }); })',
  'a default': 'new AsyncLocalStorage({ defaultValue: 7, name: "n" }).getStore()',
  disable: 'store.run(1, () => { store.disable(); return store.getStore(); })',
  'what run returns and throws':
    '[store.run(1, (a, b) => a + b, 2, 3), (() => { try { store.run(1, () => { throw 5; }); } catch (e) { return [e, store.getStore()]; } })()]',
  'methods and classes':
    'store.run(1, async () => { class A { static async s() { await tick(); return store.getStore(); } async m() { return [await A.s(), await this.#p()]; } async #p() { await tick(); return store.getStore(); } } return new A().m(); })',
};

const support = `
  const store = new AsyncLocalStorage(), other = new AsyncLocalStorage();
  const tick = async (value) => { await null; return value; };
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  async function* source(n) { for (let i = 0; i < n; i += 1) { await sleep(1); yield i; } }
  async function* failing() { yield 1; await tick(); throw 8; }
`;

const plugin = `
  import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
  ${support}
  const cases = { ${Object.entries(cases)
    .map(([name, text]) => `${JSON.stringify(name)}: () => ${text}`)
    .join(',\n')} };
  export default async (request) => (await cases[decodeURIComponent(new URL(request.url).pathname.slice(1))]()) ?? '<undefined>';`;

const runInNode = (text: string): Promise<unknown> =>
  new Function('AsyncLocalStorage', 'AsyncResource', `${support} return (async () => ${text})();`)(AsyncLocalStorage, AsyncResource);

describe('AsyncLocalStorage in plugins', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start(['--executors', '1']);
    await host.push('flow/context/cases', { files: { 'index.js': plugin } });
  });
  after(() => host.close());

  for (const [name, text] of Object.entries(cases)) {
    it(`is as in Node: ${name}`, async () => {
      const inNode = JSON.parse(JSON.stringify((await runInNode(text)) ?? '<undefined>'));
      assert.deepEqual(JSON.parse(await host.text(`flow/context/cases/${encodeURIComponent(name)}`)), inNode);
    });
  }

  it('keeps calls apart that wait in one sandbox at the same time', async () => {
    await host.push('flow/context/apart', {
      files: {
        'index.js': `
          import { AsyncLocalStorage } from 'node:async_hooks';
          const store = new AsyncLocalStorage();
          let running = 0, most = 0;
          const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
          async function* ticks(n) { for (let i = 0; i < n; i += 1) { await sleep(i % 3); yield i; } }
          export default async (request) => {
            const id = new URL(request.url).pathname;
            const began = store.getStore() ?? 'empty';
            most = Math.max(most, ++running);
            const seen = new Set();
            const look = () => seen.add(store.getStore());
            store.enterWith(id);
            for (let i = 0; i < 10; i += 1) { await sleep(i % 4); look(); await null; look(); }
            for await (const _ of ticks(5)) look();
            await Promise.all([sleep(1).then(look), new Promise((resolve) => setTimeout(() => { look(); resolve(); }, 2))]);
            look();
            running -= 1;
            return { id, began, seen: [...seen], most };
          };`,
      },
    });
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, i) => JSON.parse(await host.text(`flow/context/apart/${i}`)) as { most: number }),
    );
    for (const [i, { most: _, ...answer }] of answers.entries()) {
      assert.deepEqual(answer, { id: `/${i}`, began: 'empty', seen: [`/${i}`] });
    }
    assert.ok(Math.max(...answers.map(({ most }) => most)) > 1, 'the calls ran one after another');
  });

  it("carries Hono's context storage", async () => {
    await host.push(
      'flow/context/hono',
      `
      import { Hono } from 'hono';
      import { contextStorage, getContext } from 'hono/context-storage';
      type Env = { Variables: { user: string } };
      const app = new Hono<Env>();
      app.use(contextStorage());
      app.use(async (c, next) => { c.set('user', c.req.query('user') ?? ''); await next(); });
      const greet = async () => { await new Promise((resolve) => setTimeout(resolve, 2)); return 'hi ' + getContext<Env>().var.user; };
      app.get('/', async (c) => c.text(await greet()));
      export default app;`,
    );
    const names = ['ann', 'bob', 'cyd'];
    assert.deepEqual(
      await Promise.all(names.map((name) => host.text(`flow/context/hono/?user=${name}`))),
      names.map((name) => `hi ${name}`),
    );
  });

  it('tells places in the source as it was written', async () => {
    const source = (first: string) => `${first}\nexport default async () => {\n  await null; await null; throw new Error('here');\n};`;
    await host.push('flow/context/plain', source('const a = 1;'));
    await host.push('flow/context/place', source("import { AsyncLocalStorage } from 'node:async_hooks'; new AsyncLocalStorage();"));
    const { code, position } = await host.problem('flow/context/place');
    assert.deepEqual([code, position?.file, position?.line], ['plugin_error', 'index.ts', 3]);
    assert.deepEqual(position, (await host.problem('flow/context/plain')).position);
  });
});

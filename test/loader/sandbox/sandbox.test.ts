import assert from 'node:assert/strict';
import { defaultLimits } from '../../../guards/limits.ts';
import { Sandbox } from '../../../loader/sandbox/sandbox.ts';
import { StartupError } from '../../../loader/sandbox/startup.ts';
import { callOf, evaluatedPrelude, getHead, guardLine, Notebook, sandboxOf } from '../../support/sandboxes.ts';

const json = '200\n\ncontent-type\napplication/json';

describe('Sandbox', () => {
  it('start(call, head, body) tells the reply with what is left of the loop budget', async () => {
    const { sandbox, notes } = await sandboxOf(
      'export default (r) => { for (let i = 0; i < 10; i++) { if (--F); else T(0) } return new URL(r.url).search }',
    );
    using _ = sandbox;
    const stay = sandbox.start(callOf(7), getHead, undefined);
    assert.equal(stay.stopped, undefined);
    assert.ok(stay.cpuUs > 0);
    assert.deepEqual(notes.take(), [{ kind: 'reply', call: 7, left: 9_999_990, waiting: 0, head: json, body: '"?q=1"' }]);
  });

  it('start(call, head, body) gives bytes and text to the guest as they are', async () => {
    const { sandbox, notes } = await sandboxOf('export default async (r) => [...(await r.bytes())].join()');
    using _ = sandbox;
    sandbox.start(callOf(1), getHead.replace('GET', 'POST'), Buffer.from([0, 255, 7]));
    assert.deepEqual(
      notes.take().map((one) => one.kind === 'reply' && one.body),
      ['"0,255,7"'],
    );
  });

  it('a body with U+0000 crosses whole', async () => {
    const { sandbox, notes } = await sandboxOf('export default () => new Response("a\\0b")');
    using _ = sandbox;
    sandbox.start(callOf(1), getHead, undefined);
    assert.deepEqual(
      notes.take().map((one) => one.kind === 'reply' && one.body),
      ['a\0b'],
    );
  });

  it('a call that waits for a timer goes on when it is fired', async () => {
    const { sandbox, notes } = await sandboxOf(
      'export default async () => { await new Promise((ok) => setTimeout(ok, 1)); return "later" }',
    );
    using _ = sandbox;
    const call = callOf(3);
    sandbox.start(call, getHead, undefined);
    assert.deepEqual([notes.take(), sandbox.pendingTimers], [[], 1]);
    const due = await notes.nextDue();
    assert.equal(due.call, 3);
    sandbox.fire(call, due.timer);
    assert.deepEqual(
      notes.take().map((one) => one.kind === 'reply' && one.body),
      ['"later"'],
    );
  });

  it('forget(call) drops its timers', async () => {
    const { sandbox } = await sandboxOf('export default () => new Promise((ok) => setTimeout(ok, 60_000))');
    using _ = sandbox;
    sandbox.start(callOf(3), getHead, undefined);
    sandbox.forget(4);
    assert.equal(sandbox.pendingTimers, 1);
    sandbox.forget(3);
    assert.equal(sandbox.pendingTimers, 0);
  });

  it('what calls leave behind in timers goes with them', async () => {
    // A megabyte a call: forty of them do not fit.
    const code = 'export default () => { const big = new Uint8Array(1 << 20); setTimeout(() => big, 60_000); return 1 }';
    const { sandbox } = await sandboxOf(code, { memoryMb: 32 });
    using _ = sandbox;
    for (let id = 1; id <= 200; id += 1) {
      assert.equal(sandbox.start(callOf(id), getHead, undefined).stopped, undefined, `call ${id}`);
      sandbox.forget(id);
    }
  });

  it('waitUntil is told as waiting, and as settled when it is', async () => {
    const { sandbox, notes } = await sandboxOf(
      'export default (r, e, ctx) => { ctx.waitUntil(new Promise((ok) => setTimeout(ok, 1))); return 1 }',
    );
    using _ = sandbox;
    const call = callOf(5);
    sandbox.start(call, getHead, undefined);
    assert.deepEqual(
      notes.take().map((one) => one.kind === 'reply' && one.waiting),
      [1],
    );
    sandbox.fire(call, (await notes.nextDue()).timer);
    assert.deepEqual(notes.take(), [{ kind: 'settled', call: 5 }]);
  });

  it('a loop above its budget stops with its site, and spends the sandbox', async () => {
    const { sandbox } = await sandboxOf('export default () => { try { for (;;) { if (--F); else T(12) } } catch {} }');
    using _ = sandbox;
    const limits = { loopBudget: 100, cpuMs: 5_000 };
    const { stopped, left } = sandbox.start(callOf(1, limits), getHead, undefined);
    assert.deepEqual([stopped?.code, stopped?.site], ['loop_budget_exceeded', 12]);
    // One round beyond the budget, as every run of it will count.
    assert.equal(left, -1);
    assert.equal(sandbox.spent, true);
  });

  it('a loop that swallows interrupts in promises is stopped all the same', async () => {
    const { sandbox } = await sandboxOf('export default () => { async function w() { for (;;); } for (;;) w().catch(() => {}) }');
    using _ = sandbox;
    const { stopped } = sandbox.start(callOf(1, { cpuMs: 20 }), getHead, undefined);
    assert.equal(stopped?.code, 'cpu_exceeded');
  });

  it('native code that comes back by itself, but too late, has overdrawn the call’s CPU time', async () => {
    const { sandbox } = await sandboxOf('export default () => Array.prototype.indexOf.call({ length: 3_000_000 }, 1)');
    using _ = sandbox;
    const call = callOf(1, { cpuMs: 5 });
    sandbox.start(call, getHead, undefined);
    assert.ok(call.cpuLeftMs < 0);
  });

  it('a call whose deadline is nearer than its CPU limit stops as deadline_exceeded', async () => {
    const { sandbox } = await sandboxOf('export default () => { for (;;); }');
    using _ = sandbox;
    const { stopped } = sandbox.start(callOf(1, { cpuMs: 5_000, deadlineMs: 20 }), getHead, undefined);
    assert.equal(stopped?.code, 'deadline_exceeded');
  });

  it('a plugin that replaces natives harms only itself', async () => {
    const vandal = `
      const { ownKeys } = Reflect;
      const victims = [Object, Array, String, Promise, Map, Function, Response, Headers, URL].flatMap((one) => [one, one.prototype]);
      const targets = victims.concat([Reflect, JSON, Math]).flatMap((one) => ownKeys(one).map((key) => [one, key]));
      for (let i = 0; i < targets.length; i++) {
        const target = targets[i];
        try { if (target[1] !== 'constructor') target[0][target[1]] = () => { throw new Error('vandal') } } catch {}
      }
      export default () => ({ still: 'here' });`;
    const { sandbox, notes } = await sandboxOf(vandal);
    using _ = sandbox;
    const { stopped } = sandbox.start(callOf(1), getHead, undefined);
    assert.equal(stopped, undefined);
    assert.deepEqual(
      notes.take().map((one) => one.kind === 'reply' && one.body),
      ['{"still":"here"}'],
    );
  });

  it('the guard’s way in is gone before the plugin runs', async () => {
    const { sandbox, notes } = await sandboxOf('const seen = typeof globalThis.__nboxGuard; export default () => seen');
    using _ = sandbox;
    sandbox.start(callOf(1), getHead, undefined);
    assert.deepEqual(
      notes.take().map((one) => one.kind === 'reply' && one.body),
      ['"undefined"'],
    );
  });

  it('two sandboxes of one snapshot have random numbers of their own', async () => {
    const numbers = new Set<unknown>();
    for (let i = 0; i < 3; i += 1) {
      const { sandbox, notes } = await sandboxOf('export default () => Math.random()');
      using _ = sandbox;
      sandbox.start(callOf(1), getHead, undefined);
      numbers.add(notes.take().map((one) => one.kind === 'reply' && one.body)[0]);
    }
    assert.equal(numbers.size, 3);
  });

  it('nothing is left in one sandbox of what another did', async () => {
    const { sandbox } = await sandboxOf('globalThis.stolen = 1; Object.prototype.polluted = 1; export default () => 1');
    using _ = sandbox;
    const { sandbox: other, notes } = await sandboxOf('export default () => [typeof stolen, typeof ({}).polluted]');
    using __ = other;
    other.start(callOf(1), getHead, undefined);
    assert.deepEqual(
      notes.take().map((one) => one.kind === 'reply' && one.body),
      ['["undefined","undefined"]'],
    );
  });

  describe('create(…)', () => {
    const create = async (code: string, limits = {}) =>
      Sandbox.create(
        await evaluatedPrelude(),
        { code: guardLine + code, limits: { ...defaultLimits, ...limits } },
        new Notebook(),
        () => () => {},
      );

    for (const [code, message] of [
      ['throw new RangeError("at the top"); export default 1', /RangeError: at the top/],
      ['export const a = 1', /no default export/],
      ['export default 42', /it is a number/],
      ['export default null', /it is null/],
      ['export default {}', /none of fetch, queue and scheduled/],
      ['await new Promise(() => {}); export default () => 1', /never settles/],
      ['await Promise.reject(new TypeError("late")); export default () => 1', /TypeError: late/],
      ['setTimeout(() => {}, 1); export default () => 1', /top level/],
      ['export default (', /SyntaxError/],
      ['for (;;) { if (--F); else T(3) } export default () => 1', /loopBudget/],
      ['const p = () => { Promise.resolve().then(p) }; p(); export default () => 1', /startupMs/],
      ['const a = []; for (;;) a.push(new ArrayBuffer(1 << 20)); export default () => 1', /memoryMb/],
      ['export default { get fetch() { for (;;); } }', /startupMs/],
      ['throw { get message() { throw 1 }, get stack() { throw 2 } }; export default () => 1', /cannot be read/],
    ] as const) {
      it(`refuses ${code.slice(0, 50)}`, async () => {
        // No machine is so slow that it is the time which ends the others.
        const startupMs = message.source === 'startupMs' ? 50 : 10_000;
        await assert.rejects(create(code, { startupMs, loopBudget: 10_000 }), (error) => {
          assert.ok(error instanceof StartupError, String(error));
          assert.match(error.message, message);
          return true;
        });
      });
    }
  });
});

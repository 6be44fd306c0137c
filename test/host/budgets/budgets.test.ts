/** host/budgets/budgets.ts and the layer over it. */

import assert from 'node:assert/strict';
import { isNboxError } from '../../../guards/errors.ts';
import { parseScope, scopesAbove } from '../../../host/budgets/budget.ts';
import type { BudgetEvent } from '../../../host/budgets/budget-event.ts';
import { budgeted, budgetGate } from '../../../host/budgets/budgeted.ts';
import { Budgets } from '../../../host/budgets/budgets.ts';
import type { Clock } from '../../../host/clock.ts';
import { type Call, CallError, nothingSpent, type Reply, type Spent } from '../../../host/dispatch/dispatch.ts';
import { createLogger } from '../../../host/log.ts';
import type { UsageRecord } from '../../../host/meter/usage.ts';
import { SqliteStore } from '../../../host/store/sqlite-store.ts';
import { TempDir } from '../doubles.ts';

class HandClock implements Clock {
  wall = 1_800_000_000_000;
  monotonic = 5_000;
  now = () => this.wall;
  elapsed = () => this.monotonic;
  goOn(ms: number): void {
    this.wall += ms;
    this.monotonic += ms;
  }
}

const callOf = (plugin: string) => ({ live: { release: { plugin } } }) as unknown as Call;
const recordOf = (plugin: string, cpuUs: number, more: Partial<UsageRecord> = {}) =>
  ({ plugin, executor: 1, cpuUs, memoryPeakBytes: 6, ...more }) as UsageRecord;
const reply = {} as Reply;

describe('Budgets', () => {
  let temp: TempDir;
  let store: SqliteStore;
  let clock: HandClock;
  let budgets: Budgets;
  let lines: Record<string, unknown>[];
  let saves: (() => void)[];
  let events: BudgetEvent[];
  const open = () =>
    new Budgets({
      ...{
        store,
        clock,
        log: createLogger({ logLevel: 'info', logFormat: 'json' }, { write: (line) => void lines.push(JSON.parse(line)) }),
      },
      onEvent: (event) => events.push(event),
      every: (_, work) => {
        saves.push(work);
        return () => void saves.splice(0);
      },
    });
  const set = (scope: string, terms: object) =>
    budgets.set({
      ...{ scope, window: '1h', calls: undefined, cpuSeconds: undefined, memoryBytes: undefined, mode: 'hard', warnAt: 0.8 },
      ...{ actor: 'me', message: '', expected: undefined },
      ...terms,
    });
  const call = (plugin: string, next: () => Promise<Reply> = async () => reply) => budgeted(budgets)(next)(callOf(plugin));
  const refused = (plugin: string) =>
    call(plugin).then(
      () => undefined,
      (error: CallError) => error,
    );

  beforeEach(async () => {
    temp = new TempDir();
    store = new SqliteStore(temp.path);
    clock = new HandClock();
    lines = [];
    saves = [];
    events = [];
    budgets = open();
    await budgets.restore();
  });
  afterEach(async () => {
    await budgets.close();
    await store.close();
    temp[Symbol.dispose]();
  });

  it('leaves calls alone that are under no budget: the next dispatcher’s own promise is given', async () => {
    const given = Promise.resolve(reply);
    assert.equal(
      call('a/b/c', () => given),
      given,
    );
    await set('a/b/other', { calls: 1 });
    assert.equal(
      call('a/b/c', () => given),
      given,
    );
    assert.equal(budgetGate(budgets)(callOf('a/b/c').live), undefined);
  });

  it('lets in exactly as many calls as there are, of those that come at once', async () => {
    await set('a/b/c', { calls: 7 });
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => call('a/b/c')));
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 7);
  });

  it('refuses with the scope, the limit, what is used, and when to come again', async () => {
    await set('a/b', { calls: 1, window: '1m' });
    await call('a/b/c');
    const error = await refused('a/b/d');
    assert.ok(isNboxError(error, 'budget_exceeded'));
    assert.deepEqual([error.status, error.details.retryAfterS], [429, 61]);
    assert.deepEqual(error.details.extensions, { scope: 'a/b', budget: { metric: 'calls', limit: 1, window: '1m' }, used: 1 });
    assert.match(error.message, /budget of a\/b is used up: 1 of 1 \(calls\) in 1m/);
    assert.deepEqual(budgetGate(budgets)(callOf('a/b/e').live)?.code, 'budget_exceeded');
    clock.goOn(61_000);
    assert.equal(await refused('a/b/d'), undefined);
  });

  it('has a call count in all budgets above it, or in none', async () => {
    await set('a', { calls: 10 });
    await set('a/b', { calls: 2 });
    await set('a/b/c', { calls: 1 });
    await call('a/b/c');
    assert.equal((await refused('a/b/c'))?.details.extensions?.['scope'], 'a/b/c');
    await call('a/b/d');
    assert.equal((await refused('a/b/d'))?.details.extensions?.['scope'], 'a/b');
    await call('a/x/y');
    assert.deepEqual(
      budgets.list().map(({ budget, used, state }) => [budget.scope, used.calls, state]),
      [
        ['a', 3, 'ok'],
        ['a/b', 2, 'exceeded'],
        ['a/b/c', 1, 'exceeded'],
      ],
    );
    // No part of a name is a scope.
    assert.equal(budgets.of('ab/b/c'), undefined);
  });

  it('does not count what was refused, or what no executor has begun', async () => {
    await set('a/b/c', { calls: 1 });
    const fail = (executor: number) => async () => Promise.reject(new CallError('overloaded', 'x', { ...nothingSpent, executor }));
    await assert.rejects(call('a/b/c', fail(0)), { code: 'overloaded' });
    assert.equal(budgets.get('a/b/c').used.calls, 0);
    await assert.rejects(call('a/b/c', fail(3)), { code: 'overloaded' });
    await refused('a/b/c');
    assert.equal(budgets.get('a/b/c').used.calls, 1);
  });

  it('counts what calls have cost, those of previews too, and nothing of calls that did not run', async () => {
    await set('a/b', { cpuSeconds: 0.003 });
    budgets.record(recordOf('a/b/c', 1_000));
    budgets.record(recordOf('a/b/c', 1_500, { preview: 'x', release: 0 }));
    budgets.record(recordOf('a/b/c', 0, { executor: 0, memoryPeakBytes: 1_000 }));
    budgets.record(recordOf('a/x/c', 1_500));
    assert.deepEqual(budgets.get('a/b').used, { calls: 0, cpuSeconds: 0.0025, memoryBytes: 6 });
    budgets.record(recordOf('a/b/d', 500));
    assert.equal((await refused('a/b/c'))?.code, 'budget_exceeded');
    assert.equal(budgets.get('a/b').used.memoryBytes, 12);
  });

  it('counts what a call has cost that was run, lost its executor through another’s fault, and then had none', async () => {
    await set('a', { calls: 9, cpuSeconds: 5 });
    const spent = { ...nothingSpent, cpuUs: 2_000_000 };
    await assert.rejects(call('a/b/c', () => Promise.reject(new CallError('deadline_exceeded', 'x', spent))));
    budgets.record(recordOf('a/b/c', spent.cpuUs, { executor: 0 }));
    const { calls, cpuSeconds } = budgets.get('a').used;
    assert.deepEqual([calls, cpuSeconds], [1, 2]);
  });

  it('gives a call back whose caller was answered before an executor had begun it, when it is known that it cost nothing', async () => {
    await set('a', { calls: 9 });
    for (const [cpuUs, counted] of [
      [0, 0],
      [500, 1],
    ] as const) {
      const { promise, resolve } = Promise.withResolvers<{ spent: Spent; error: undefined }>();
      const error = new CallError('deadline_exceeded', 'x', nothingSpent, {}, undefined, promise);
      await assert.rejects(call('a/b/c', () => Promise.reject(error)));
      assert.equal(budgets.get('a').used.calls, 1);
      resolve({ spent: { ...nothingSpent, executor: cpuUs === 0 ? 0 : 1, cpuUs }, error: undefined });
      await new Promise(setImmediate);
      assert.equal(budgets.get('a').used.calls, counted);
    }
  });

  it('tells in the log and keeps as an event what is nearly used up and what is', async () => {
    await set('a', { calls: 5, mode: 'soft' });
    for (let i = 0; i < 9; i += 1) await call('a/b/c');
    const told = lines.filter(({ budget }) => budget !== undefined).map(({ budget, scope, used, msg }) => [budget, scope, used, msg]);
    assert.deepEqual(told, [
      ['warned', 'a', 4, 'a budget is nearly used up'],
      ['exceeded', 'a', 5, 'a budget is used up'],
    ]);
    assert.deepEqual(
      budgets.events().map(({ kind }) => kind),
      ['exceeded', 'warned'],
    );
  });

  it('keeps a bounded number of events', async () => {
    for (let i = 0; i < 210; i += 1) {
      await set(`a${i}`, { calls: 1, mode: 'soft' });
      await call(`a${i}/b/c`);
    }
    assert.equal(budgets.events().length, 200);
    assert.equal(budgets.events()[0]?.scope, 'a209');
  });

  it('goes on after a restart with what was set and counted', async () => {
    await set('a/b/c', { calls: 3, window: '1d' });
    await call('a/b/c');
    clock.goOn(3_600_000);
    await call('a/b/c');
    budgets.record(recordOf('a/b/c', 1_000_000));
    await budgets.close();
    clock.goOn(3_600_000);
    clock.monotonic = 10;
    budgets = open();
    await budgets.restore();
    assert.deepEqual(budgets.get('a/b/c').used, { calls: 2, cpuSeconds: 1, memoryBytes: 0 });
    await call('a/b/c');
    assert.equal((await refused('a/b/c'))?.code, 'budget_exceeded');
    // The first of them is out of the window.
    clock.goOn(22.5 * 3_600_000);
    assert.equal(await refused('a/b/c'), undefined);
  });

  it('saves while it runs, so that a crash loses only the last seconds', async () => {
    await set('a/b/c', { calls: 9 });
    await call('a/b/c');
    saves[0]?.();
    await budgets.save();
    await call('a/b/c');
    const [counts, ...others] = await store.budgetCounts();
    assert.deepEqual([counts?.scope, counts?.history.map(([, calls]) => calls), others], ['a/b/c', [1], []]);
  });

  it('saves many a part at a time, so that others have their turns', async () => {
    const sizes: number[] = [];
    const save = store.saveBudgetCounts;
    store.saveBudgetCounts = (all) => {
      sizes.push(all.length);
      return save.call(store, all);
    };
    for (let i = 0; i < 250; i += 1) await set(`a${i}`, { calls: 9 });
    for (let i = 0; i < 250; i += 1) await call(`a${i}/b/c`);
    await budgets.save();
    assert.deepEqual([sizes, (await store.budgetCounts()).length], [[100, 100, 50], 250]);
    await budgets.save();
    assert.equal(sizes.length, 3);
  });

  it('tries again what could not be saved, and says so once', async () => {
    await set('a/b/c', { calls: 9 });
    await call('a/b/c');
    const save = store.saveBudgetCounts;
    store.saveBudgetCounts = () => Promise.reject(new Error('disk'));
    await budgets.save();
    await budgets.save();
    assert.equal(lines.filter(({ msg }) => /could not be stored/.test(String(msg))).length, 1);
    store.saveBudgetCounts = save;
    await budgets.save();
    assert.equal((await store.budgetCounts()).length, 1);
  });

  it('is moved by no clock that is set: neither while it runs nor by a restart with an earlier time', async () => {
    await set('a/b/c', { calls: 1, window: '1m' });
    await call('a/b/c');
    clock.wall += 86_400_000;
    assert.equal((await refused('a/b/c'))?.details.retryAfterS, 61);
    clock.wall -= 2 * 86_400_000;
    assert.equal((await refused('a/b/c'))?.details.retryAfterS, 61);
    await budgets.close();
    budgets = open();
    await budgets.restore();
    assert.ok(((await refused('a/b/c'))?.details.retryAfterS ?? 0) > 55);
  });

  it('takes changes at once, with what was counted, and is gone when it is removed', async () => {
    await set('a/b/c', { calls: 1 });
    await call('a/b/c');
    const { view, created } = await set('a/b/c', { calls: 2, expected: 1 });
    assert.deepEqual([created, view.budget.version, view.used.calls], [false, 2, 1]);
    await call('a/b/c');
    assert.equal((await refused('a/b/c'))?.code, 'budget_exceeded');
    await assert.rejects(set('a/b/c', { calls: 3, expected: 1 }), { code: 'precondition_failed' });
    await assert.rejects(budgets.remove('a/b/c', 'me', 1), { code: 'precondition_failed' });
    await budgets.remove('a/b/c', 'me', 2);
    assert.equal(await refused('a/b/c'), undefined);
    assert.throws(() => budgets.get('a/b/c'), { code: 'no_such_budget' });
    await assert.rejects(budgets.remove('a/b/c', 'me', undefined), { code: 'no_such_budget' });
    // What had been counted went with it.
    assert.equal((await set('a/b/c', { calls: 2 })).view.used.calls, 0);
  });
});

describe('scopes', () => {
  it('scopesAbove(plugin) are the plugin, its group and its domain', () => {
    assert.deepEqual(scopesAbove('a/b-1/c'), ['a/b-1/c', 'a/b-1', 'a']);
  });

  it('parseScope(text) takes one to three parts of a plugin’s id', () => {
    for (const right of ['a', 'a/b', 'a/b/c-1']) assert.equal(parseScope(right), right);
    for (const wrong of ['', '/', 'a/', 'a/b/c/d', 'A', 'a b', '__proto__', `${'a'.repeat(64)}`, '..', 'a//c']) {
      assert.throws(() => parseScope(wrong), { code: 'invalid_scope' }, wrong);
    }
  });
});

/** What is made of what executors tell of calls: nothing of any size that they like reaches queues, budgets or bills. */

import assert from 'node:assert/strict';
import { type Call, CallError, CallSignal, type Reply } from '../../../host/dispatch/dispatch.ts';
import { type Cost, noCost } from '../../../host/executor/wire.ts';
import { Backlog } from '../../../host/pool/backlog.ts';
import type { ExecutorProcess } from '../../../host/pool/executor-process.ts';
import { Handed } from '../../../host/pool/handed.ts';
import { KnownRelease } from '../../../host/pool/known-release.ts';
import { PoolCall } from '../../../host/pool/pool-call.ts';
import { TakenCalls } from '../../../host/pool/taken-calls.ts';
import { LiveRelease } from '../../../host/release/release.ts';
import { parseManifest } from '../../../loader/manifest.ts';
import { pluginId } from '../../../loader/plugin-id.ts';
import { quietLog } from '../doubles.ts';

function setUp(manifest: object = {}) {
  const release = { plugin: pluginId('a', 'b', 'c'), number: 1, hash: 'x', manifest: parseManifest(manifest, ['index.ts']), createdAt: 0 };
  const live = new LiveRelease(release, ['fetch'], 1, () => {});
  const known = new KnownRelease(live);
  const executor = (number: number) =>
    ({
      ...{ number, calls: 0, startedAt: performance.now() - 10_000, backlog: new Backlog(), handed: new Handed() },
      ...{ sendCall() {}, send() {} },
    }) as unknown as ExecutorProcess;
  const corrected: number[] = [];
  const tripped: KnownRelease[] = [];
  const taken = new TakenCalls({
    ...{ ops: new Map(), log: quietLog, lose: () => {}, freed: () => {} },
    correct: (_, byUs) => corrected.push(byUs),
    tripped: (one) => tripped.push(one),
  });
  let id = 0;
  /** A call that the executor has had for a second. */
  const give = (to: ExecutorProcess, isBegun = true) => {
    const call: Call = {
      ...{ live, interface: 'fetch' as const, head: '', body: undefined, idempotent: true, signal: new CallSignal() },
      admittedAt: performance.now() - 1_000,
    };
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    id += 1;
    const mine = new PoolCall(call, known, id, resolve, reject);
    taken.give(mine, to);
    mine.givenAt -= 1_000;
    if (isBegun) taken.take(to, { kind: 'enter', subject: 'call', id, budgetMs: 1 });
    promise.catch(() => {});
    return { id, mine, answer: promise };
  };
  return { taken, known, executor, corrected, tripped, give };
}

const cost = (more: Partial<Cost>): Cost => ({ ...noCost, ...more });
const replied = { kind: 'replied', open: false, streamed: false, head: '200', body: Buffer.from('x') } as const;
const failed = { kind: 'failed', error: { code: 'plugin_error', details: { detail: 'no' } } } as const;

describe('TakenCalls', () => {
  it('holds what calls are told to have cost to what they can have cost', async () => {
    const { taken, known, executor, corrected, give } = setUp();
    const one = executor(1);
    const { id, answer } = give(one);
    taken.take(one, { ...replied, call: id, cost: cost({ initUs: 1e15, cpuUs: 1e15, steps: 1e15, memoryBytes: 1e15 }) });
    const { spent } = await answer;
    assert.deepEqual([spent.cpuUs, spent.steps, spent.memoryBytes], [400_000, 10_000_000, 64 * 1_048_576]);
    assert.deepEqual([known.expectedUs, corrected], [400_000, [399_000]]);
    const other = give(one);
    taken.take(one, { ...failed, call: other.id, cost: cost({ cpuUs: 1e15 }) });
    await assert.rejects(other.answer, (error: CallError) => error.spent.cpuUs === 400_000);
  });

  it('charges no more to the calls of an executor than there has been time', async () => {
    const { taken, executor, give } = setUp();
    const one = executor(1);
    let chargedUs = 0;
    for (let i = 0; i < 60; i += 1) {
      const { id, answer } = give(one);
      taken.take(one, { ...replied, call: id, cost: cost({ cpuUs: 400_000, initCpuUs: 1e12 }) });
      chargedUs += (await answer).spent.cpuUs;
    }
    const lifeUs = (performance.now() - one.startedAt) * 1_000;
    assert.ok(chargedUs > 9_000_000 && chargedUs <= lifeUs, `${chargedUs} ${lifeUs}`);
  });

  it('counts the evaluation of modules as CPU time of the call that it is charged to', async () => {
    const { taken, known, executor, corrected, give } = setUp({ isolation: 'request' });
    const one = executor(1);
    for (let i = 0; i < 2; i += 1) {
      const { id, answer } = give(one);
      taken.take(one, { ...replied, call: id, cost: cost({ initUs: 7, initCpuUs: 900_000, cpuUs: 50 }) });
      const { spent } = await answer;
      assert.deepEqual([spent.cpuUs, spent.initUs], [900_050, 7]);
    }
    // The first says nothing of others; all is counted.
    assert.deepEqual(corrected, [899_050, 900_000]);
    assert.ok(known.expectedUs > 100_000, String(known.expectedUs));
    assert.equal(known.weight, 'costly');
  });

  it('does not take an evaluation for a guard’s trip', async () => {
    const { taken, executor, tripped, give } = setUp({ limits: { cpuMs: 2_000 } });
    const one = executor(1);
    const late = { code: 'deadline_exceeded', details: { detail: 'late' } } as const;
    const evaluated = give(one);
    taken.take(one, { kind: 'failed', call: evaluated.id, error: late, cost: cost({ initCpuUs: 900_000, cpuUs: 50 }) });
    assert.equal(tripped.length, 0);
    const busy = give(one);
    taken.take(one, { kind: 'failed', call: busy.id, error: late, cost: cost({ cpuUs: 600_000 }) });
    assert.equal(tripped.length, 1);
  });

  it('giveUp(mine, error) tells what the call comes to cost all the same', async () => {
    const { taken, known, executor, corrected, give } = setUp();
    const one = executor(1);
    const { id, mine, answer } = give(one, false);
    taken.giveUp(mine, new CallError('deadline_exceeded', 'late', mine.spent()));
    const error = await answer.then(
      () => assert.fail(),
      (thrown: CallError) => thrown,
    );
    assert.deepEqual([error.spent.cpuUs, error.spent.executor, taken.size, known.inFlight], [0, 0, 0, 0]);
    taken.take(one, { kind: 'enter', subject: 'call', id, budgetMs: 1 });
    taken.take(one, { ...replied, call: id, open: true, cost: cost({ cpuUs: 1 }) });
    assert.ok(one.handed.givenUp(id));
    taken.take(one, { kind: 'settled', call: id, cost: cost({ initCpuUs: 300_000, cpuUs: 40, steps: 3, memoryBytes: 9 }) });
    const rest = await error.rest;
    assert.equal(rest?.error?.code, 'deadline_exceeded');
    const { executor: number, cpuUs, steps, memoryBytes } = rest?.spent ?? error.spent;
    assert.deepEqual([number, cpuUs, steps, memoryBytes], [1, 300_040, 3, 9]);
    assert.deepEqual(corrected, [299_040]);
    assert.equal(one.handed.givenUp(id), undefined);
  });

  it('giveUp(mine, error) of one that the executor refuses costs nothing', async () => {
    const { taken, executor, give } = setUp();
    const one = executor(1);
    const { id, mine, answer } = give(one, false);
    taken.giveUp(mine, new CallError('deadline_exceeded', 'late', mine.spent()));
    const error = await answer.catch((thrown: CallError) => thrown);
    assert.ok(error instanceof CallError);
    taken.take(one, { ...failed, call: id, cost: noCost });
    assert.deepEqual((await error.rest)?.spent, error.spent);
  });

  it('takes of no executor what is told of a call that another has', async () => {
    const { taken, executor, give } = setUp();
    const [one, other] = [executor(1), executor(2)];
    const { id, mine } = give(one);
    other.handed.giveUp(id, mine.call.live, 0, () => {});
    taken.take(other, { ...replied, call: id, cost: noCost });
    taken.told(other, [[id, 1, 1, 1, 1, 1]]);
    assert.deepEqual([mine.state, mine.told], ['begun', undefined]);
    taken.told(one, [[id, 1, 2, 1e15, 4, 5]]);
    assert.deepEqual(mine.told, { initUs: 1, initCpuUs: 2, cpuUs: 400_000, steps: 4, memoryBytes: 5 });
  });

  it('says of a call that an executor has had it when that has begun it, and not when it was given it', () => {
    const { taken, executor, give } = setUp();
    const one = executor(7);
    const { id, mine } = give(one, false);
    assert.equal(mine.spent().executor, 0);
    taken.take(one, { kind: 'enter', subject: 'call', id, budgetMs: 100 });
    assert.equal(mine.spent().executor, 7);
    // Its executor is lost, and it waits to be started anew.
    mine.state = 'queued';
    mine.executor = undefined;
    assert.equal(mine.spent().executor, 7);
  });
});

/** host/pool/taken-calls.ts */

import assert from 'node:assert/strict';
import { defaultLimits } from '../../../guards/limits.ts';
import { CallSignal } from '../../../host/dispatch/dispatch.ts';
import { Backlog } from '../../../host/pool/backlog.ts';
import type { ExecutorProcess } from '../../../host/pool/executor-process.ts';
import { KnownRelease } from '../../../host/pool/known-release.ts';
import { PoolCall } from '../../../host/pool/pool-call.ts';
import { TakenCalls } from '../../../host/pool/taken-calls.ts';
import type { LiveRelease } from '../../../host/release/release.ts';
import { quietLog } from '../doubles.ts';

describe('TakenCalls', () => {
  it('say of a call that an executor has had it when that has begun it, and not when it was given it', () => {
    const nothing = () => {};
    const taken = new TakenCalls({
      ...{ ops: new Map(), log: quietLog, correct: nothing, tripped: nothing, lose: nothing, freed: nothing },
    });
    const live = { limits: defaultLimits, key: 1 } as unknown as LiveRelease;
    const call = {
      live,
      interface: 'fetch',
      head: '',
      body: undefined,
      idempotent: true,
      admittedAt: 0,
      signal: new CallSignal(),
    } as const;
    const mine = new PoolCall(call, new KnownRelease(live), 1, nothing, nothing);
    const executor = { number: 7, calls: 0, backlog: new Backlog(), sendCall: nothing } as unknown as ExecutorProcess;
    taken.give(mine, executor);
    assert.equal(mine.spent().executor, 0);
    taken.take(executor, { kind: 'enter', subject: 'call', id: 1, budgetMs: 100 });
    assert.equal(mine.spent().executor, 7);
    // Its executor is lost, and it waits to be started anew.
    mine.state = 'queued';
    mine.executor = undefined;
    assert.equal(mine.spent().executor, 7);
  });
});

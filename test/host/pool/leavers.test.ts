/** Which executors leave, and what of theirs is brought elsewhere before they do. */

import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { ExecutorProcess } from '../../../host/pool/executor-process.ts';
import { Handed } from '../../../host/pool/handed.ts';
import { Leavers } from '../../../host/pool/leavers.ts';
import { Loads } from '../../../host/pool/loads.ts';
import { ReleaseLoads } from '../../../host/pool/release-loads.ts';
import type { Supervisor } from '../../../host/pool/supervisor.ts';
import type { Image, LiveRelease } from '../../../host/release/release.ts';
import { quietLog } from '../doubles.ts';

const image = { kind: 'code', code: '', keep: false } as Image;
const release = (key: number, more = {}) =>
  ({ key, release: { manifest: { limits: {}, isolation: 'shared' }, plugin: `p${key}`, number: 1, ...more } }) as unknown as LiveRelease;

class Executor {
  readonly releases = new Set<number>();
  readonly handed = new Handed();
  stage: ExecutorProcess['stage'] = 'staying';
  readonly state = 'ready';
  readonly apart = false;
  base = 'base';
  works = true;
  stepped = false;
  asked = 0;
  calls = 0;
  readonly sent: string[] = [];
  readonly number: number;

  constructor(number: number) {
    this.number = number;
  }

  get usable(): boolean {
    return this.works && this.stage !== 'retired';
  }

  send({ kind, key }: { kind: string; key: number }): void {
    this.sent.push(`${kind} ${key}`);
  }

  get process(): ExecutorProcess {
    return this as unknown as ExecutorProcess;
  }
}

function setUp(count: number) {
  const executors = Array.from({ length: count }, (_, i) => new Executor(i + 1));
  const loads = new Loads();
  const releases = new ReleaseLoads({ emptiest: undefined } as unknown as Supervisor, loads);
  const departed: Executor[] = [];
  const state = { waiting: 0, image: async (): Promise<Image> => image };
  const leavers = new Leavers({
    ...{ releases, log: quietLog },
    imageOf: () => state.image(),
    emptiest: () => executors.find(({ stage, works }) => stage === 'staying' && works)?.process,
    waiting: () => state.waiting,
    depart: (one) => {
      (one as unknown as Executor).stage = 'retired';
      departed.push(one as unknown as Executor);
    },
  });
  const leave = (most: number) => {
    const staying = executors.filter(({ stage }) => stage === 'staying').map(({ process }) => process);
    const leaving = leavers.leave(staying, most) as unknown as Executor[];
    for (const one of leaving) one.stage = 'leaving';
    return leaving.map(({ number }) => number);
  };
  /** What executors are asked for they answer at once. */
  const answer = async () => {
    for (const one of executors) for (const key of one.releases) loads.loaded(one.process, key);
    await wait(0);
  };
  const hold = (executor: Executor, live: LiveRelease) => releases.send(executor.process, live, image);
  return { executors, releases, loads, departed, state, leave, answer, hold };
}

async function until(reached: () => boolean, meanwhile: () => Promise<void> = () => wait(1)): Promise<void> {
  while (!reached()) await meanwhile();
}

describe('Leavers', () => {
  describe('leave(executors, count) chooses', () => {
    it('those that alone hold the fewest releases', () => {
      const { executors, hold, leave } = setUp(3);
      const [a, b, c] = executors as [Executor, Executor, Executor];
      for (const key of [1, 2]) hold(a, release(key));
      // Many, which another one has, too.
      for (const key of [3, 4, 5, 6]) {
        const live = release(key);
        for (const one of [b, c]) hold(one, live);
      }
      hold(c, release(7));
      assert.deepEqual(leave(1), [2]);
    });

    it('before any that alone holds state which can be carried', () => {
      const { executors, hold, leave, releases } = setUp(2);
      const [a, b] = executors as [Executor, Executor];
      const hot = release(1);
      hold(a, hot);
      releases.known(hot).isHot = true;
      for (const key of [2, 3, 4]) hold(b, release(key));
      assert.deepEqual(leave(1), [2]);
    });

    it('not the last that has not stepped back', () => {
      const { executors, hold, leave } = setUp(3);
      const [, b, c] = executors as [Executor, Executor, Executor];
      for (const one of [b, c]) one.stepped = true;
      for (const key of [1, 2]) hold(b, release(key));
      hold(c, release(3));
      assert.deepEqual(leave(1), [3]);
    });

    it('of those with the same releases, the one with the fewest calls', () => {
      const { executors, leave } = setUp(3);
      for (const [i, calls] of [2, 0, 1].entries()) (executors[i] as Executor).calls = calls;
      assert.deepEqual(leave(2), [2, 3]);
    });
  });

  it('one departs when what it alone holds is elsewhere, and no sooner', async () => {
    const { executors, hold, leave, departed, releases, answer } = setUp(2);
    const [a, b] = executors as [Executor, Executor];
    for (const key of [10, 11, 12]) hold(b, release(key));
    const [first, second] = [release(1), release(2)];
    for (const live of [first, second]) hold(a, live);
    const both = release(3);
    for (const one of [a, b]) hold(one, both);
    assert.deepEqual(leave(1), [1]);
    await until(() => b.sent.includes('load 1'));
    assert.ok(!b.sent.includes('load 2'), 'one after another');
    assert.deepEqual(departed, []);
    // Its calls go there until then.
    assert.equal(releases.known(first).holders[0], a.process);
    await until(() => departed.length > 0, answer);
    assert.deepEqual(b.sent.slice(-2), ['load 1', 'load 2']);
    assert.equal(b.asked, 0);
  });

  it('what is tried, is over, or is being brought by a push is left to those', async () => {
    const { executors, hold, leave, departed, releases, answer } = setUp(2);
    const [a, b] = executors as [Executor, Executor];
    for (const key of [10, 11, 12]) hold(b, release(key));
    hold(a, release(1, { trial: 'replay' }));
    const old = release(2);
    hold(a, old);
    const next = release(3);
    const push = releases.load(next, image, old);
    assert.deepEqual(leave(1), [1]);
    await until(() => b.sent.includes('load 2'));
    releases.unload(old);
    await wait(0);
    // The push is at it in the one that leaves.
    assert.ok(!b.sent.includes('load 3'));
    await until(() => departed.length > 0, answer);
    await push;
    assert.ok(b.sent.includes('load 3') && !b.sent.includes('load 1'));
    assert.deepEqual([a.asked, b.asked], [0, 0]);
  });

  it('a release that cannot be had does not keep it', async () => {
    const { executors, hold, leave, departed, state } = setUp(2);
    let asked = 0;
    state.image = async () => {
      asked += 1;
      throw new Error('no such row');
    };
    hold(executors[0] as Executor, release(1));
    for (const key of [10, 11]) hold(executors[1] as Executor, release(key));
    leave(1);
    await until(() => departed.length > 0);
    assert.equal(asked, 3);
  });

  it('waits for one that what it holds can be brought to', async () => {
    const { executors, hold, leave, departed, answer } = setUp(2);
    const [a, b] = executors as [Executor, Executor];
    hold(a, release(1));
    for (const key of [10, 11]) hold(b, release(key));
    leave(1);
    b.works = false;
    for (let turn = 0; turn < 5; turn += 1) await wait(5);
    assert.deepEqual(departed, []);
    b.works = true;
    await until(() => departed.length > 0, answer);
    assert.ok(b.sent.includes('load 1'));
  });

  it('stays while calls wait', async () => {
    const { leave, departed, state } = setUp(2);
    state.waiting = 1;
    leave(1);
    for (let turn = 0; turn < 5; turn += 1) await wait(10);
    assert.deepEqual(departed, []);
    state.waiting = 0;
    await until(() => departed.length > 0);
  });

  it('one that is needed again, or dies, does not depart', async () => {
    const { executors, hold, leave, departed, answer } = setUp(3);
    const [a, b, c] = executors as [Executor, Executor, Executor];
    for (const [key, one] of [a, b].entries()) hold(one, release(key + 1));
    for (const key of [10, 11, 12]) hold(c, release(key));
    assert.deepEqual(leave(2), [1, 2]);
    a.stage = 'staying';
    b.works = false;
    for (let turn = 0; turn < 5; turn += 1) await answer();
    assert.deepEqual(departed, []);
    // It leaves after all.
    assert.deepEqual(leave(1), [1]);
    await until(() => departed.length > 0, answer);
    assert.deepEqual(departed, [a]);
  });
});

/** How many executors there are, with processes that do nothing but say that they are ready. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { FrameWriter } from '../../../host/executor/frames.ts';
import type { ExecutorProcess } from '../../../host/pool/executor-process.ts';
import { Supervisor, type SupervisorEvents } from '../../../host/pool/supervisor.ts';
import { quietLog, TempDir } from '../doubles.ts';

async function until(reached: () => boolean): Promise<void> {
  while (!reached()) await wait(2);
}

/** @param isReady whether it comes up at all */
function program(directory: TempDir, isReady = true): string {
  let ready = '';
  const frames = new FrameWriter((bytes) => {
    ready = bytes.toString('base64');
  });
  frames.json({ kind: 'ready', base: 'base' });
  frames.flush();
  const file = join(directory.path, 'executor.mjs');
  const says = isReady ? `writeSync(4, Buffer.from('${ready}', 'base64'));` : '';
  writeFileSync(
    file,
    `import { writeSync } from 'node:fs'; process.on('message', () => {}); process.on('disconnect', () => process.exit(0)); ${says}`,
  );
  return file;
}

describe('Supervisor', () => {
  const directory = new TempDir();
  const running: Supervisor[] = [];
  afterEach(async () => {
    for (const one of running.splice(0)) await one.close();
  });
  after(() => directory[Symbol.dispose]());

  const start = (count: number, more: Partial<SupervisorEvents> = {}, isReady = true) => {
    const told: string[] = [];
    const events: SupervisorEvents = {
      spawned() {},
      frame() {},
      ready() {},
      left() {},
      lost: ({ number }) => void told.push(`lost ${number}`),
      leaving: (executors, most) => executors.slice(0, most),
      departed: ({ number }) => void told.push(`departed ${number}`),
      back: ({ number }) => void told.push(`back ${number}`),
      ...more,
    };
    const eviction = { afterMs: 1_000, aboveBytes: 1 };
    const supervisor = new Supervisor({
      ...{ count, events, log: quietLog },
      start: { program: program(directory, isReady), engine: new Uint8Array(), modules: {} as never, eviction },
    });
    running.push(supervisor);
    /** Numbers of those that calls may be given to and that go on being so. */
    const staying = () => [...supervisor.executors].filter(({ stage }) => stage === 'staying').map(({ number }) => number);
    const find = (number: number) => [...supervisor.alive].find((one) => one.number === number) as ExecutorProcess;
    const whole = async () => {
      await until(() => staying().length === supervisor.count && [...supervisor.executors].every(({ usable }) => usable));
      await until(() => supervisor.spare !== undefined);
    };
    return { supervisor, told, staying, find, whole };
  };

  it('resize(more) has the spare one join at once, and starts the rest and another spare', async () => {
    const { supervisor, staying, whole } = start(1);
    await whole();
    const spare = supervisor.spare as ExecutorProcess;
    supervisor.resize(3);
    assert.ok(supervisor.executors.has(spare));
    assert.equal([...supervisor.executors].filter(({ usable }) => usable).length, 2);
    await whole();
    assert.equal(staying().length, 3);
    assert.equal(supervisor.alive.size, 4);
  });

  it('resize(more) starts no more than two at once while some serve', async () => {
    const { supervisor, whole } = start(1);
    await whole();
    supervisor.resize(6);
    let most = 0;
    await until(() => {
      most = Math.max(most, [...supervisor.alive].filter(({ state }) => state === 'starting').length);
      return [...supervisor.executors].filter(({ usable }) => usable).length === 6;
    });
    assert.equal(most, 2);
    await whole();
  });

  it('ready stays what it was while it grows, and wants all of them once they were there', async () => {
    const { supervisor, find, whole, staying } = start(1);
    assert.equal(supervisor.ready, false);
    await supervisor.started();
    supervisor.resize(3);
    assert.equal(supervisor.ready, true);
    assert.ok(supervisor.size >= 1 && supervisor.size < 3);
    await whole();
    assert.deepEqual([supervisor.ready, supervisor.size], [true, 3]);
    // More than there are to take their places.
    for (const number of staying()) find(number).kill();
    await until(() => !supervisor.ready);
    assert.equal(supervisor.size, 3);
    await until(() => supervisor.ready);
  });

  it('resize(fewer) has some leave, which end when they have departed and have nothing left', async () => {
    const { supervisor, told, staying, find, whole } = start(3);
    await whole();
    const [first, second] = staying().map(find) as [ExecutorProcess, ExecutorProcess];
    supervisor.resize(1);
    assert.deepEqual([first.stage, second.stage], ['leaving', 'leaving']);
    assert.equal(staying().length, 1);
    assert.deepEqual([supervisor.ready, supervisor.size], [true, 1]);
    // They serve until they depart.
    assert.ok(first.usable && supervisor.executors.has(first));
    first.calls = 1;
    for (const one of [first, second]) supervisor.depart(one);
    assert.deepEqual(told, [`departed ${first.number}`, `departed ${second.number}`]);
    assert.ok(!first.usable && !supervisor.executors.has(first));
    supervisor.watch();
    await until(() => told.includes(`lost ${second.number}`));
    assert.ok(!told.includes(`lost ${first.number}`));
    first.calls = 0;
    supervisor.watch();
    await until(() => told.includes(`lost ${first.number}`));
    assert.equal(supervisor.alive.size, 2);
  });

  it('resize(more) takes back those that are leaving, then those that have departed, before anything starts', async () => {
    const { supervisor, told, staying, find, whole } = start(3);
    await whole();
    const before = [...supervisor.alive];
    const [first, second] = staying().map(find) as [ExecutorProcess, ExecutorProcess];
    supervisor.resize(1);
    first.calls = 1;
    supervisor.depart(first);
    supervisor.watch();
    supervisor.resize(2);
    assert.deepEqual([first.stage, second.stage], ['retired', 'staying']);
    supervisor.resize(3);
    assert.deepEqual([first.stage, first.usable], ['staying', true]);
    assert.deepEqual(told, [`departed ${first.number}`, `back ${first.number}`]);
    assert.deepEqual([...supervisor.alive], before);
    // It is too late for what it was told before.
    supervisor.depart(second);
    assert.equal(staying().length, 3);
  });

  it('resize(fewer) ends those first that are just starting', async () => {
    const leaving: number[] = [];
    const { supervisor, staying, whole } = start(1, {
      leaving: (executors, most) => {
        leaving.push(...executors.slice(0, most).map(({ number }) => number));
        return executors.slice(0, most);
      },
    });
    await whole();
    supervisor.resize(4);
    const ready = staying().filter((_, i) => i < 2);
    supervisor.resize(2);
    assert.deepEqual(leaving, []);
    assert.deepEqual(staying(), ready);
    await whole();
    await until(() => supervisor.alive.size === 3);
  });

  it('one that dies while it leaves is not replaced; where another dies, it stays in its place', async () => {
    const { supervisor, told, staying, find, whole } = start(3);
    await whole();
    const [first, second, third] = staying().map(find) as [ExecutorProcess, ExecutorProcess, ExecutorProcess];
    supervisor.resize(1);
    first.kill();
    await until(() => told.includes(`lost ${first.number}`));
    assert.equal(supervisor.executors.size, 2);
    third.kill();
    await until(() => told.includes(`lost ${third.number}`));
    assert.equal(second.stage, 'staying');
    assert.deepEqual(staying(), [second.number]);
    await whole();
    assert.equal(supervisor.alive.size, 2);
  });

  it('retire(executor) of one that has departed bounds the time that it has, and it does not come back', async () => {
    const { supervisor, staying, find, whole } = start(2);
    await whole();
    const [first] = staying().map(find) as [ExecutorProcess];
    supervisor.resize(1);
    first.calls = 1;
    supervisor.depart(first);
    assert.ok(supervisor.lasting.includes(first));
    supervisor.retire(first);
    assert.ok(!supervisor.lasting.includes(first));
    supervisor.resize(2);
    assert.equal(first.stage, 'retired');
    await whole();
  });

  it('the spare one does not join while something is tried in it', async () => {
    const { supervisor, whole } = start(1);
    await whole();
    const spare = supervisor.spare as ExecutorProcess;
    spare.asked = 1;
    supervisor.resize(2);
    assert.equal(supervisor.spare, spare);
    await whole();
    assert.ok(!supervisor.executors.has(spare));
    spare.asked = 0;
  });

  it('numbers that follow one another, while executors are killed, come to the last of them', async () => {
    const { supervisor, staying, find, whole } = start(2, { leaving: (executors, most) => executors.slice(-most) });
    await whole();
    for (const [i, count] of [5, 1, 4, 2, 6, 1, 3, 5, 2, 4, 1, 6, 3].entries()) {
      supervisor.resize(count);
      assert.ok(staying().length <= count);
      const alive = [...supervisor.alive];
      if (i % 2 === 0) alive[i % alive.length]?.kill();
      if (i % 3 === 0) for (const number of staying()) supervisor.depart(find(number));
      for (const one of [...supervisor.executors]) if (i % 3 === 1) supervisor.depart(one);
      await wait(i * 3);
      supervisor.watch();
    }
    await until(() => {
      for (const one of [...supervisor.executors]) supervisor.depart(one);
      supervisor.watch();
      return supervisor.ready && supervisor.size === 3 && supervisor.alive.size === 4 && supervisor.spare !== undefined;
    });
    assert.equal(staying().length, 3);
  });

  it('one that was told what wants no answer owes none from then on', async () => {
    const { supervisor, whole } = start(1);
    await whole();
    const [one] = [...supervisor.executors] as [ExecutorProcess];
    one.send({ kind: 'unload', key: 1 });
    await new Promise(setImmediate);
    await wait(1);
    const before = performance.now();
    one.asked = 1;
    one.send({ kind: 'unload', key: 2 });
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    const silentMs = one.silentMs(before + 10_000);
    assert.ok(silentMs > 0 && silentMs <= 10_000, `${silentMs}`);
    one.asked = 0;
  });

  it('close() ends all, those that start and those that leave, and no number counts any more', async () => {
    const { supervisor, whole } = start(3);
    await whole();
    supervisor.resize(1);
    supervisor.resize(5);
    supervisor.resize(2);
    await supervisor.close();
    assert.equal(supervisor.alive.size, 0);
    supervisor.resize(4);
    assert.equal(supervisor.alive.size, 0);
  });
});

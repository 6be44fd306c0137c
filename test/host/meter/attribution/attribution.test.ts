import assert from 'node:assert/strict';
import type { Used } from '../../../../host/executor/wire.ts';
import { Attribution } from '../../../../host/meter/attribution/attribution.ts';
import { BuilderMeter } from '../../../../host/meter/attribution/builder-meter.ts';
import { ExecutorMeters, type StayIn } from '../../../../host/meter/attribution/executor-meters.ts';
import { Ledger } from '../../../../host/meter/attribution/ledger.ts';
import type { Division } from '../../../../host/meter/division.ts';
import { LiveRelease, type Trial } from '../../../../host/release/release.ts';
import { parseManifest } from '../../../../loader/manifest.ts';
import { pluginId } from '../../../../loader/plugin-id.ts';

function liveOf(name: string, key: number, more: { trial?: Trial; preview?: string } = {}): LiveRelease {
  const manifest = parseManifest({}, ['index.ts']);
  const release = { plugin: pluginId('a', 'b', name), number: 1, hash: 'x', manifest, createdAt: 0, ...more };
  return new LiveRelease(release, ['fetch'], key, () => {});
}

const used = (cpuUs: number, guests: Used['guests'], memory: Used['memory'] = []): Used => ({
  ...{ kind: 'used', cpuUs, threadUs: 1e9, guests, othersUs: 0 },
  ...{ memory, bareBytes: 10, open: [] },
});

/** An executor that answers as it is told. */
class FakeExecutor {
  usable = true;
  starting = false;
  asked = 0;
  answer: Used | undefined;
  stay: StayIn | undefined;
  /** What it was not given. */
  readonly foreign = new Set<number>();
  readonly pid: number;
  readonly #meters: ExecutorMeters;

  constructor(pid: number, meters: ExecutorMeters) {
    this.pid = pid;
    this.#meters = meters;
    meters.started(this, () => this.stay);
  }

  hasRelease(key: number): boolean {
    return !this.foreign.has(key);
  }

  knowsRelease(key: number): boolean {
    return this.hasRelease(key);
  }

  send(): void {
    this.asked += 1;
    const { answer } = this;
    if (answer !== undefined) queueMicrotask(() => this.#meters.used(this, answer));
  }
}

function setUp() {
  const ledger = new Ledger();
  const divisions: Division[] = [];
  const system = {
    usage: new Map([[1, { cpuUs: 100, memoryBytes: 1_000 }]]),
    reapedUs: 0,
    now: 0,
    builderUs: 0,
    clockSetMs: 0,
    mostUs: 1e12,
  };
  const clock = { now: () => 5_000 + system.now + system.clockSetMs, elapsed: () => system.now };
  const claim = (knownUs: number, mostUs: number) => Math.min(system.reapedUs - knownUs, mostUs);
  const executors = new ExecutorMeters({ ledger, claim, elapsed: clock.elapsed, mostUs: () => system.mostUs });
  const builder = new BuilderMeter({ ledger, cpuUs: () => system.builderUs, claim, elapsed: clock.elapsed, processors: 2 });
  const attribution = new Attribution({
    ...{ ledger, executors, builder, clock, startedAt: 4_000, hostPid: 1, builderPids: () => [2] },
    ...{ sinks: [{ divided: (one: Division) => void divisions.push(one) }], reapedUs: () => system.reapedUs },
    usageOf: async (pids) => new Map([...system.usage].filter(([pid]) => pids.includes(pid))),
    wait: async () => {},
  });
  return { attribution, executors, builder, system, divisions };
}

/** The contract of a division: everything is somewhere. */
function assertWhole({ plugins, host, residual, total }: Division): void {
  for (const what of ['cpuUs', 'memoryBytes'] as const) {
    const shares = [...plugins.values(), ...Object.values(host), residual];
    assert.equal(
      shares.reduce((sum, share) => sum + share[what], 0),
      total[what],
    );
  }
}

describe('Attribution', () => {
  it('divides what all processes use over plugins, the host’s parts, and a residual', async () => {
    const { attribution, executors, builder, system, divisions } = setUp();
    const executor = new FakeExecutor(3, executors);
    executors.loads(liveOf('one', 7));
    executor.answer = used(800, [[7, 500]], [[7, 60]]);
    builder.turn('a/b/two');
    system.builderUs = 40;
    builder.turn(undefined);
    system.builderUs = 50;
    system.usage.set(2, { cpuUs: 50, memoryBytes: 300 });
    system.usage.set(3, { cpuUs: 810, memoryBytes: 200 });
    await attribution.divide();
    const [division] = divisions as [Division];
    assertWhole(division);
    assert.deepEqual([division.from, division.to, division.lengthMs], [4_000, 5_000, 1_000]);
    assert.deepEqual(division.plugins.get('a/b/one'), { cpuUs: 500, callsCpuUs: 500, pushesCpuUs: 0, memoryBytes: 60 });
    assert.deepEqual(division.plugins.get('a/b/two'), { cpuUs: 40, callsCpuUs: 0, pushesCpuUs: 40, memoryBytes: 0 });
    assert.deepEqual(division.host, {
      ingress: { cpuUs: 100, memoryBytes: 1_000 },
      executors: { cpuUs: 300, memoryBytes: 140 },
      builder: { cpuUs: 10, memoryBytes: 300 },
    });
    assert.deepEqual([division.total.cpuUs, division.residual], [960, { cpuUs: 10, memoryBytes: 0 }]);
  });

  it('follows one another without gaps, each with what was used since', async () => {
    const { attribution, executors, system, divisions } = setUp();
    const executor = new FakeExecutor(3, executors);
    executors.loads(liveOf('one', 7));
    executor.answer = used(800, [[7, 500]]);
    system.usage.set(3, { cpuUs: 800, memoryBytes: 200 });
    await attribution.divide();
    executor.answer = used(900, [[7, 20]]);
    system.usage.set(3, { cpuUs: 900, memoryBytes: 200 });
    system.usage.set(1, { cpuUs: 130, memoryBytes: 1_000 });
    system.now = 1_000;
    await attribution.divide();
    const [first, second] = divisions as [Division, Division];
    assert.equal(second.from, first.to);
    assertWhole(second);
    assert.deepEqual([second.total.cpuUs, second.host.ingress.cpuUs, second.host.executors.cpuUs], [130, 30, 80]);
    assert.equal(second.plugins.get('a/b/one')?.cpuUs, 20);
  });

  it('is as long as the monotonic clock says, however the wall clock is set meanwhile', async () => {
    const { attribution, system, divisions } = setUp();
    await attribution.divide();
    for (const setMs of [3_600_000, -7_200_000]) {
      system.now += 1_000;
      system.clockSetMs += setMs;
      await attribution.divide();
    }
    assert.deepEqual(
      divisions.map(({ from, to, lengthMs }) => [to - from, lengthMs]),
      [
        [1_000, 1_000],
        [3_601_000, 1_000],
        [-7_199_000, 1_000],
      ],
    );
  });

  it('gives what a release is tried for to the push of its plugin, and a preview’s calls to its plugin', async () => {
    const { attribution, executors, divisions } = setUp();
    const executor = new FakeExecutor(3, executors);
    executors.loads(liveOf('one', 7, { trial: 'tests' }));
    executors.loads(liveOf('one', 8, { preview: 'p' }));
    executors.probes(executor, 4, liveOf('one', 9).release);
    executor.answer = used(800, [
      [7, 100],
      [8, 20],
      [-4, 3],
    ]);
    await attribution.divide();
    const { callsCpuUs, pushesCpuUs } = divisions[0]?.plugins.get('a/b/one') ?? {};
    assert.deepEqual([callsCpuUs, pushesCpuUs], [20, 103]);
  });

  it('knows a release for a while after it is gone, and then no more', async () => {
    const { attribution, executors, divisions } = setUp();
    const executor = new FakeExecutor(3, executors);
    const live = liveOf('one', 7);
    executors.loads(live);
    executors.unloaded(live);
    executor.answer = used(800, [[7, 100]]);
    await attribution.divide();
    assert.equal(divisions.at(-1)?.plugins.get('a/b/one')?.cpuUs, 100);
    executor.answer = undefined;
    executors.used(executor, used(800, []));
    for (let i = 0; i < 40; i += 1) await attribution.divide();
    executors.used(executor, used(900, [[7, 100]]));
    await attribution.divide();
    assert.equal(divisions.at(-1)?.plugins.size, 0);
  });

  it('books the stay that keeps an executor from answering, and asks it once', async () => {
    const { attribution, executors, system, divisions } = setUp();
    const executor = new FakeExecutor(3, executors);
    const live = liveOf('one', 7);
    system.now = 1_000;
    executor.stay = { subject: 'call', id: 1, enteredAt: 800, release: live.release };
    system.usage.set(3, { cpuUs: 250_000, memoryBytes: 0 });
    await attribution.divide();
    assert.equal(divisions[0]?.plugins.get('a/b/one')?.callsCpuUs, 200_000);
    await attribution.divide();
    assert.equal(executor.asked, 1);
    assert.equal(divisions[1]?.plugins.size, 0);
  });

  it('gives the guest in whose stay an executor died what that took', async () => {
    const { attribution, executors, system, divisions } = setUp();
    const executor = new FakeExecutor(3, executors);
    system.usage.set(3, { cpuUs: 100_000, memoryBytes: 0 });
    executor.answer = used(100_000, []);
    await attribution.divide();
    system.now = 500;
    system.usage.delete(3);
    system.reapedUs = 480_000;
    executors.probes(executor, 4, liveOf('one', 9).release);
    executor.stay = { subject: 'probe', id: 4, enteredAt: 150, release: undefined };
    executors.lost(executor);
    await attribution.divide();
    const division = divisions[1] as Division;
    assertWhole(division);
    assert.deepEqual(division.plugins.get('a/b/one')?.pushesCpuUs, 350_000);
    assert.deepEqual([division.total.cpuUs, division.host.executors.cpuUs, division.residual.cpuUs], [380_000, 30_000, 0]);
  });

  it('asks none that cannot answer, and counts what one uses to start for the executors, once', async () => {
    const { attribution, executors, system, divisions } = setUp();
    const executor = new FakeExecutor(3, executors);
    executor.usable = false;
    executor.starting = true;
    system.usage.set(3, { cpuUs: 70_000, memoryBytes: 0 });
    await attribution.divide();
    assert.deepEqual([executor.asked, divisions[0]?.host.executors.cpuUs, divisions[0]?.residual.cpuUs], [0, 70_000, 0]);
    executor.usable = true;
    executor.starting = false;
    executor.answer = used(81_000, []);
    system.usage.set(3, { cpuUs: 80_000, memoryBytes: 0 });
    await attribution.divide();
    assert.deepEqual([divisions[1]?.host.executors.cpuUs, divisions[1]?.residual.cpuUs], [11_000, -1_000]);
  });

  it('takes of an executor what it tells of its own, up to what the system has counted', async () => {
    const { attribution, executors, system, divisions } = setUp();
    const executor = new FakeExecutor(3, executors);
    executors.loads(liveOf('victim', 7));
    executors.loads(liveOf('own', 8));
    executor.foreign.add(7);
    executor.answer = used(
      1e12,
      [
        [7, 1e12],
        [8, 1e12],
        [-4, 1e12],
      ],
      [[7, 900]],
    );
    system.mostUs = 3_000;
    system.usage.set(3, { cpuUs: 3_000, memoryBytes: 1_000 });
    await attribution.divide();
    const [division] = divisions as [Division];
    assertWhole(division);
    assert.deepEqual([division.plugins.get('a/b/victim'), division.plugins.get('a/b/own')?.cpuUs], [undefined, 1_000]);
  });
});

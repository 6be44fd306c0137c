import assert from 'node:assert/strict';
import { Hints, type LanePresence } from '../../../host/hints/hints.ts';
import type { Known, Reading } from '../../../host/hints/reading.ts';
import { defaultSeconds } from '../../../host/hints/rules.ts';
import { type Counted, Slot } from '../../../host/hints/slot.ts';

const none: Counted = { lengthUs: 2_000_000, arrivals: 0, ended: 0, cpuUs: 0, cpuSquaresMs2: 0, waitUs: 0, inFlightUs: 0 };

/** What a release's calls came to, again at each tick. */
function slotOf(lane: string, plugin: string | undefined, counted: Counted, concurrency = 64): Slot {
  const slot = new Slot(lane, plugin, { cpuMs: 100, concurrency }, 0);
  Object.assign(slot.counted, counted);
  return slot;
}

/** Calls of 10 ms each. */
function calls(plugin: string | undefined, cores: number, lane = 'standard'): Slot {
  const ended = cores * 200;
  return slotOf(lane, plugin, { ...none, arrivals: ended, ended, cpuUs: ended * 10_000, cpuSquaresMs2: ended * 200 });
}

class Watched {
  now = 0;
  open: boolean;
  hostCpuUs = 0;
  load: Slot[] = [];
  lanes: LanePresence[] = [{ lane: 'standard', executors: 1, waiting: 0 }];
  #work: () => void = () => {};
  readonly hints: Hints;

  constructor(open = true) {
    this.open = open;
    this.hints = new Hints({
      signals: { take: (_, each) => this.load.forEach(each) },
      lanes: () => this.lanes,
      ...{ hostCpuUs: () => this.hostCpuUs, processors: 4, seconds: defaultSeconds, target: 0.7 },
      clock: { now: () => this.now, elapsed: () => this.now },
      open: () => this.open,
      every: (ms, work) => {
        assert.equal(ms, 2_000);
        this.#work = work;
        return () => {
          this.#work = () => {};
        };
      },
    });
  }

  ticks(count: number): this {
    for (let i = 0; i < count; i += 1) {
      this.now += 2_000;
      this.#work();
    }
    return this;
  }
}

function known(reading: Reading | undefined): Known {
  assert.equal(reading?.kind, 'known', JSON.stringify(reading));
  return reading as Known;
}

describe('Hints', () => {
  it('know nothing before a panic window is over', () => {
    const watched = new Watched().ticks(2);
    const { hints } = watched;
    for (const reading of [hints.lane('standard'), hints.host(), hints.plugin('d/g/n')]) {
      assert.deepEqual(reading, { kind: 'unknown', reason: 'the host has watched for 4 s; hints take 6 s' });
    }
    watched.ticks(1);
    assert.equal(known(hints.lane('standard')).wanted, 1);
    assert.equal(hints.lane('nowhere'), undefined);
  });

  it('know nothing where the last tick is old, or the host takes no calls', () => {
    const watched = new Watched().ticks(10);
    watched.now += 6_001;
    assert.deepEqual(watched.hints.lane('standard'), { kind: 'unknown', reason: 'the last figures are 6 s old' });
    watched.ticks(1);
    watched.open = false;
    assert.deepEqual(watched.hints.host(), { kind: 'unknown', reason: 'the host takes no calls now' });
  });

  it('tell what plugins, lanes and hosts take, with the figures', () => {
    const watched = new Watched();
    watched.load = [calls('d/g/a', 1.2), calls('d/g/a', 0.5), calls('d/g/b', 0.3)];
    watched.lanes = [{ lane: 'standard', executors: 2, waiting: 0 }];
    watched.ticks(31);
    const a = known(watched.hints.plugin('d/g/a'));
    assert.deepEqual([a.wanted, a.reason], [3, 'CPU demand 1.7 cores over 60 s, target 70% → 3']);
    assert.deepEqual([a.callsPerSecond, a.cpuCores, a.present], [170, 1.7, undefined]);
    assert.equal(known(watched.hints.plugin('d/g/b')).wanted, 1);
    const lane = known(watched.hints.lane('standard'));
    assert.deepEqual([lane.wanted, lane.present, lane.demandCores], [3, 2, 2]);
    assert.deepEqual(watched.hints.lanes(), ['standard']);
    assert.equal(known(watched.hints.host()).wanted, 1);
  });

  it("count the host's own CPU time", () => {
    const watched = new Watched();
    watched.load = [calls('d/g/a', 2)];
    for (let i = 0; i < 31; i += 1) {
      watched.hostCpuUs += 2_000_000;
      watched.ticks(1);
    }
    assert.deepEqual([known(watched.hints.host()).demandCores, known(watched.hints.host()).wanted], [3, 2]);
  });

  it('tell what each of several hosts has, as a load that adds up to that of one that has all', () => {
    const loadOf = (cores: number) => {
      const watched = new Watched();
      watched.load = [calls('d/g/a', cores)];
      return known(watched.ticks(31).hints.host());
    };
    // 2.8 cores are what one of 4 processors may have at 70%.
    const shares = [0.4, 0.4, 1.2, 2].map(loadOf);
    assert.deepEqual(
      shares.map(({ wanted }) => wanted),
      [1, 1, 1, 1],
    );
    const sum = shares.reduce((all, { load }) => all + load, 0);
    assert.ok(Math.abs(sum - 4 / 2.8) < 0.002, `${sum}`);
    assert.deepEqual([Math.ceil(sum), loadOf(4).wanted], [2, 2]);
  });

  it('begin to watch when the host takes calls, and what it did before is none of it', () => {
    const watched = new Watched(false);
    watched.load = [calls('d/g/a', 3)];
    watched.hostCpuUs = 9_000_000;
    watched.ticks(30);
    watched.open = true;
    for (const reading of [watched.hints.lane('standard'), watched.hints.host(), watched.hints.plugin('d/g/a')]) {
      assert.deepEqual(reading, { kind: 'unknown', reason: 'the host has watched for 0 s; hints take 6 s' });
    }
    watched.load = [];
    watched.ticks(1);
    assert.equal(watched.hints.host().kind, 'unknown');
    watched.ticks(2);
    assert.equal(watched.hints.host().kind, 'unknown');
    watched.ticks(1);
    assert.equal(known(watched.hints.host()).demandCores, 0);
    assert.equal(known(watched.hints.lane('standard')).wanted, 1);
    assert.match(watched.hints.plugin('d/g/a').reason, /^not called in the 6 s that the host has watched; known after 60 s$/);
  });

  it('say no longer times than they have watched', () => {
    const watched = new Watched();
    watched.load = [calls('d/g/a', 1.7)];
    watched.ticks(4);
    assert.equal(known(watched.hints.lane('standard')).reason, 'CPU demand 1.7 cores over 8 s, target 70% → 3');
    assert.equal(known(watched.hints.host()).reason, 'CPU demand 1.7 cores over 8 s, target 70% of 4 each → 1');
    assert.equal(known(new Watched().ticks(3).hints.lane('standard')).reason, 'no calls for 6 s; at least 1 → 1');
  });

  it('take what waits into account', () => {
    const watched = new Watched();
    watched.load = [calls('d/g/a', 0.5)];
    watched.ticks(10);
    watched.lanes = [{ lane: 'standard', executors: 1, waiting: 100 }];
    watched.ticks(1);
    // 100 calls of 10 ms: 1 s of work, in half a second.
    assert.deepEqual(known(watched.hints.lane('standard')).wanted, 3);
  });

  it('take calls of which none has ended for as much as they can be', () => {
    const watched = new Watched();
    watched.load = [slotOf('standard', 'd/g/a', { ...none, arrivals: 30, inFlightUs: 8_000_000 })];
    watched.ticks(3);
    // 30 calls of at most 100 ms each in 2 s.
    assert.equal(known(watched.hints.lane('standard')).demandCores, 1.5);
  });

  it('take no plugin for more than it may run at once, however much of it is refused', () => {
    const watched = new Watched();
    // 10,000 calls of 100 ms in 2 s, of a plugin that runs two at a time.
    const counted = { ...none, arrivals: 10_000, ended: 40, cpuUs: 4_000_000, cpuSquaresMs2: 400_000 };
    watched.load = [slotOf('standard', 'd/g/a', counted, 2)];
    watched.ticks(3);
    assert.equal(known(watched.hints.lane('standard')).demandCores, 2);
    assert.equal(known(watched.hints.plugin('d/g/a')).demandCores, 2);
    assert.equal(known(watched.hints.host()).wanted, 1);
  });

  it('come to 0 for plugins that are not called, once that is known', () => {
    const watched = new Watched().ticks(10);
    assert.deepEqual(watched.hints.plugin('d/g/n'), {
      kind: 'unknown',
      reason: 'not called in the 20 s that the host has watched; known after 60 s',
    });
    watched.ticks(20);
    assert.deepEqual(
      [known(watched.hints.plugin('d/g/n')).wanted, known(watched.hints.plugin('d/g/n')).reason],
      [0, 'no calls for 60 s → 0'],
    );
  });

  it('keep nothing of plugins that are idle', () => {
    const watched = new Watched();
    watched.load = Array.from({ length: 2_000 }, (_, i) => calls(`d/g/p${i}`, 0.01));
    watched.ticks(3);
    assert.equal(watched.hints.size, 2_000);
    watched.load = [];
    watched.ticks(70);
    assert.equal(watched.hints.size, 0);
    assert.equal(known(watched.hints.plugin('d/g/p1')).wanted, 0);
  });

  it("count previews' calls in their lane", () => {
    const watched = new Watched();
    watched.load = [calls(undefined, 2)];
    watched.ticks(31);
    assert.equal(known(watched.hints.lane('standard')).demandCores, 2);
    assert.equal(watched.hints.size, 0);
  });

  it('forget lanes that are gone, and call who listens after each tick', () => {
    const watched = new Watched();
    watched.lanes = [...watched.lanes, { lane: 'batch', executors: 1, waiting: 0 }];
    let heard = 0;
    const stop = watched.hints.onTick(() => {
      heard += 1;
    });
    watched.ticks(4);
    assert.deepEqual(watched.hints.lanes(), ['standard', 'batch']);
    watched.lanes = watched.lanes.slice(0, 1);
    watched.ticks(1);
    assert.deepEqual(watched.hints.lanes(), ['standard']);
    assert.equal(heard, 5);
    stop();
    watched.ticks(1);
    assert.equal(heard, 5);
    watched.hints.close();
  });
});

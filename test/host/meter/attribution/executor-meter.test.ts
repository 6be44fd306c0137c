import assert from 'node:assert/strict';
import type { Used } from '../../../../host/executor/wire.ts';
import { ExecutorMeter } from '../../../../host/meter/attribution/executor-meter.ts';
import { Ledger, type Owner } from '../../../../host/meter/attribution/ledger.ts';

const owners: Readonly<Record<number, Owner>> = {
  1: { plugin: 'a/b/one', isPushed: false },
  2: { plugin: 'a/b/two', isPushed: false },
  [-1]: { plugin: 'a/b/two', isPushed: true },
};
const [one, two] = [owners[1] as Owner, owners[2] as Owner];
const used = (cpuUs: number, guests: Used['guests'], more: Partial<Used> = {}): Used => ({
  ...{ kind: 'used', cpuUs, threadUs: 1e9, guests, othersUs: 0 },
  ...{ memory: [], bareBytes: 0, open: [] },
  ...more,
});

function setUp() {
  const ledger = new Ledger();
  const held = new Set([1, 2]);
  const meter = new ExecutorMeter(ledger, { ownerOf: (id) => owners[id], holds: (key) => held.has(key) }, 0);
  const booked = () => {
    const { plugins, parts } = ledger.take();
    return { ...Object.fromEntries([...plugins].map(([plugin, { callsUs, pushesUs }]) => [plugin, [callsUs, pushesUs]])), ...parts };
  };
  return { meter, booked, held };
}
const nobody = { ingress: 0, executors: 0, builder: 0 };

describe('ExecutorMeter', () => {
  it('books guests’ time for calls and pushes, and what is left of the process’s for the executors', () => {
    const { meter, booked } = setUp();
    meter.told(
      used(1_000, [
        [1, 300],
        [-1, 200],
      ]),
      1e12,
      10,
    );
    assert.deepEqual(booked(), { ...nobody, 'a/b/one': [300, 0], 'a/b/two': [0, 200], executors: 500 });
    meter.told(used(1_100, [[2, 60]]), 1e12, 20);
    assert.deepEqual(booked(), { ...nobody, 'a/b/two': [60, 0], executors: 40 });
  });

  it('leaves what nobody is known for, and what was not told one by one, to the residual', () => {
    const { meter, booked } = setUp();
    meter.told(used(1_000, [[77, 300]], { othersUs: 200 }), 1e12, 10);
    assert.deepEqual(booked(), { ...nobody, executors: 500 });
  });

  it('books a stay that goes on for its owner, once', () => {
    const { meter, booked } = setUp();
    meter.told(used(1_000, []), 1e12, 10);
    booked();
    meter.running({ owner: one, enteredAt: 10 }, 51_000, 60);
    assert.deepEqual(booked(), { ...nobody, 'a/b/one': [50_000, 0] });
    meter.running({ owner: one, enteredAt: 10 }, 71_000, 80);
    assert.deepEqual(booked(), { ...nobody, 'a/b/one': [20_000, 0] });
    meter.told(used(101_000, [[1, 95_000]]), 1e12, 110);
    assert.deepEqual(booked(), { ...nobody, 'a/b/one': [25_000, 0], executors: 5_000 });
  });

  it('books no more for it than the process has used, nor than it has been going on', () => {
    const { meter, booked } = setUp();
    meter.running({ owner: one, enteredAt: 0 }, 3_000, 60);
    meter.running({ owner: two, enteredAt: 0 }, 9_000, 60);
    assert.deepEqual(booked(), { ...nobody, 'a/b/one': [3_000, 0] });
    const other = setUp();
    other.meter.running({ owner: one, enteredAt: 59 }, 30_000, 60);
    assert.deepEqual(other.booked(), { ...nobody, 'a/b/one': [1_000, 0] });
  });

  it('gives the guest that it died in the time of that stay, and the executors the rest', () => {
    const { meter, booked } = setUp();
    meter.told(used(1_000, []), 1e12, 100);
    booked();
    const claims: number[][] = [];
    const claim = (...asked: [number, number]) => {
      claims.push(asked);
      return 420_000;
    };
    meter.lost({ owner: one, enteredAt: 200 }, claim, 600);
    assert.deepEqual(booked(), { ...nobody, 'a/b/one': [400_000, 0], executors: 20_000 });
    // What it has told is accounted for; what it can have used since has a bound.
    assert.deepEqual(claims, [[1_000, 1_000_000]]);
  });

  it('does not charge its guest twice for what was booked while it ran', () => {
    const { meter, booked } = setUp();
    meter.running({ owner: one, enteredAt: 0 }, 300_000, 300);
    meter.lost({ owner: one, enteredAt: 0 }, (known) => 410_000 - known, 400);
    assert.deepEqual(booked(), { ...nobody, 'a/b/one': [400_000, 0], executors: 10_000 });
  });

  it('says what of its memory sandboxes take, up to what it has grown by', () => {
    const { meter } = setUp();
    assert.deepEqual(meter.memory(50), { plugins: new Map(), restBytes: 50 });
    meter.told(
      used(0, [], {
        bareBytes: 50,
        memory: [
          [1, 30],
          [2, 10],
          [77, 5],
        ],
      }),
      1e12,
      1,
    );
    const held = new Map([
      ['a/b/one', 30],
      ['a/b/two', 10],
    ]);
    assert.deepEqual(meter.memory(100), { plugins: held, restBytes: 60 });
    assert.deepEqual(meter.memory(70).plugins, new Map([...held].map(([plugin, bytes]) => [plugin, bytes / 2])));
    assert.equal(meter.memory(70).restBytes, 50);
    // Told only where it changes.
    meter.told(used(0, [], { memory: [[1, 0]] }), 1e12, 2);
    assert.deepEqual(meter.memory(100), { plugins: new Map([['a/b/two', 10]]), restBytes: 90 });
  });

  it('divides no more than the operating system has counted, whatever is told', () => {
    const { meter, booked } = setUp();
    meter.told(used(1e12, [[1, 1e12]]), 5_000, 10);
    assert.deepEqual(booked(), { ...nobody, 'a/b/one': [5_000, 0] });
    // All of that is booked.
    meter.told(used(2e12, [[2, 1e12]]), 5_000, 20);
    assert.deepEqual(booked(), { ...nobody, 'a/b/two': [0, 0] });
    meter.told(used(5_600, [[2, 400]]), 6_000, 30);
    assert.deepEqual(booked(), { ...nobody, 'a/b/two': [400, 0], executors: 200 });
  });

  it('divides no more than can have been used since the last report, where the system does not tell', () => {
    const { meter, booked } = setUp();
    meter.told(used(1e12, [[1, 1e12]]), undefined, 10);
    assert.deepEqual(booked(), { ...nobody, 'a/b/one': [20_000, 0] });
    assert.equal(meter.bookedUs, 20_000);
  });

  it('keeps nothing of sandboxes that it does not hold', () => {
    const { meter, held } = setUp();
    const memory: Used['memory'] = Array.from({ length: 4_096 }, (_, i) => [i, 10]);
    meter.told(used(0, [], { bareBytes: 50, memory }), 1e12, 1);
    assert.deepEqual(meter.memory(1_000).restBytes, 980);
    held.delete(1);
    assert.deepEqual(meter.memory(1_000), { plugins: new Map([['a/b/two', 10]]), restBytes: 990 });
    held.add(1);
    assert.equal(meter.memory(1_000).restBytes, 990);
    // What it had before it made any sandbox is told once.
    meter.told(used(0, [], { bareBytes: 1 }), 1e12, 2);
    assert.equal(meter.memory(55).restBytes, 50);
  });
});

import assert from 'node:assert/strict';
import { BuilderMeter } from '../../../../host/meter/attribution/builder-meter.ts';
import { Ledger } from '../../../../host/meter/attribution/ledger.ts';
import { ReapedTime } from '../../../../host/meter/attribution/reaped.ts';

function setUp() {
  const ledger = new Ledger();
  const state: { cpuUs: number | undefined; now: number; reapedUs: number } = { cpuUs: 500, now: 0, reapedUs: 0 };
  const reaped = new ReapedTime(() => state.reapedUs);
  const meter = new BuilderMeter({
    ...{ ledger, cpuUs: () => state.cpuUs, elapsed: () => state.now, processors: 2 },
    claim: (...asked) => reaped.claim(...asked),
  });
  const booked = () => {
    const { plugins, parts } = ledger.take();
    return { builder: parts.builder, ...Object.fromEntries([...plugins].map(([plugin, { pushesUs }]) => [plugin, pushesUs])) };
  };
  return { meter, state, booked };
}

describe('BuilderMeter', () => {
  it('books what it uses while it builds for whoever has pushed, and else for the builder', () => {
    const { meter, state, booked } = setUp();
    meter.turn('a/b/c');
    state.cpuUs = 800;
    meter.turn(undefined);
    state.cpuUs = 810;
    meter.turn('a/b/d');
    state.cpuUs = 1_010;
    meter.look();
    assert.deepEqual(booked(), { builder: 510, 'a/b/c': 300, 'a/b/d': 200 });
    state.cpuUs = 1_011;
    meter.turn(undefined);
    assert.deepEqual(booked(), { builder: 0, 'a/b/d': 1 });
  });

  it('books what the processes had used when they died for the push that they died of', () => {
    const { meter, state, booked } = setUp();
    meter.turn('a/b/c');
    booked();
    state.now = 1;
    state.cpuUs = undefined;
    state.reapedUs = 1_700;
    meter.turn(undefined);
    assert.deepEqual(booked(), { builder: 0, 'a/b/c': 1_200 });
    // Others take their place.
    state.cpuUs = 90;
    meter.look();
    assert.deepEqual(booked(), { builder: 90 });
  });

  it('books no more for it than the machine can have done', () => {
    const { meter, state, booked } = setUp();
    meter.turn('a/b/c');
    booked();
    state.now = 1;
    state.cpuUs = undefined;
    state.reapedUs = 1_000_000;
    meter.turn(undefined);
    assert.deepEqual(booked(), { builder: 0, 'a/b/c': 2_000 });
  });

  it('books nothing where the system tells nothing', () => {
    const { meter, state, booked } = setUp();
    state.cpuUs = undefined;
    meter.turn('a/b/c');
    meter.turn(undefined);
    assert.deepEqual(booked(), { builder: 0 });
  });
});

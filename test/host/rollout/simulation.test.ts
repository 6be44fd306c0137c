/** The stated test, tried: how often rollouts of releases that are no worse are rolled back, and how soon those of worse ones. */

import assert from 'node:assert/strict';
import { falseAlarmRate } from '../../../host/rollout/health.ts';
import { type Behavior, heavyTailed, light, seeded, times, wide } from './random.ts';
import { type Ended, type Simulated, simulate } from './simulated.ts';

const runs = 100;

function simulated(scenario: Simulated, seed: number, count = runs): Ended[] {
  return Array.from({ length: count }, (_, i) => simulate(scenario, seeded(seed + i)));
}

const costs = { 'heavy tails': heavyTailed, 'light calls': light, 'wide spread': wide };
/** Which share of the calls fails, and how many there are in a step's hold: few are looked at, or many. */
const conditions = [
  [0, 500],
  [0.002, 30_000],
  [0.05, 500],
] as const;

describe('A/A rollouts', () => {
  for (const [name, cost] of Object.entries(costs)) {
    it(`of ${name} are rolled back no more often than stated, and nearly all reach 100%`, function () {
      this.timeout(120_000);
      for (const [failing, callsInHold] of conditions) {
        const release: Behavior = { failing, cost };
        const ended = simulated({ base: release, canary: release, callsInHold, mostCalls: 60_000 }, 7_000);
        const back = ended.filter(({ state }) => state === 'rolled_back').length;
        assert.ok(back <= falseAlarmRate * runs, `${back} of ${runs}, ${failing} failing, ${callsInHold} calls a hold`);
        const completed = ended.filter(({ state }) => state === 'completed').length;
        assert.ok(completed >= 0.9 * runs, `${completed} of ${runs}, ${failing} failing, ${callsInHold} calls a hold`);
      }
    });
  }

  it('that lose a service which both need, now and then, are rolled back no more often than stated', function () {
    this.timeout(120_000);
    const release: Behavior = { failing: (before) => (before % 4_000 < 3_200 ? 0 : 0.5), cost: light };
    const ended = simulated({ base: release, canary: release, callsInHold: 5_000, mostCalls: 40_000 }, 17_000);
    const back = ended.filter(({ state }) => state === 'rolled_back').length;
    assert.ok(back <= falseAlarmRate * runs, `${back} of ${runs}`);
  });

  it('of releases that are worse by just what is let pass are not rolled back more often than stated either', function () {
    this.timeout(120_000);
    for (const failing of [0, 0.02]) {
      const base: Behavior = { failing, cost: heavyTailed };
      const canary: Behavior = { failing: 1.1 * failing + 0.005, cost: times(1.25, heavyTailed) };
      const ended = simulated({ base, canary, callsInHold: 500, mostCalls: 40_000 }, 9_000);
      const back = ended.filter(({ state }) => state === 'rolled_back').length;
      assert.ok(back <= falseAlarmRate * runs, `${back} of ${runs}, ${failing} failing`);
    }
  });
});

describe('rollouts of worse releases', () => {
  const base: Behavior = { failing: 0.001, cost: heavyTailed };
  const cases: [name: string, canary: Behavior, metrics: string[], calls: number][] = [
    ['throws for 5% of its calls', { failing: 0.051, cost: heavyTailed }, ['failures'], 600],
    ['throws for all', { failing: 1, cost: heavyTailed }, ['failures'], 20],
    ['takes twice the CPU, and as many steps more', { failing: 0.001, cost: times(2, heavyTailed) }, ['steps', 'cpuUs'], 60],
    ['takes twice the CPU in native code', { failing: 0.001, cost: native(2) }, ['cpuUs'], 500],
    ['waits for twice as long', { failing: 0.001, cost: waiting(2) }, ['latencyUs'], 600],
  ];
  for (const [name, canary, metrics, mostCalls] of cases) {
    it(`one that ${name} is rolled back at 1% or 10%, within ${mostCalls} of its calls`, function () {
      this.timeout(120_000);
      const ended = simulated({ base, canary, callsInHold: 500, mostCalls: 150_000 }, 11_000);
      for (const [i, { state, percentage, metric }] of ended.entries()) {
        assert.equal(state, 'rolled_back', `run ${i}`);
        assert.ok(percentage === 1 || percentage === 10, `run ${i} at ${percentage}%`);
        assert.ok(metrics.includes(metric as string), `run ${i}: ${metric}`);
      }
      const needed = ended.map(({ calls }) => calls).sort((a, b) => a - b);
      assert.ok((needed[Math.floor(0.9 * runs)] as number) <= mostCalls, needed.join());
    });
  }
});

describe('rollouts of good releases', () => {
  const base: Behavior = { failing: 0.01, cost: heavyTailed };
  for (const [name, canary] of [
    ['better', { failing: 0, cost: times(0.7, heavyTailed) }],
    ['a little dearer', { failing: 0.01, cost: times(1.1, heavyTailed) }],
  ] as const) {
    it(`that are ${name} reach 100%`, function () {
      this.timeout(120_000);
      const ended = simulated({ base, canary, callsInHold: 500, mostCalls: 150_000 }, 13_000);
      assert.deepEqual([...new Set(ended.map(({ state }) => state))], ['completed']);
    });
  }
});

/** As many steps, each dearer. */
function native(factor: number): Behavior['cost'] {
  return (random) => {
    const { cpuUs, latencyUs, steps } = heavyTailed(random);
    return { cpuUs: cpuUs * factor, latencyUs: latencyUs + cpuUs * (factor - 1), steps };
  };
}

function waiting(factor: number): Behavior['cost'] {
  return (random) => {
    const { cpuUs, latencyUs, steps } = heavyTailed(random);
    return { cpuUs, latencyUs: cpuUs + (latencyUs - cpuUs) * factor, steps };
  };
}

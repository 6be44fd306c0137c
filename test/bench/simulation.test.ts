/** bench/lib/scaling: the simulated queue, and hints on the shorter traces. All of it is computed, and the same everywhere. */

import assert from 'node:assert/strict';
import { compare, criteriaOf } from '../../bench/lib/scaling/comparison.ts';
import { type Policy, perfectForecast, type Second, simulate } from '../../bench/lib/scaling/simulation.ts';
import { generatedTraces } from '../../bench/lib/traces/generated.ts';
import { type Calls, callsOf, exponential, heavyTailed } from '../../bench/lib/traces/trace.ts';

/** A call every `everyS`, each of `cpuS`. */
function regular(seconds: number, everyS: number, cpuS: number): Calls {
  const times = Float64Array.from({ length: Math.floor(seconds / everyS) }, (_, i) => i * everyS);
  return { seconds, times, cpu: times.map(() => cpuS) };
}

class Fixed implements Policy {
  readonly name = 'fixed';
  readonly seen: Second[] = [];
  readonly #plan: Readonly<Record<number, number>>;

  constructor(plan: Readonly<Record<number, number>> = {}) {
    this.#plan = plan;
  }

  second(second: Second): number | undefined {
    this.seen.push(second);
    return this.#plan[second.at];
  }
}

describe('simulate(calls, policy, begin)', () => {
  it('has nobody wait where there are enough', () => {
    const policy = new Fixed();
    const outcome = simulate(regular(10, 0.5, 0.5), policy, 1);
    assert.deepEqual([outcome.shortSeconds, outcome.changes], [0, 0]);
    assert.ok(Math.abs(outcome.overProvisioned) < 1e-9);
    const { arrivals, ended, waiting, inFlightS, usedCpuS } = policy.seen[5] as Second;
    assert.deepEqual([arrivals, ended, waiting, inFlightS, usedCpuS], [2, 2, 0, 1, 1]);
  });

  it('counts seconds in which a call waits for too long, and the longest stretch of them', () => {
    // Twice what one can do for 4 s; a second one comes a second after it is asked for.
    const outcome = simulate(regular(12, 0.25, 0.5), new Fixed({ 2: 2, 7: 3 }), 1);
    assert.ok(outcome.shortSeconds > 0);
    assert.ok(outcome.longestShort >= 4);
    assert.equal(outcome.changes, 2);
  });

  it('integrates calls in flight, those that wait included', () => {
    const policy = new Fixed();
    simulate(regular(4, 0.5, 1), policy, 1);
    // At 0, 0.5, 1, 1.5 … one comes; one ends each second.
    assert.deepEqual(
      policy.seen.map(({ inFlightS }) => inFlightS),
      [1.5, 2.5, 3.5, 4.5],
    );
    assert.deepEqual(
      policy.seen.map(({ waiting }) => waiting),
      [1, 2, 3, 4],
    );
  });

  it('takes away an executor only when its call is over', () => {
    const policy = new Fixed({ 0: 1 });
    simulate({ seconds: 4, times: Float64Array.of(0.9, 0.9), cpu: Float64Array.of(2, 2) }, policy, 2);
    assert.equal(
      policy.seen.reduce((sum, { usedCpuS }) => sum + usedCpuS, 0),
      4,
    );
  });

  it('counts turns within a minute as flaps', () => {
    const outcome = simulate(regular(100, 1, 0.1), new Fixed({ 1: 3, 5: 2, 9: 4, 80: 3 }), 1);
    assert.deepEqual([outcome.changes, outcome.flaps], [4, 2]);
  });
});

describe('perfectForecast(calls)', () => {
  it('is never short, with no more than it takes', () => {
    const outcome = perfectForecast(regular(20, 0.2, 0.5));
    assert.equal(outcome.shortSeconds, 0);
    assert.ok(outcome.meanExecutors >= 2.4 && outcome.meanExecutors <= 3, String(outcome.meanExecutors));
  });
});

describe('traces', () => {
  it('are the same in every run, and ask for what they say', () => {
    for (const callS of [exponential(0.02), heavyTailed(0.008, 2, 1.5)]) {
      const trace = { name: '', what: '', seconds: 3_600, seed: 5, cores: () => 4, callS };
      const [one, another] = [callsOf(trace), callsOf(trace)];
      assert.deepEqual(one.times, another.times);
      const cores = one.cpu.reduce((sum, cpu) => sum + cpu, 0) / 3_600;
      assert.ok(Math.abs(cores - 4) < 0.1, String(cores));
    }
  });
});

describe('hints on traces', () => {
  for (const trace of generatedTraces.filter(({ seconds }) => seconds <= 3_600)) {
    it(`${trace.name}: no more short seconds than by Knative's formula, with less over-provisioning, within the stated reaction time`, () => {
      const compared = compare(trace);
      assert.deepEqual(
        criteriaOf(compared).filter(({ pass }) => !pass),
        [],
      );
      assert.equal(compared.outcomes.at(-1)?.shortSeconds, 0);
    });
  }

  it('hold for other seeds, too', () => {
    const onOff = generatedTraces.find(({ name }) => name === 'on-off');
    assert.ok(onOff);
    assert.deepEqual(
      criteriaOf(compare({ ...onOff, seed: 4_711 })).filter(({ pass }) => !pass),
      [],
    );
  });
});

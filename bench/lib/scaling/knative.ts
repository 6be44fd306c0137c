/** Knative's autoscaler at its defaults, as its documentation and its formula have it, for comparison. */

import type { Policy, Second } from './simulation.ts';

export interface KnativeRules {
  /** Calls in flight that one executor shall have: what it can (one: it has one thread), times Knative's 70%. */
  readonly target: number;
  readonly panicThreshold: number;
  readonly maxScaleUp: number;
  readonly maxScaleDown: number;
  readonly stableWindowS: number;
  readonly panicWindowS: number;
  readonly tickS: number;
}

export const knativeDefaults: KnativeRules = Object.freeze({
  ...{ target: 0.7, panicThreshold: 2, maxScaleUp: 1_000, maxScaleDown: 2 },
  ...{ stableWindowS: 60, panicWindowS: 6, tickS: 2 },
});

export class Knative implements Policy {
  readonly name = 'Knative';
  readonly #rules: KnativeRules;
  /** Time-weighted concurrency of the last seconds of the stable window, the oldest first. */
  readonly #concurrency: number[] = [];
  #panicAt: number | undefined;
  #maxPanic = 0;

  constructor(rules: KnativeRules = knativeDefaults) {
    this.#rules = rules;
  }

  second({ at, inFlightS, ready }: Second): number | undefined {
    this.#concurrency.push(inFlightS);
    if (this.#concurrency.length > this.#rules.stableWindowS) this.#concurrency.shift();
    if ((at + 1) % this.#rules.tickS !== 0) return undefined;
    const panic = this.#concurrency.slice(-this.#rules.panicWindowS);
    return this.want(average(this.#concurrency), average(panic), ready, at + 1);
  }

  /** One tick. @returns `undefined` where there is no data: then nothing changes */
  want(stableAverage: number, panicAverage: number, readyPods: number, now: number): number | undefined {
    if (Number.isNaN(stableAverage) || Number.isNaN(panicAverage)) return undefined;
    const { target, panicThreshold, maxScaleUp, maxScaleDown, stableWindowS } = this.#rules;
    const ready = Math.max(1, readyPods);
    const desiredStable = Math.ceil(stableAverage / target);
    const desiredPanic = Math.ceil(panicAverage / target);
    const up = Math.ceil(maxScaleUp * ready);
    const down = Math.floor(ready / maxScaleDown);
    const stable = Math.min(Math.max(desiredStable, down), up);
    const panic = Math.min(Math.max(desiredPanic, down), up);
    if (desiredPanic / ready >= panicThreshold) this.#panicAt = now;
    else if (this.#panicAt !== undefined && this.#panicAt + stableWindowS < now) {
      this.#panicAt = undefined;
      this.#maxPanic = 0;
    }
    if (this.#panicAt === undefined) return stable;
    this.#maxPanic = Math.max(this.#maxPanic, stable, panic);
    return this.#maxPanic;
  }
}

function average(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.reduce((sum, one) => sum + one, 0) / values.length;
}

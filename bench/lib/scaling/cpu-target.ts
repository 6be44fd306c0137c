/** The Kubernetes HPA on CPU, at its defaults and a target of 70%. */

import type { Policy, Second } from './simulation.ts';

const target = 0.7;
const tolerance = 0.1;
const syncS = 15;
/** What metrics-server averages over, and how old that is, is another such while. */
const metricsS = 15;
const stabilizationS = 300;

export class CpuTarget implements Policy {
  readonly name = 'HPA, CPU 70%';
  readonly #used: number[] = [];
  readonly #recommended: { readonly at: number; readonly executors: number }[] = [];

  second({ at, usedCpuS, ready, starting }: Second): number | undefined {
    this.#used.push(usedCpuS);
    if (this.#used.length > metricsS) this.#used.shift();
    const now = at + 1;
    if (now % syncS !== 0) return undefined;
    const busy = this.#used.reduce((sum, one) => sum + one, 0) / this.#used.length / ready;
    const present = ready + starting;
    const ratio = busy / target;
    const executors = Math.abs(ratio - 1) <= tolerance ? present : Math.ceil(ready * ratio);
    this.#recommended.push({ at: now, executors });
    while ((this.#recommended[0]?.at ?? now) <= now - stabilizationS) this.#recommended.shift();
    // Down to the most that was recommended in five minutes; up by 100% or by 4, whichever is more, at each sync.
    const stabilized = Math.max(...this.#recommended.map((one) => one.executors));
    return executors > present ? Math.min(executors, Math.max(2 * present, present + 4)) : Math.min(present, stabilized);
  }
}

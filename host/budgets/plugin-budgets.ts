/** The budgets that one plugin is under: a call is let in by all of them or by none. */

import { CallError, nothingSpent } from '../dispatch/dispatch.ts';
import type { BudgetCounter, Excess } from './budget-counter.ts';

export class PluginBudgets {
  readonly #plugin: string;
  readonly #counters: readonly BudgetCounter[];

  /** @param counters at least one */
  constructor(plugin: string, counters: readonly BudgetCounter[]) {
    this.#plugin = plugin;
    this.#counters = counters;
  }

  /** Why a call is refused. Of several budgets it is the one that refuses for longest. */
  refusal(now: number): CallError | undefined {
    let worst: Excess | undefined;
    for (const counter of this.#counters) {
      const excess = counter.excess(now);
      if (excess !== undefined && (worst === undefined || excess.untilMs > worst.untilMs)) worst = excess;
    }
    return worst && refused(worst, now);
  }

  take(now: number): void {
    for (const counter of this.#counters) counter.take(now);
  }

  giveBack(takenAt: number): void {
    for (const counter of this.#counters) counter.giveBack(takenAt);
  }

  record(now: number, cpuUs: number, memoryBytes: number): void {
    for (const counter of this.#counters) counter.record(now, this.#plugin, cpuUs, memoryBytes);
  }
}

function refused({ budget, metric, limit, used, untilMs }: Excess, now: number): CallError {
  const { scope, window } = budget;
  return new CallError(
    'budget_exceeded',
    {
      detail: `The budget of ${scope} is used up: ${used} of ${limit} (${metric}) in ${window}`,
      retryAfterS: Math.max(1, Math.ceil((untilMs - now) / 1_000)),
      extensions: { scope, budget: { metric, limit, window }, used },
    },
    nothingSpent,
  );
}

/** The layer that holds calls to budgets: whatever made a call, it is counted here or refused, before anything is spent on it. */

import { CallError, type Layer, type Reply, type Spent } from '../dispatch/dispatch.ts';
import type { LiveRelease } from '../release/release.ts';
import type { Budgets } from './budgets.ts';
import type { PluginBudgets } from './plugin-budgets.ts';

/**
 * Looking and counting are one step of the event loop, so that of calls that come at once no more are let in than the budget has.
 * What no executor has spent anything on is given back.
 */
export function budgeted(budgets: Pick<Budgets, 'of' | 'now'>): Layer {
  return (next) => (call) => {
    const mine = budgets.of(call.live.release.plugin);
    if (mine === undefined) return next(call);
    const now = budgets.now();
    const refusal = mine.refusal(now);
    if (refusal !== undefined) return Promise.reject(refusal);
    mine.take(now);
    return next(call).catch((error: unknown): Reply => {
      if (error instanceof CallError) {
        if (error.rest === undefined) giveBack(mine, error.spent, now);
        else void error.rest.then(({ spent }) => giveBack(mine, spent, now));
      }
      throw error;
    });
  };
}

function giveBack(mine: PluginBudgets, { executor, cpuUs }: Spent, takenAt: number): void {
  if (executor === 0 && cpuUs === 0) mine.giveBack(takenAt);
}

/** Looks and does not count: what it lets through is counted when it is dispatched. */
export function budgetGate(budgets: Pick<Budgets, 'of' | 'now'>): (live: LiveRelease) => CallError | undefined {
  return (live) => budgets.of(live.release.plugin)?.refusal(budgets.now());
}

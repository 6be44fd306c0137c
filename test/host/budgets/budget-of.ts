/** Budgets for tests. */

import type { Budget } from '../../../host/budgets/budget.ts';

export function budgetOf(terms: Partial<Budget>): Budget {
  return {
    ...{ scope: 'a', version: 1, window: '1m', calls: undefined, cpuSeconds: undefined, memoryBytes: undefined },
    ...{ mode: 'soft', warnAt: 0.8, actor: 'me', message: '', setAt: 0 },
    ...terms,
  };
}

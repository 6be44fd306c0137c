import assert from 'node:assert/strict';
import type { BudgetView } from '../../../host/budgets/budgets.ts';
import { budgetFamilies } from '../../../host/telemetry/budget-families.ts';
import { exposition } from '../../../host/telemetry/exposition.ts';
import { budgetOf } from '../budgets/budget-of.ts';

const used = { calls: 9, cpuSeconds: 2, memoryBytes: 0 };

describe('budgetFamilies(budgets)', () => {
  const text = (views: Record<string, BudgetView | undefined>) =>
    [...exposition(budgetFamilies({ scopes: () => Object.keys(views), find: (scope) => views[scope] }), 'text')]
      .join('')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));

  it('have what is used of each limit, and the state of what is told of', () => {
    const shop: BudgetView = { budget: budgetOf({ scope: 'shop', mode: 'hard', calls: 10, cpuSeconds: 8 }), used, state: 'warned' };
    const detail: BudgetView = { budget: budgetOf({ scope: 'shop/detail', memoryBytes: 64 }), used, state: 'ok' };
    assert.deepEqual(text({ shop, 'shop/detail': detail }), [
      'nbox_budget_used_ratio{scope="shop",mode="hard",metric="calls"} 0.9',
      'nbox_budget_used_ratio{scope="shop",mode="hard",metric="cpuSeconds"} 0.25',
      'nbox_budget_used_ratio{scope="shop/detail",mode="soft",metric="memoryBytes"} 0',
      'nbox_budget_state{scope="shop",mode="hard",state="warned"} 1',
    ]);
  });

  it('leave out one that was removed while they are written', () => {
    assert.deepEqual(text({ shop: undefined }), []);
  });
});

/** Budgets as families of metrics: how much of each limit is used, and which of them are told of. */

import { budgetMetrics } from '../budgets/budget.ts';
import type { Budgets } from '../budgets/budgets.ts';
import type { Point, PointFamily } from './family.ts';
import { Labels } from './labels.ts';

/** Looked at one by one when they are written: there may be a thousand. */
export function budgetFamilies(budgets: Pick<Budgets, 'scopes' | 'find'>): PointFamily[] {
  function* used(): Generator<Point> {
    for (const scope of budgets.scopes()) {
      const view = budgets.find(scope);
      if (view === undefined) continue;
      for (const metric of budgetMetrics) {
        const limit = view.budget[metric];
        if (limit === undefined) continue;
        yield { labels: labelsOf(scope, view.budget.mode).with('metric', metric), value: view.used[metric] / limit };
      }
    }
  }
  function* states(): Generator<Point> {
    for (const scope of budgets.scopes()) {
      const view = budgets.find(scope);
      if (view !== undefined && view.state !== 'ok')
        yield { labels: labelsOf(scope, view.budget.mode).with('state', view.state), value: 1 };
    }
  }
  return [
    { kind: 'gauge', name: 'nbox_budget_used_ratio', help: 'What is used of each limit of a budget, in its window', points: used() },
    {
      ...{
        kind: 'gauge',
        name: 'nbox_budget_state',
        help: '1 in the state of a budget that is nearly used up (warned) or used up (exceeded)',
      },
      points: states(),
    },
  ];
}

function labelsOf(scope: string, mode: string): Labels {
  return new Labels([
    ['scope', scope],
    ['mode', mode],
  ]);
}

/** What is told of budgets: that a part of one is used up, or all of it. */

import type { Budget, BudgetMetric } from './budget.ts';

export interface BudgetEvent {
  /** `warned`: the part of the limit is reached from which on it is told; `exceeded`: all of it is. */
  readonly kind: 'warned' | 'exceeded';
  readonly scope: string;
  readonly metric: BudgetMetric;
  readonly window: Budget['window'];
  readonly mode: Budget['mode'];
  readonly limit: number;
  readonly used: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Must not throw and must not wait. */
export type TellBudgetEvent = (event: BudgetEvent) => void;

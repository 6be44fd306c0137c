/** A budget: how much all calls below a scope may take in a window of time, and what happens where they take more. */

import { NboxError } from '../../guards/errors.ts';

/** How long back it is looked, in ms. */
export const windowsMs = Object.freeze({
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '6h': 21_600_000,
  '1d': 86_400_000,
  '7d': 604_800_000,
  '30d': 2_592_000_000,
});
export type BudgetWindow = keyof typeof windowsMs;
export const budgetWindows = Object.freeze(Object.keys(windowsMs)) as readonly BudgetWindow[];

export const budgetMetrics = ['calls', 'cpuSeconds', 'memoryBytes'] as const;
export type BudgetMetric = (typeof budgetMetrics)[number];

/** `soft`: what goes beyond it is told. `hard`: calls that would go beyond it are refused, too. */
export type BudgetMode = 'soft' | 'hard';

/** What is bounded; at least one of them. */
export type BudgetLimits = { readonly [Metric in BudgetMetric]: number | undefined };

/** As an operator asks for it. */
export interface BudgetTerms extends BudgetLimits {
  readonly window: BudgetWindow;
  readonly mode: BudgetMode;
  /** The part of a limit from which on it is told; of 1 at most. */
  readonly warnAt: number;
}

export interface Budget extends BudgetTerms {
  /** `domain`, `domain/group` or `domain/group/name`: a plugin is under all three. */
  readonly scope: string;
  /** Goes up with every change of any budget, and is never given twice. */
  readonly version: number;
  readonly actor: string;
  /** Why, in the actor's words; empty where there are none. */
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly setAt: number;
}

/** Of a host. Each has its counters in memory, and its row of them in the store. */
export const mostBudgets = 1_000;

const part = /^[a-z0-9-]{1,63}$/;

/** @param parts one to three of them @throws NboxError `invalid_scope` */
export function scopeOf(parts: readonly string[]): string {
  const wrong = parts.find((one) => !part.test(one));
  if (wrong !== undefined || parts.length < 1 || parts.length > 3) {
    throw new NboxError(
      'invalid_scope',
      wrong === undefined
        ? `A scope has one to three parts (domain, group, name), and not ${parts.length}`
        : `${JSON.stringify(wrong.slice(0, 80))} must be 1 to 63 of a-z, 0-9 and "-"`,
    );
  }
  return parts.join('/');
}

/** @throws NboxError `invalid_scope` */
export function parseScope(text: string): string {
  return scopeOf(text.slice(0, 300).split('/'));
}

/** The scopes that a plugin is under, its own first. @param plugin an id */
export function scopesAbove(plugin: string): readonly string[] {
  const group = plugin.lastIndexOf('/');
  return [plugin, plugin.slice(0, group), plugin.slice(0, plugin.indexOf('/'))];
}

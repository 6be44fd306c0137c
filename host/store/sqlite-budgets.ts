/** The budgets of the SQLite store, and what was counted for them. */

import { NboxError } from '../../guards/errors.ts';
import { type Budget, type BudgetMode, type BudgetWindow, mostBudgets } from '../budgets/budget.ts';
import type { UsedUntil } from '../budgets/budget-counter.ts';
import type { Rows } from './sqlite-statements.ts';
import type { BudgetCounts, BudgetInput } from './store.ts';

interface BudgetRow {
  readonly version: number;
  readonly scope: string;
  readonly window: BudgetWindow;
  readonly calls: number | null;
  readonly cpu_seconds: number | null;
  readonly memory_bytes: number | null;
  readonly mode: BudgetMode;
  readonly warn_at: number;
  readonly actor: string;
  readonly message: string;
  readonly set_at: number;
}

export class SqliteBudgets {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  list(): Budget[] {
    return this.#rows.all<BudgetRow>('SELECT * FROM budgets ORDER BY scope').map(toBudget);
  }

  /** Its version is a new one, also where the scope had a budget long ago. @throws NboxError `precondition_failed`, `too_many_budgets` */
  set(input: BudgetInput): Budget {
    const { scope, window, calls, cpuSeconds, memoryBytes, mode, warnAt, actor, message, setAt } = input;
    const before = this.#versionOf(scope);
    checkVersion(scope, before, input.expected);
    const { count } = this.#rows.get<{ count: number }>('SELECT count(*) AS count FROM budgets') ?? { count: 0 };
    if (before === 0 && count >= mostBudgets) {
      throw new NboxError('too_many_budgets', `There are ${count} budgets, and there may be ${mostBudgets}`);
    }
    this.#rows.run('DELETE FROM budgets WHERE scope = ?', scope);
    this.#rows.run(
      `INSERT INTO budgets (scope, window, calls, cpu_seconds, memory_bytes, mode, warn_at, actor, message, set_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[scope, window, calls ?? null, cpuSeconds ?? null, memoryBytes ?? null, mode, warnAt, actor, message, setAt],
    );
    const { expected: _, ...terms } = input;
    return Object.freeze({ ...terms, version: this.#versionOf(scope) });
  }

  /** @throws NboxError `no_such_budget`, `precondition_failed` */
  remove(scope: string, expected: number | undefined): void {
    const version = this.#versionOf(scope);
    checkVersion(scope, version, expected);
    if (version === 0) throw new NboxError('no_such_budget', `${scope} has no budget`);
    this.#rows.run('DELETE FROM budgets WHERE scope = ?', scope);
    this.#rows.run('DELETE FROM budget_counts WHERE scope = ?', scope);
  }

  counts(): BudgetCounts[] {
    return this.#rows
      .all<{ scope: string; saved_at: number; history: string }>('SELECT scope, saved_at, history FROM budget_counts ORDER BY scope')
      .map(({ scope, saved_at: savedAt, history }) => ({ scope, savedAt, history: JSON.parse(history) as UsedUntil[] }));
  }

  saveCounts(all: readonly BudgetCounts[]): void {
    for (const { scope, savedAt, history } of all) {
      // The budget may have been removed meanwhile.
      this.#rows.run(
        `INSERT INTO budget_counts (scope, saved_at, history) SELECT scope, ?2, ?3 FROM budgets WHERE scope = ?1
         ON CONFLICT (scope) DO UPDATE SET saved_at = excluded.saved_at, history = excluded.history`,
        ...[scope, savedAt, JSON.stringify(history)],
      );
    }
  }

  /** 0 where there is none. */
  #versionOf(scope: string): number {
    return this.#rows.get<{ version: number }>('SELECT version FROM budgets WHERE scope = ?', scope)?.version ?? 0;
  }
}

function toBudget({ cpu_seconds, memory_bytes, warn_at, set_at, calls, ...row }: BudgetRow): Budget {
  return Object.freeze({
    ...{ ...row, calls: calls ?? undefined, cpuSeconds: cpu_seconds ?? undefined, memoryBytes: memory_bytes ?? undefined },
    ...{ warnAt: warn_at, setAt: set_at },
  });
}

/** @param expected as `BudgetInput` has it */
function checkVersion(scope: string, version: number, expected: number | undefined): void {
  if (expected === undefined || expected === version) return;
  const asked = expected === 0 ? 'was to have no budget' : `was to have version ${expected} of its budget`;
  const is = version === 0 ? 'has none' : `has version ${version}`;
  throw new NboxError('precondition_failed', `${scope} ${asked}, but ${is}: someone else has changed it`);
}

/** The budget routes of the admin API: how much a domain, a group or a plugin may take, and what it has taken. */

import type { Context } from 'koa';
import { NboxError } from '../../guards/errors.ts';
import { getBudget, listBudgets, removeBudget, setBudget } from '../api/operations/budgets.ts';
import { type BudgetLimits, type BudgetMode, type BudgetTerms, type BudgetWindow, scopeOf } from '../budgets/budget.ts';
import type { BudgetUse } from '../budgets/budget-counter.ts';
import type { BudgetEvent } from '../budgets/budget-event.ts';
import type { BudgetView as Budgeted, Budgets } from '../budgets/budgets.ts';
import { principalOf, within } from './access.ts';
import { noteChange } from './audited.ts';
import { expectedVersion, tag } from './if-match.ts';
import { pageOf } from './page.ts';
import { type Params, type Route, route } from './route.ts';

export interface BudgetRouteParts {
  readonly budgets: Pick<Budgets, 'list' | 'events' | 'get' | 'set' | 'remove'>;
}

/** `GET /v1/budgets/…`, and an item of `GET /v1/budgets`. What is not bounded is `null`. */
export interface BudgetView extends Readonly<Record<keyof BudgetLimits, number | null>> {
  readonly scope: string;
  readonly version: number;
  readonly window: BudgetWindow;
  readonly mode: BudgetMode;
  readonly warnAt: number;
  readonly used: BudgetUse;
  readonly state: Budgeted['state'];
  readonly actor: string;
  readonly message: string;
  readonly setAt: string;
}

/** An item of `events` in `GET /v1/budgets`. */
export interface BudgetEventView extends Omit<BudgetEvent, 'at'> {
  readonly at: string;
}

export function budgetRoutes({ budgets }: BudgetRouteParts): Route[] {
  return [
    route(listBudgets, (ctx, _, { query }) => {
      const isVisible = within(ctx);
      const seen = budgets.list().filter(({ budget }) => isVisible(budget.scope));
      const { rows, next } = pageOf('listBudgets', seen, ({ budget }) => budget.scope, query);
      const events = budgets.events().filter(({ scope }) => isVisible(scope));
      ctx.body = { budgets: rows.map(view), events: events.map(eventView), next };
    }),
    ...getBudget.map((operation) => route(operation, (ctx, params) => answer(ctx, budgets.get(scopeIn(params))))),
    ...setBudget.map((operation) =>
      route(operation, async (ctx, params, { body }) => {
        const scope = boundIn(ctx, params);
        const expected = expectedVersion(ctx, 'the version of a budget');
        const { calls, cpuSeconds, memoryBytes, ...terms } = await body();
        const limits = { calls: calls ?? undefined, cpuSeconds: cpuSeconds ?? undefined, memoryBytes: memoryBytes ?? undefined };
        const before = termsOf(budgets, scope);
        const { view: set, created } = await budgets.set({ scope, ...terms, ...limits, expected, actor: ctx.state['actor'] });
        noteChange(ctx, { before, after: termsOf(budgets, scope) });
        ctx.status = created ? 201 : 200;
        answer(ctx, set);
      }),
    ),
    ...removeBudget.map((operation) =>
      route(operation, async (ctx, params) => {
        const scope = boundIn(ctx, params);
        const before = termsOf(budgets, scope);
        await budgets.remove(scope, ctx.state['actor'], expectedVersion(ctx, 'the version of a budget'));
        noteChange(ctx, { before });
        ctx.status = 204;
      }),
    ),
  ];
}

/** @throws NboxError `invalid_scope` */
function scopeIn({ domain, group, name }: Params): string {
  return scopeOf([domain, group, name].filter((one) => one !== undefined));
}

/**
 * What a budget is set for, or taken off. Whoever is held to one does not lift it: that is for those who reach further.
 * @throws NboxError `invalid_scope`, `forbidden`
 */
function boundIn(ctx: Context, params: Params): string {
  const scope = scopeIn(params);
  const { reach } = principalOf(ctx);
  if (scope !== reach) return scope;
  throw new NboxError('forbidden', `The budget of ${scope} is set by those who reach further; this token reaches ${reach}`);
}

/** What of a budget is set, as the audit has it; `undefined` where there is none. */
function termsOf(budgets: BudgetRouteParts['budgets'], scope: string): BudgetTerms | undefined {
  const found = budgets.list().find(({ budget }) => budget.scope === scope);
  if (found === undefined) return undefined;
  const { window, calls, cpuSeconds, memoryBytes, mode, warnAt } = found.budget;
  return { window, calls, cpuSeconds, memoryBytes, mode, warnAt };
}

function answer(ctx: Context, budgeted: Budgeted): void {
  tag(ctx, budgeted.budget.version);
  ctx.body = view(budgeted);
}

function view({ budget, used, state }: Budgeted): BudgetView {
  const { scope, version, window, calls = null, cpuSeconds = null, memoryBytes = null, mode, warnAt, actor, message, setAt } = budget;
  return {
    ...{ scope, version, window, calls, cpuSeconds, memoryBytes, mode, warnAt, used, state, actor, message },
    setAt: new Date(setAt).toISOString(),
  };
}

function eventView({ at, ...event }: BudgetEvent): BudgetEventView {
  return { ...event, at: new Date(at).toISOString() };
}

/**
 * The budgets of a host: which plugin is under which, what is used of each, and setting them. What was counted outlives the
 * host: it is stored every few seconds and when the host stops, so that a crash loses no more than that of it.
 */

import { NboxError } from '../../guards/errors.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { UsageRecord, UsageSink } from '../meter/usage.ts';
import { PublishQueue } from '../release/publish-queue.ts';
import type { BudgetInput, Store } from '../store/store.ts';
import { type Budget, scopesAbove } from './budget.ts';
import { BudgetCounter, type BudgetUse } from './budget-counter.ts';
import type { BudgetEvent, TellBudgetEvent } from './budget-event.ts';
import { PluginBudgets } from './plugin-budgets.ts';

export interface BudgetParts {
  readonly store: Pick<Store, 'budgets' | 'setBudget' | 'removeBudget' | 'budgetCounts' | 'saveBudgetCounts'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told of what the log is told of, too. */
  readonly onEvent?: TellBudgetEvent;
  /** Does the work every so often. @returns what ends that */
  readonly every: (ms: number, work: () => void) => () => void;
}

export interface BudgetView {
  readonly budget: Budget;
  readonly used: BudgetUse;
  /** `exceeded`: all of one of its limits is used; `warned`: the part from which on it is told. */
  readonly state: 'ok' | BudgetEvent['kind'];
}

const saveMs = 5_000;
/** The store writes on the host's event loop: so many take 2 ms. */
const savedAtOnce = 100;
/** The last ones are kept. */
const mostEvents = 200;
/** Of plugins it is remembered what they are under: when there are more, as if nothing were known of any. */
const mostRemembered = 50_000;

export class Budgets implements UsageSink {
  readonly #parts: BudgetParts;
  /** Of the clock that only goes forward: when its time began, so that a wall clock that is set moves no window. */
  readonly #epochMs: number;
  readonly #counters = new Map<string, BudgetCounter>();
  /** `undefined`: the plugin is under none. */
  readonly #plugins = new Map<string, PluginBudgets | undefined>();
  readonly #events: BudgetEvent[] = [];
  readonly #queue = new PublishQueue();
  #endSaving: () => void = () => {};
  #saving: Promise<void> | undefined;
  #isSavingBroken = false;

  constructor(parts: BudgetParts) {
    this.#parts = parts;
    this.#epochMs = parts.clock.now() - parts.clock.elapsed();
  }

  /** Milliseconds since the epoch that only go forward. */
  now(): number {
    return this.#epochMs + this.#parts.clock.elapsed();
  }

  /** Goes on with what was set and counted before. Once. */
  async restore(): Promise<void> {
    const { store, every } = this.#parts;
    const now = this.now();
    for (const budget of await store.budgets()) this.#counters.set(budget.scope, new BudgetCounter(budget, now, this.#tell));
    for (const { scope, savedAt, history } of await store.budgetCounts()) {
      // Where the clock was set back in between, nothing is forgiven: what was used just now was used just now.
      const aheadMs = Math.max(0, savedAt - now);
      const moved = aheadMs === 0 ? history : history.map(([endMs, ...used]) => [endMs - aheadMs, ...used] as const);
      this.#counters.get(scope)?.refill(moved, now);
    }
    this.#endSaving = every(saveMs, () => void this.save());
  }

  /** In the hot path. @returns `undefined` where the plugin is under no budget */
  of(plugin: string): PluginBudgets | undefined {
    if (this.#counters.size === 0) return undefined;
    const known = this.#plugins.get(plugin);
    return known !== undefined || this.#plugins.has(plugin) ? known : this.#find(plugin);
  }

  /** In the hot path. A preview's calls are on its plugin's budgets, too. */
  record(record: UsageRecord): void {
    const mine = this.of(record.plugin);
    // Nothing has run: refusals are free, and many. A call that is run again may have used much before it was refused.
    if (mine === undefined || (record.executor === 0 && record.cpuUs === 0)) return;
    mine.record(this.now(), record.cpuUs, record.memoryPeakBytes);
  }

  /** In order of scopes. */
  list(): BudgetView[] {
    return this.scopes().map((scope) => this.get(scope));
  }

  /** Those that have a budget, in order. */
  scopes(): readonly string[] {
    return [...this.#counters.keys()].sort();
  }

  find(scope: string): BudgetView | undefined {
    return this.#counters.has(scope) ? this.get(scope) : undefined;
  }

  /** The last one first. */
  events(): readonly BudgetEvent[] {
    return [...this.#events].reverse();
  }

  /** @throws NboxError `no_such_budget` */
  get(scope: string): BudgetView {
    const counter = this.#counters.get(scope);
    if (counter === undefined) throw new NboxError('no_such_budget', `${scope} has no budget`);
    const { budget } = counter;
    const used = counter.used(this.now());
    const reached = (part: number) =>
      (['calls', 'cpuSeconds', 'memoryBytes'] as const).some((one) => used[one] >= (budget[one] ?? Infinity) * part);
    return { budget, used, state: reached(1) ? 'exceeded' : reached(budget.warnAt) ? 'warned' : 'ok' };
  }

  /**
   * From when it returns on, calls are held to it. What was counted for the scope before counts on.
   * @throws NboxError `precondition_failed`, `too_many_budgets`, `publish_failed`
   */
  set(input: Omit<BudgetInput, 'setAt'>): Promise<{ readonly view: BudgetView; readonly created: boolean }> {
    const { scope } = input;
    return this.#queue.run(scope, async () => {
      const budget = await this.#parts.store.setBudget({ ...input, setAt: this.#parts.clock.now() });
      const counter = this.#counters.get(scope);
      if (counter === undefined) this.#counters.set(scope, new BudgetCounter(budget, this.now(), this.#tell));
      else counter.become(budget, this.now());
      this.#plugins.clear();
      this.#parts.log.info({ ...budget }, 'a budget was set');
      return { view: this.get(scope), created: counter === undefined };
    });
  }

  /** @throws NboxError `no_such_budget`, `precondition_failed`, `publish_failed` */
  remove(scope: string, actor: string, expected: number | undefined): Promise<void> {
    return this.#queue.run(scope, async () => {
      await this.#parts.store.removeBudget(scope, expected);
      this.#counters.delete(scope);
      this.#plugins.clear();
      this.#parts.log.info({ scope, actor }, 'a budget was removed');
    });
  }

  /** Stores what was counted since it was last stored. Never rejects. */
  async save(): Promise<void> {
    this.#saving ??= this.#save().finally(() => {
      this.#saving = undefined;
    });
    await this.#saving;
  }

  async close(): Promise<void> {
    this.#endSaving();
    await this.#queue.close();
    // One that runs may have read its numbers before the last calls ended.
    await this.#saving;
    await this.save();
  }

  async #save(): Promise<void> {
    const changed = [...this.#counters.values()].filter((one) => one.isChanged);
    try {
      for (let from = 0; from < changed.length; from += savedAtOnce) {
        if (from > 0) await new Promise((resolve) => setImmediate(resolve));
        await this.#saveSome(changed.slice(from, from + savedAtOnce));
      }
      this.#isSavingBroken = false;
    } catch (err) {
      // Once, and not every few seconds.
      if (!this.#isSavingBroken) this.#parts.log.warn({ err }, 'what was counted for budgets could not be stored; it is tried again');
      this.#isSavingBroken = true;
    }
  }

  async #saveSome(some: readonly BudgetCounter[]): Promise<void> {
    const savedAt = Math.round(this.now());
    const counts = some.map((one) => {
      one.isChanged = false;
      return { scope: one.budget.scope, savedAt, history: one.history() };
    });
    try {
      await this.#parts.store.saveBudgetCounts(counts);
    } catch (error) {
      for (const one of some) one.isChanged = true;
      throw error;
    }
  }

  #find(plugin: string): PluginBudgets | undefined {
    const counters = scopesAbove(plugin).flatMap((scope) => this.#counters.get(scope) ?? []);
    const found = counters.length === 0 ? undefined : new PluginBudgets(plugin, counters);
    if (this.#plugins.size >= mostRemembered) this.#plugins.clear();
    this.#plugins.set(plugin, found);
    return found;
  }

  readonly #tell: TellBudgetEvent = (event) => {
    this.#events.push(event);
    if (this.#events.length > mostEvents) this.#events.shift();
    const { kind, ...fields } = event;
    this.#parts.log.warn({ budget: kind, ...fields }, kind === 'exceeded' ? 'a budget is used up' : 'a budget is nearly used up');
    this.#parts.onEvent?.(event);
  };
}

/** What of a host's plugins wants a look: each row says what was seen, and what to do about it. */

import { NboxError } from '../../guards/errors.ts';
import type { Clock } from '../clock.ts';
import type { CostRise } from './cost-rise.ts';
import { type Growth, growthDays } from './growth.ts';
import type { Hitter } from './heavy-hitters.ts';
import { dayMs, hourMs, hourOf } from './hourly-sums.ts';
import type { InterfaceUse } from './interface-use.ts';
import type { InterfaceUses } from './interface-uses.ts';
import type { Past, PastQuestion } from './past.ts';

export interface HygieneParts {
  readonly uses: Pick<InterfaceUses, 'list'>;
  readonly clock: Pick<Clock, 'now'>;
  /** @throws NboxError where it cannot be told now */
  readonly past: (question: PastQuestion) => Promise<Past>;
  readonly live: () => PastQuestion['live'];
}

/** With what to do about it. */
type Row<Seen> = Seen & { readonly advice: string };

export interface Unused {
  readonly plugin: string;
  readonly interface: string;
  readonly seenAt: number;
  /** `undefined`: never since it was first seen. */
  readonly usedAt: number | undefined;
  readonly unusedDays: number;
}

export interface Callers {
  readonly plugin: string;
  readonly interface: string;
  /** Since it was first seen. */
  readonly calls: number;
  /** Of callers that have no name. */
  readonly unnamedCalls: number;
  readonly callers: readonly Hitter[];
}

export interface HygieneReport {
  readonly unused: readonly Row<Unused>[];
  readonly callers: readonly Row<Callers>[];
  /** `undefined` where it is not judged, and so with `costRises`. */
  readonly growth: readonly Row<Growth>[] | undefined;
  readonly costRises: readonly Row<CostRise>[] | undefined;
  readonly notJudged: readonly NotJudged[];
}

export interface NotJudged {
  readonly rows: 'growth' | 'costRises';
  readonly why: string;
}

/** Of each kind. */
const mostRows = 500;
/** Of each interface, where all are listed. */
const callersShown = 5;
/** So long after an hour's end its usage is stored: its last minute is added up when the next one has begun. */
const settledMs = 120_000;

export class Hygiene {
  readonly #parts: HygieneParts;

  constructor(parts: HygieneParts) {
    this.#parts = parts;
  }

  /**
   * @param unusedDays for how many days an interface must have been unused at least
   * @param isSeen of which plugins there may be rows: those of others take no place
   */
  async report(unusedDays: number, isSeen: (plugin: string) => boolean = () => true): Promise<HygieneReport> {
    const { uses, clock } = this.#parts;
    const now = clock.now();
    const all = uses.list().filter(({ plugin }) => isSeen(plugin));
    const busiest = all.filter(({ calls }) => calls > 0).sort((a, b) => b.calls - a.calls);
    return {
      unused: unused(all, now, unusedDays).slice(0, mostRows),
      callers: busiest.slice(0, mostRows).map((one) => callersOf(one, callersShown)),
      ...(await this.#judged(hourOf(now - settledMs) - hourMs, isSeen)),
    };
  }

  /** The rest of a report must not depend on what is stored. */
  async #judged(hour: number, isSeen: (plugin: string) => boolean): Promise<Pick<HygieneReport, 'growth' | 'costRises' | 'notJudged'>> {
    const { past, live } = this.#parts;
    let told: Past;
    try {
      told = await past({ hour, live: live() });
    } catch (error) {
      if (!(error instanceof NboxError)) throw error;
      return notJudged(error.message, error.message);
    }
    const { since, days } = told;
    if (since === undefined) return notJudged(...noHour);
    const first = <Seen extends { readonly plugin: string }>(rows: readonly Seen[]) =>
      rows.filter(({ plugin }) => isSeen(plugin)).slice(0, mostRows);
    const costs = first(told.costRises).map(withCostAdvice);
    if (days < growthDays.least) {
      const from = new Date(since).toISOString();
      const why = `Growth is told by the same hour of ${growthDays.least} days at least, and usage of it is stored of ${days}; there is some since ${from}`;
      return { ...notJudged(why), costRises: costs };
    }
    return { growth: first(told.growth).map(withGrowthAdvice), costRises: costs, notJudged: [] };
  }

  /** Of one plugin's interfaces, all that is known. */
  callers(plugin: string): (Row<Callers> & Pick<InterfaceUse, 'seenAt' | 'usedAt'>)[] {
    return this.#parts.uses.list(plugin).map((one) => ({ ...callersOf(one), seenAt: one.seenAt, usedAt: one.usedAt }));
  }
}

const noHour = [
  'Growth is told by hours of days before, and none is stored yet',
  'Costs are told by whole hours, and none is stored yet',
] as const;

function notJudged(growth: string, costs?: string): Pick<HygieneReport, 'growth' | 'costRises' | 'notJudged'> {
  const reasons: NotJudged[] = [{ rows: 'growth', why: growth }];
  if (costs !== undefined) reasons.push({ rows: 'costRises', why: costs });
  return { growth: undefined, costRises: undefined, notJudged: reasons };
}

function unused(all: readonly InterfaceUse[], now: number, days: number): Row<Unused>[] {
  const lastOf = (one: InterfaceUse) => one.usedAt ?? one.seenAt;
  const lastUse = new Map<string, number>();
  for (const one of all) lastUse.set(one.plugin, Math.max(lastUse.get(one.plugin) ?? 0, lastOf(one)));
  return all
    .flatMap((one) => {
      const { plugin, interface: name, seenAt, usedAt } = one;
      const unusedDays = Math.floor((now - lastOf(one)) / dayMs);
      if (unusedDays < days) return [];
      const isPluginUnused = now - (lastUse.get(plugin) as number) >= days * dayMs;
      const advice = isPluginUnused
        ? `Nothing of the plugin was used for so long: ask its owner, and remove it (nbox rm ${plugin}); nbox export --plugin ${plugin} keeps a copy`
        : `Ask the plugin's owner whether ${name} is needed, and publish a release without it`;
      return [{ plugin, interface: name, seenAt, usedAt, unusedDays, advice }];
    })
    .sort((a, b) => b.unusedDays - a.unusedDays || (a.plugin < b.plugin ? -1 : 1));
}

function callersOf({ plugin, interface: name, calls, callers }: InterfaceUse, shown = callers.length): Row<Callers> {
  const named = callers.reduce((all, { count }) => all + count, 0);
  const unnamedCalls = Math.max(0, calls - named);
  return { plugin, interface: name, calls, unnamedCalls, callers: callers.slice(0, shown), advice: callersAdvice(callers, calls, named) };
}

function callersAdvice(callers: readonly Hitter[], calls: number, named: number): string {
  const [first] = callers;
  if (calls === 0) return 'Nobody has called it yet';
  if (first === undefined) return 'Its callers have no names: have them send one, and name that header by --caller-header';
  if (named < calls / 2) return 'Most calls have no caller’s name: have callers send one before changing what it answers';
  if (callers.length === 1) return `Agree changes of what it answers with ${first.name}, its only caller with a name`;
  return `Agree changes of what it answers with its callers, ${first.name} first`;
}

function withGrowthAdvice(seen: Growth): Row<Growth> {
  const { plugin, metric } = seen;
  const what = metric === 'calls' ? 'Look who calls it' : 'Look at its calls and their cost';
  return {
    ...seen,
    advice: `${what} (GET /v1/plugins/${plugin}/callers); where it is not wanted, set a budget (nbox budgets set ${plugin})`,
  };
}

function withCostAdvice(seen: CostRise): Row<CostRise> {
  const { plugin, release, base } = seen;
  return {
    ...seen,
    advice: `Compare the two releases (nbox diff ${plugin} ${release} ${base}), and go back where it is not meant (nbox rollback ${plugin})`,
  };
}

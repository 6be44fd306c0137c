/** What of a host's plugins wants a look: each row says what was seen, and what to do about it. */

import type { Clock } from '../clock.ts';
import { type CostRise, costRises } from './cost-rise.ts';
import { type Growth, growth, growthDays } from './growth.ts';
import type { Hitter } from './heavy-hitters.ts';
import { type HourlySource, hourMs, hourOf } from './hourly-sums.ts';
import type { InterfaceUse } from './interface-use.ts';
import type { InterfaceUses } from './interface-uses.ts';

export interface HygieneParts {
  readonly uses: Pick<InterfaceUses, 'list'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Without sums of the past, growth and costs are not judged. */
  readonly hourly?: HourlySource | undefined;
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
  /** `undefined` where the host keeps no hourly sums. */
  readonly growth: readonly Row<Growth>[] | undefined;
  readonly costRises: readonly Row<CostRise>[] | undefined;
}

const dayMs = 24 * hourMs;
/** Of each kind. */
const mostRows = 500;
/** Of each interface, where all are listed. */
const callersShown = 5;
/** How far back costs are compared. */
const costDays = 14;

export class Hygiene {
  readonly #parts: HygieneParts;

  constructor(parts: HygieneParts) {
    this.#parts = parts;
  }

  /** @param unusedDays for how many days an interface must have been unused at least */
  async report(unusedDays: number): Promise<HygieneReport> {
    const { uses, clock, hourly } = this.#parts;
    const now = clock.now();
    const all = uses.list();
    const busiest = all.filter(({ calls }) => calls > 0).sort((a, b) => b.calls - a.calls);
    const thisHour = hourOf(now);
    const hours = await hourly?.(thisHour - (growthDays.back * 24 + 1) * hourMs, thisHour);
    const ofLate = hours?.filter(({ hour }) => hour >= thisHour - costDays * dayMs);
    return {
      unused: unused(all, now, unusedDays).slice(0, mostRows),
      callers: busiest.slice(0, mostRows).map((one) => callersOf(one, callersShown)),
      growth:
        hours &&
        growth(hours, thisHour - hourMs)
          .slice(0, mostRows)
          .map(withGrowthAdvice),
      costRises: ofLate && costRises(ofLate).slice(0, mostRows).map(withCostAdvice),
    };
  }

  /** Of one plugin's interfaces, all that is known. */
  callers(plugin: string): (Row<Callers> & Pick<InterfaceUse, 'seenAt' | 'usedAt'>)[] {
    return this.#parts.uses.list(plugin).map((one) => ({ ...callersOf(one), seenAt: one.seenAt, usedAt: one.usedAt }));
  }
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

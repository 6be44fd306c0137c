/** What wants a look now, the worst first, each with where to go. */

import type { Breaker, Budget, Hints, Overview } from '../api/wire-host.ts';
import type { Route } from '../routes/route.ts';
import { count, micros, percent, plural, seconds } from './format.ts';
import type { Happening } from './live.ts';

export interface Alert {
  readonly severity: 'bad' | 'warn';
  readonly title: string;
  readonly detail: string;
  readonly to: Route | undefined;
}

export interface AlertSources {
  readonly now: number;
  readonly breakers: readonly Breaker[];
  readonly budgets: readonly Budget[];
  readonly lanes: Hints['lanes'];
  readonly overviews: readonly Overview[];
  readonly happenings: readonly Happening[];
  /** Of the range that is shown. */
  readonly calls: number;
  readonly failed: number;
  /** Of the CPU that the operating system has counted, what nothing explains; from 0 to 1. */
  readonly residual: number;
}

const lostForMs = 10 * 60_000;
const rolledBackForMs = 60 * 60_000;
const manyFailures = 0.05;
const leastCalls = 50;
const muchResidual = 0.15;
/** For so many seconds calls wait, one after another, before it is told. */
const waitingFor = 10;

export function alertsOf(sources: AlertSources): Alert[] {
  const alerts = [
    ...heldOf(sources.breakers),
    ...budgetsOf(sources.budgets),
    ...lostOf(sources),
    ...rolledBackOf(sources),
    ...failuresOf(sources),
    ...capacityOf(sources),
    ...waitingOf(sources),
    ...residualOf(sources),
  ];
  return alerts.sort((a, b) => (a.severity === b.severity ? 0 : a.severity === 'bad' ? -1 : 1));
}

const held: Readonly<Record<Breaker['state'], string>> = {
  ...{ closed: 'is well', slowed: 'is slowed', quarantined: 'is quarantined', refused: 'is refused', probing: 'is tried again' },
};

function heldOf(breakers: readonly Breaker[]): Alert[] {
  return breakers.map(({ plugin, release, state, trips, kills, refusedForMs }) => ({
    severity: state === 'slowed' || state === 'probing' ? ('warn' as const) : ('bad' as const),
    title: `${plugin} ${held[state]}`,
    detail: [
      `Release ${release}: ${plural(trips, 'guard trip')} in 10 s`,
      ...(kills > 0 ? [`${plural(kills, 'executor')} killed`] : []),
      ...(refusedForMs > 0 ? [`refused for ${seconds(Math.ceil(refusedForMs / 1_000))} more`] : []),
    ].join(', '),
    to: { view: 'plugin', plugin, tab: 'failures' },
  }));
}

function budgetsOf(budgets: readonly Budget[]): Alert[] {
  return budgets
    .filter(({ state }) => state !== 'ok')
    .map(({ scope, state, mode, window, calls, cpuSeconds, used }) => {
      const isHard = state === 'exceeded' && mode === 'hard';
      const of =
        calls !== null
          ? `${count(used.calls)} of ${count(calls)} calls`
          : cpuSeconds !== null
            ? `${seconds(used.cpuSeconds)} of ${seconds(cpuSeconds)} CPU`
            : 'memory';
      return {
        severity: isHard ? ('bad' as const) : ('warn' as const),
        title: state === 'exceeded' ? `The budget of ${scope} is used up` : `The budget of ${scope} is nearly used up`,
        detail: `${of} in ${window}${isHard ? ': calls are refused' : ''}`,
        to: scope.split('/').length === 3 ? { view: 'plugin' as const, plugin: scope, tab: 'capacity' as const } : undefined,
      };
    });
}

function lostOf({ happenings, now }: AlertSources): Alert[] {
  const lost = happenings.filter(({ type, at }) => type === 'executor_lost' && now - at < lostForMs);
  if (lost.length === 0) return [];
  const causes = [...new Set(lost.map(({ data }) => String(data['cause'])))].join(', ');
  return [
    {
      severity: 'bad',
      title: `${plural(lost.length, 'executor')} lost in the last 10 minutes`,
      detail: `Cause: ${causes}. Spare ones have taken their place.`,
      to: undefined,
    },
  ];
}

function rolledBackOf({ happenings, now }: AlertSources): Alert[] {
  return happenings
    .filter(({ type, at, data }) => type === 'rollout' && data['decision'] === 'rolled_back' && now - at < rolledBackForMs)
    .map(({ plugin = '', data }) => ({
      severity: 'warn' as const,
      title: `Release ${String(data['release'])} of ${plugin} was rolled back by itself`,
      detail: typeof data['reason'] === 'string' ? data['reason'] : '',
      to: { view: 'plugin' as const, plugin, tab: 'releases' as const },
    }));
}

function failuresOf({ calls, failed }: AlertSources): Alert[] {
  const share = calls === 0 ? 0 : failed / calls;
  if (calls < leastCalls || share < manyFailures) return [];
  return [
    {
      severity: 'bad',
      title: `${percent(share)} of all calls fail`,
      detail: `${count(failed)} of ${count(calls)} in the time that is shown`,
      to: { view: 'plugins' },
    },
  ];
}

function capacityOf({ lanes }: AlertSources): Alert[] {
  return Object.entries(lanes)
    .filter(([, { wanted, present = wanted }]) => wanted > present)
    .map(([lane, { wanted, present = 0, reason, waitUs }]) => ({
      severity: 'warn' as const,
      title: `The lane ${lane} should have ${plural(wanted, 'executor')} and has ${present}`,
      detail: `${reason}; calls wait for ${micros(waitUs)}`,
      to: undefined,
    }));
}

function waitingOf({ overviews }: AlertSources): Alert[] {
  const last = overviews.slice(-waitingFor);
  if (last.length < waitingFor) return [];
  return (last.at(-1)?.lanes ?? [])
    .filter(({ lane }) => last.every(({ lanes }) => (lanes.find((one) => one.lane === lane)?.waiting ?? 0) > 0))
    .map(({ lane, waiting }) => ({
      severity: 'warn' as const,
      title: `Calls wait in the lane ${lane}`,
      detail: `${plural(waiting, 'call')} now, and some for ${waitingFor} s without a break`,
      to: undefined,
    }));
}

function residualOf({ residual }: AlertSources): Alert[] {
  if (residual < muchResidual) return [];
  return [
    {
      severity: 'warn',
      title: `${percent(residual)} of the CPU time is explained by nothing`,
      detail: 'Processes that ended between two looks, or a machine that is measured badly',
      to: undefined,
    },
  ];
}

/** The overview: who uses the machine, how calls fare, what has changed, and what wants a look. */

import { useComputed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { Budgets, Hint, Hints } from '../../api/wire-host.ts';
import type { UsageRows, UsageTop } from '../../api/wire-usage.ts';
import { type AlertSources, alertsOf } from '../../data/alerts.ts';
import { residualOf, trafficOf } from '../../data/overview.ts';
import { breakers, changes, live, rangeKey, windowNow } from '../../data/page.ts';
import { topQuestion, trafficQuestion } from '../../data/questions.ts';
import { useResource } from '../../data/use-resource.ts';
import { everyMs, within } from '../../data/windowed.ts';
import { AlertList } from './alert-list.tsx';
import { ChangeList } from './change-list.tsx';
import { Lanes } from './lanes.tsx';
import { Machine } from './machine.tsx';
import { Movers } from './movers.tsx';
import { Numbers } from './numbers.tsx';
import { TrafficCharts } from './traffic-charts.tsx';

/** Of each lane; what is not known yet is left out. @param names with commas between them */
async function laneHints(names: string, signal: AbortSignal): Promise<Hints['lanes']> {
  const asked = names.split(',').filter(Boolean);
  const answers = await Promise.allSettled(asked.map((lane) => get<Hint>(`/v1/hints/lanes/${lane}`, signal)));
  return Object.fromEntries(answers.flatMap((answer, i) => (answer.status === 'fulfilled' ? [[asked[i] as string, answer.value]] : [])));
}

/** What wants a look: in a part of its own, which is drawn anew with each second while the charts stay as they are. */
function Alerts(seen: Pick<AlertSources, 'budgets' | 'lanes' | 'residual' | 'calls' | 'failed'>) {
  // The list of those of the last minutes is no signal.
  void live.overview.value;
  const alerts = alertsOf({
    ...seen,
    ...{ now: Date.now(), breakers: breakers.known.value.value ?? [], overviews: live.overviews, happenings: live.happenings.value },
  });
  return alerts.length === 0 ? null : <AlertList alerts={alerts} />;
}

export function Overview() {
  const key = rangeKey.value;
  const every = everyMs[windowNow().step];
  const top = useResource(`top ${key}`, (signal) => within((window) => get<UsageTop>(topQuestion(window), signal)), { everyMs: every });
  const traffic = useResource(`traffic ${key}`, (signal) => within((window) => get<UsageRows>(trafficQuestion(window), signal)), {
    everyMs: every,
  });
  const lanes = useComputed(() => (live.overview.value?.lanes ?? []).map(({ lane }) => lane).join());
  const hints = useResource(`hints ${lanes.value}`, (signal) => laneHints(lanes.value, signal), { everyMs: 10_000 });
  const budgets = useResource('budgets', (signal) => get<Budgets>('/v1/budgets', signal), { everyMs: 30_000 });
  const seen = traffic.value;
  const shown = useMemo(() => (seen === undefined ? undefined : trafficOf(seen.answer.rows, seen.window)), [seen]);
  const residual = useMemo(() => (top.value === undefined ? 0 : residualOf(top.value.answer)), [top.value]);
  const marks = changes.known.value.value ?? [];
  return (
    <>
      <Numbers traffic={shown} rows={seen?.answer.rows ?? []} />
      <Alerts
        {...{ budgets: budgets.value?.budgets ?? [], lanes: hints.value ?? {}, residual }}
        {...{ calls: shown?.calls ?? 0, failed: shown?.failed ?? 0 }}
      />
      <Machine top={top} changes={marks} />
      <TrafficCharts traffic={traffic} changes={marks} />
      <div class="grid three">
        <Lanes hints={hints.value ?? {}} />
        {/* It takes a look at every plugin: what is higher up comes first. */}
        {seen === undefined || top.value === undefined ? <div /> : <Movers />}
        <ChangeList />
      </div>
    </>
  );
}

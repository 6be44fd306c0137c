/** What a plugin takes and how its calls fare: by release or interface, the wait apart from the run, and where it fails. */

import { useMemo } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { Failure } from '../../api/wire.ts';
import type { UsageRow, UsageRows } from '../../api/wire-usage.ts';
import { bytes, count, micros, percent, rate } from '../../data/format.ts';
import { type GroupedBy, groupsOf } from '../../data/groups.ts';
import { outcomesOf, seriesColors, trafficOf, weighted } from '../../data/overview.ts';
import { changes, live, rangeKey } from '../../data/page.ts';
import { rangeText, stepMs, type Window } from '../../data/range.ts';
import { perSecond } from '../../data/stack.ts';
import { useResource } from '../../data/use-resource.ts';
import { everyMs, within } from '../../data/windowed.ts';
import { Card } from '../../parts/card.tsx';
import { Chart, type ChartSeries } from '../../parts/chart.tsx';
import { Command } from '../../parts/copy.tsx';
import { Segments } from '../../parts/segments.tsx';
import { Either, Empty } from '../../parts/states.tsx';
import { Stat, Stats } from '../../parts/stats.tsx';
import { query, setQuery } from '../../routes/location.ts';
import { FailingPlaces } from './failing-places.tsx';
import type { TabProps } from './shown.ts';

/** As many as there are colours to tell apart. */
const mostGroups = 6;
const mostOutcomes = 6;
/** Failures above this share of the calls are shown in red. */
const manyFailures = 0.01;

interface Answers {
  readonly total: UsageRows;
  readonly grouped: UsageRows;
}

const groupings = [
  { value: 'release', name: 'By release' },
  { value: 'interface', name: 'By interface' },
] as const;

export function PluginOverview({ shown: { detail } }: TabProps) {
  const { plugin } = detail;
  const by: GroupedBy = query.value['by'] === 'interface' ? 'interface' : 'release';
  const usage = useResource(
    `${plugin} ${by} ${rangeKey.value}`,
    (signal) =>
      within(async (window): Promise<Answers> => {
        const ask = (more: string) => get<UsageRows>(`/v1/plugins/${plugin}/usage?${rangeText(window)}${more}`, signal);
        const [total, grouped] = await Promise.all([ask(''), ask(`&group=${by}`)]);
        return { total, grouped };
      }),
    { everyMs: everyMs['1m'] },
  );
  const failures = useResource(
    `failures ${plugin}`,
    (signal) => get<{ failures: readonly Failure[] }>(`/v1/plugins/${plugin}/failures`, signal).then((answer) => answer.failures),
    {
      everyMs: 10_000,
      on: live.tripped,
    },
  );
  const places = <FailingPlaces plugin={plugin} failures={failures} />;
  // What goes wrong comes first; that nothing does can wait.
  const hasFailed = (failures.value ?? []).length > 0;
  return (
    <>
      {hasFailed ? places : null}
      <Either of={usage} label="usage" height={420}>
        {({ window, answer }) => <Charts {...{ plugin, window, by, answer }} isStale={usage.isStale} interfaces={detail.interfaces} />}
      </Either>
      {hasFailed ? null : places}
    </>
  );
}

interface ChartsProps {
  readonly plugin: string;
  readonly interfaces: readonly string[];
  readonly window: Window;
  readonly by: GroupedBy;
  readonly answer: Answers;
  readonly isStale: boolean;
}

function Charts({ plugin, interfaces, window, by, answer: { total, grouped }, isStale }: ChartsProps) {
  const { from, to } = window;
  const traffic = useMemo(() => trafficOf(total.rows, window), [total, window]);
  const { times } = traffic;
  const grouping = (of: (row: UsageRow) => number, scale: number) =>
    groupsOf(grouped.rows, times, by, of, mostGroups).map(({ name, values }, i) => ({
      ...{ label: name, color: seriesColors[i % seriesColors.length] as string },
      values: perSecond(values, stepMs[window.step], window.lastMs).map((value) => value * scale),
    }));
  const cpu = useMemo(() => grouping((row) => row.cpuUs, 1 / 1_000), [grouped, times, by, window]);
  const calls = useMemo(() => grouping((row) => row.calls, 1), [grouped, times, by, window]);
  const outcomes = useMemo(() => {
    const all = outcomesOf(total.rows, times, window).filter(({ outcome }) => outcome !== 'ok');
    return all
      .slice(0, mostOutcomes)
      .map(({ outcome, values }, i) => ({ label: outcome, color: badColors[i % badColors.length] as string, values }));
  }, [total, times, window]);
  const memory = useMemo(() => {
    const byTime = new Map(total.rows.map((row) => [Date.parse(row.from), row.memoryBytes]));
    return [{ label: 'Sandboxes', color: '--series-4', values: times.map((at) => byTime.get(at) ?? 0) }];
  }, [total, times]);
  const [run, wait] = useMemo(
    () => [
      [
        { label: 'p50', color: '--series-2', values: traffic.runP50Us },
        { label: 'p99', color: '--series-1', values: traffic.runP99Us },
      ],
      [
        { label: 'p50', color: '--series-6', values: traffic.waitP50Us },
        { label: 'p99', color: '--series-3', values: traffic.waitP99Us },
      ],
    ],
    [traffic],
  ) as [ChartSeries[], ChartSeries[]];
  if (traffic.calls === 0 && total.rows.length === 0) {
    return (
      <Empty title="It was not called in this time">
        <p>Choose a longer time above, or call it:</p>
        <Command text={interfaces.includes('fetch') ? `nbox call ${plugin}` : `nbox invoke ${plugin}`} />
      </Empty>
    );
  }
  const marks = (changes.known.value.value ?? []).filter((change) => change.plugin === plugin);
  const share = traffic.calls === 0 ? 0 : traffic.failed / traffic.calls;
  const common = { times, from, to, changes: marks, isStale };
  const p99 = weighted(total.rows, ({ percentiles }) => percentiles.runUs.p99);
  const waitP99 = weighted(total.rows, ({ percentiles }) => percentiles.waitUs.p99);
  const cpuUs = total.rows.reduce((sum, row) => sum + row.cpuUs, 0);
  const cold = total.rows.reduce((sum, row) => sum + row.coldStarts, 0);
  return (
    <>
      <Stats>
        <Stat label="Calls" value={count(traffic.calls)} note={`${rate(traffic.calls / ((to - from) / 1_000))} on average`} />
        <Stat
          label="Errors"
          value={percent(share)}
          tone={share >= manyFailures ? 'bad' : undefined}
          note={`${count(traffic.failed)} calls`}
        />
        <Stat label="Run time, p99" value={micros(p99)} note="in the sandbox" />
        <Stat label="Wait, p99" value={micros(waitP99)} note="for an executor" />
        <Stat label="CPU a call" value={micros(traffic.calls === 0 ? 0 : cpuUs / traffic.calls)} note={`${micros(cpuUs)} in all`} />
        <Stat label="Memory" value={bytes(total.rows.at(-1)?.memoryBytes ?? 0)} note={`${count(cold)} cold starts`} />
      </Stats>
      <div class="toolbar">
        <Segments
          label="Kept apart"
          options={groupings}
          value={by}
          onChange={(value) => setQuery({ by: value === 'release' ? undefined : value })}
        />
      </div>
      <div class="grid two">
        <Card title="CPU" about="milliseconds a second, in the sandbox">
          <Chart title={`CPU of ${plugin}`} kind="stack" {...common} series={cpu} format={(ms) => `${count(ms)}\u202fms/s`} axis={count} />
        </Card>
        <Card title="Memory" about="what its sandboxes take in executors">
          <Chart title={`Memory of ${plugin}`} kind="stack" {...common} series={memory} format={bytes} isBytes />
        </Card>
        <Card title="Calls" about="a second">
          <Chart title={`Calls of ${plugin}`} kind="stack" {...common} series={calls} format={rate} />
        </Card>
        <Card title="Failures" about="a second, by how they ended">
          {outcomes.length === 0 ? (
            <Empty title="No call has failed in this time" small />
          ) : (
            <Chart title={`Failures of ${plugin}`} kind="stack" {...common} series={outcomes} format={rate} />
          )}
        </Card>
        <Card title="Run time" about="from the start in the sandbox to the reply">
          <Chart title={`Run time of ${plugin}`} kind="lines" {...common} series={run} format={micros} />
        </Card>
        <Card title="Wait" about="from admission to the start in the sandbox">
          <Chart title={`Wait of ${plugin}`} kind="lines" {...common} series={wait} format={micros} />
        </Card>
      </div>
    </>
  );
}

const badColors: readonly string[] = ['--bad', '--series-3', '--series-5', '--series-8', '--series-4', '--series-others'];

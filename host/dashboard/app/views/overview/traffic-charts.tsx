/** How calls fare: how many there are, how many fail, and how long they take, with the wait apart from the run. */

import { useMemo } from 'preact/hooks';
import type { Change } from '../../api/wire.ts';
import type { UsageRows } from '../../api/wire-usage.ts';
import { micros, rate } from '../../data/format.ts';
import { trafficOf } from '../../data/overview.ts';
import type { Used } from '../../data/use-resource.ts';
import type { Windowed } from '../../data/windowed.ts';
import { Card } from '../../parts/card.tsx';
import { Chart } from '../../parts/chart.tsx';
import { Either } from '../../parts/states.tsx';

interface TrafficProps {
  readonly traffic: Used<Windowed<UsageRows>>;
  readonly changes: readonly Change[];
}

export function TrafficCharts({ traffic, changes }: TrafficProps) {
  return (
    <Either of={traffic} label="calls" height={240}>
      {(value) => <Charts {...{ value, changes }} isStale={traffic.isStale} />}
    </Either>
  );
}

function Charts({
  value: { window, answer },
  changes,
  isStale,
}: {
  readonly value: Windowed<UsageRows>;
  readonly changes: readonly Change[];
  readonly isStale: boolean;
}) {
  const { from, to } = window;
  const shown = useMemo(() => trafficOf(answer.rows, window), [answer, window]);
  const calls = useMemo(
    () => [
      { label: 'Calls', color: '--series-1', values: shown.callsPerSecond },
      { label: 'Failures', color: '--bad', values: shown.failuresPerSecond },
    ],
    [shown],
  );
  const latency = useMemo(
    () => [
      { label: 'Run p50', color: '--series-2', values: shown.runP50Us },
      { label: 'Run p99', color: '--series-1', values: shown.runP99Us },
      { label: 'Wait p99', color: '--series-3', values: shown.waitP99Us, isDashed: true },
    ],
    [shown],
  );
  const common = { kind: 'lines' as const, times: shown.times, from, to, changes, isStale };
  return (
    <div class="grid two">
      <Card title="Calls" about="a second, all plugins">
        <Chart title="Calls and failures a second" {...common} series={calls} format={rate} />
      </Card>
      <Card title="Latency" about="wait for an executor, and run in the sandbox">
        <Chart title="Latency" {...common} series={latency} format={micros} />
      </Card>
    </div>
  );
}

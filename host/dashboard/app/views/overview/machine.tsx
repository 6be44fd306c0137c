/** Who uses the machine: CPU and memory, on top of each other, with nothing left out. */

import { useMemo } from 'preact/hooks';
import type { Change } from '../../api/wire.ts';
import type { UsageTop } from '../../api/wire-usage.ts';
import { bytes, cores, count } from '../../data/format.ts';
import { layersOf } from '../../data/overview.ts';
import { perSecond, timesOf } from '../../data/stack.ts';
import type { Used } from '../../data/use-resource.ts';
import type { Windowed } from '../../data/windowed.ts';
import { Card } from '../../parts/card.tsx';
import { Chart } from '../../parts/chart.tsx';
import { Either } from '../../parts/states.tsx';
import { href } from '../../routes/location.ts';

interface MachineProps {
  readonly top: Used<Windowed<UsageTop>>;
  readonly changes: readonly Change[];
}

export function Machine({ top, changes }: MachineProps) {
  return (
    <div class="grid two">
      <Card title="CPU" about="cores, by who used them">
        <Either of={top} label="CPU" height={280}>
          {(value) => <Layers {...{ value, changes }} isStale={top.isStale} of="osCpuUs" />}
        </Either>
      </Card>
      <Card title="Memory" about="resident, by whose it is">
        <Either of={top} label="memory" height={280}>
          {(value) => <Layers {...{ value, changes }} isStale={top.isStale} of="memoryBytes" />}
        </Either>
      </Card>
    </div>
  );
}

interface LayersProps {
  readonly value: Windowed<UsageTop>;
  readonly of: 'osCpuUs' | 'memoryBytes';
  readonly changes: readonly Change[];
  readonly isStale: boolean;
}

function Layers({ value: { answer, window }, of, changes, isStale }: LayersProps) {
  const { from, to, seconds } = answer;
  const isCpu = of === 'osCpuUs';
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  const times = useMemo(() => timesOf(begin, end, seconds * 1_000), [begin, end, seconds]);
  const series = useMemo(
    () =>
      layersOf(answer, of, (values) => (isCpu ? perSecond(values, seconds * 1_000, window.lastMs).map((us) => us / 1e6) : values)).map(
        ({ plugin, ...layer }) => ({
          ...layer,
          ...(plugin === undefined ? {} : { to: href({ view: 'plugin', plugin, tab: 'overview' }) }),
        }),
      ),
    [answer, window, of, isCpu, seconds],
  );
  return (
    <Chart
      title={isCpu ? 'CPU by plugin and host part' : 'Memory by plugin and host part'}
      kind="stack"
      {...{ times, series, changes, isStale, from: begin, to: end }}
      format={isCpu ? cores : bytes}
      axis={isCpu ? count : bytes}
      isBytes={!isCpu}
      legend="grid"
      height={220}
    />
  );
}

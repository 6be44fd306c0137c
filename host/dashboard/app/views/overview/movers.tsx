/** Whose use has changed most in the last quarter of an hour, held against the three before it. */

import { get } from '../../api/client.ts';
import type { UsageSeries } from '../../api/wire-usage.ts';
import { cores, rate } from '../../data/format.ts';
import { type Mover, moversOf } from '../../data/movers.ts';
import { useResource } from '../../data/use-resource.ts';
import { Card } from '../../parts/card.tsx';
import { PluginLink } from '../../parts/plugin-id.tsx';
import { Either, Empty } from '../../parts/states.tsx';

const shown = 3;

export function Movers() {
  const movers = useResource(
    'movers',
    (signal) => get<UsageSeries>('/v1/usage/series?from=-1h&step=1m&bins=4&values=calls,failed,cpuUs', signal),
    { everyMs: 60_000 },
  );
  return (
    <Card title="Top movers" about="last 15 min against the 45 before" flush>
      <Either of={movers} label="movers" height={160}>
        {(series) => {
          const byCpu = moversOf(series, 'cpuUs', 1_000, shown);
          const byFailures = moversOf(series, 'failed', 0.02, shown);
          const byCalls = moversOf(series, 'calls', 0.1, shown);
          return byCpu.length + byFailures.length + byCalls.length === 0 ? (
            <Empty title="Nothing has changed much" small>
              <p>No plugin takes a quarter more or less than before.</p>
            </Empty>
          ) : (
            <ul class="list">
              {byFailures.map((one) => (
                <Row key={`f ${one.plugin}`} mover={one} what="failures" isBad format={rate} />
              ))}
              {byCpu.map((one) => (
                <Row key={`c ${one.plugin}`} mover={one} what="CPU" format={(us) => cores(us / 1e6)} />
              ))}
              {byCalls.map((one) => (
                <Row key={`n ${one.plugin}`} mover={one} what="calls" format={rate} />
              ))}
            </ul>
          );
        }}
      </Either>
    </Card>
  );
}

interface RowProps {
  readonly mover: Mover;
  readonly what: string;
  readonly isBad?: boolean;
  readonly format: (value: number) => string;
}

function Row({ mover: { plugin, before, now, factor }, what, isBad = false, format }: RowProps) {
  const isUp = now > before;
  const text =
    factor === Number.POSITIVE_INFINITY ? 'new' : now === 0 ? 'gone' : isUp ? `×${factor.toFixed(1)}` : `÷${(1 / factor).toFixed(1)}`;
  return (
    <li>
      <div class="grow">
        <PluginLink plugin={plugin} />
        <div class="sub number">
          {what}: {format(before)} → {format(now)}
        </div>
      </div>
      <span class={isUp ? 'factor up' : 'factor down'} style={isBad && isUp ? { color: 'var(--bad)' } : {}}>
        {text}
      </span>
    </li>
  );
}

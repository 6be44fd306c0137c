/** The executors of each lane, busy or free, with what waits for them and what there should be. */

import type { Hints } from '../../api/wire-host.ts';
import { cores, plural, rate, whole } from '../../data/format.ts';
import { live } from '../../data/page.ts';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { Spark } from '../../parts/spark.tsx';
import { Empty, Loading } from '../../parts/states.tsx';

export function Lanes({ hints }: { readonly hints: Hints['lanes'] }) {
  const now = live.overview.value;
  return (
    <Card title="Executors" about="by lane" flush>
      {now === undefined ? (
        <div class="card-body">
          <Loading label="executors" height={60} />
        </div>
      ) : now.lanes.length === 0 ? (
        <Empty title="There are no lanes" small />
      ) : (
        now.lanes.map(({ lane, executors, busy, waiting, inFlight }) => {
          const hint = hints[lane];
          return (
            <div key={lane} class="lane" title={hint?.reason}>
              <span class="ellipsis" style={{ fontWeight: 550 }}>
                {lane}
              </span>
              <span class="muted number nowrap">
                {waiting > 0 ? <Badge tone="warn">{whole(waiting)} waiting</Badge> : `${whole(inFlight)} running`}
              </span>
              <span class="cells" role="img" aria-label={`${busy} of ${executors} executors busy`}>
                {Array.from({ length: executors }, (_, i) => (
                  <span key={i} class={i < busy ? 'cell busy' : 'cell'} />
                ))}
              </span>
              {hint === undefined ? (
                <span />
              ) : (
                <Badge tone={hint.wanted > executors ? 'warn' : 'plain'} title={hint.reason}>
                  {plural(hint.wanted, 'executor')} wanted
                </Badge>
              )}
            </div>
          );
        })
      )}
      {now === undefined ? null : <Pulse />}
    </Card>
  );
}

/** The last minutes, second by second. */
function Pulse() {
  const all = live.overviews;
  const last = all.at(-1);
  const minutes = Math.max(1, Math.round(all.length / 60));
  const rows = [
    { name: 'Calls', now: rate(last?.callsPerSecond ?? 0), values: all.map((one) => one.callsPerSecond) },
    { name: 'Failures', now: rate(last?.failuresPerSecond ?? 0), values: all.map((one) => one.failuresPerSecond) },
    { name: 'CPU in plugins', now: cores(last?.cpu ?? 0), values: all.map((one) => one.cpu) },
    {
      name: 'In executors',
      now: whole(last?.lanes.reduce((sum, lane) => sum + lane.inFlight, 0) ?? 0),
      values: all.map(({ lanes }) => lanes.reduce((sum, lane) => sum + lane.inFlight, 0)),
    },
  ];
  return (
    <div class="pulse">
      <h3>Second by second, last {plural(minutes, 'minute')}</h3>
      {rows.map(({ name, now, values }) => (
        <div key={name} class="pulse-row">
          <span class="secondary">{name}</span>
          <Spark values={values} label={`${name}, second by second: now ${now}`} />
          <span class="number nowrap">{now}</span>
        </div>
      ))}
    </div>
  );
}

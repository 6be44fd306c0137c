/** The numbers that say whether all is well: calls and failures now, latency in the page's time, executors, CPU. */

import type { UsageRow } from '../../api/wire-usage.ts';
import { cores, count, micros, percent, rate, whole } from '../../data/format.ts';
import { type Traffic, weighted } from '../../data/overview.ts';
import { live } from '../../data/page.ts';
import { Stat, Stats } from '../../parts/stats.tsx';

/** Failures above this share of the calls are shown in red. */
const manyFailures = 0.01;

export function Numbers({ traffic, rows }: { readonly traffic: Traffic | undefined; readonly rows: readonly UsageRow[] }) {
  const now = live.overview.value;
  const share = traffic === undefined || traffic.calls === 0 ? 0 : traffic.failed / traffic.calls;
  const p50 = weighted(rows, ({ percentiles }) => percentiles.runUs.p50);
  const p99 = weighted(rows, ({ percentiles }) => percentiles.runUs.p99);
  const waitP99 = weighted(rows, ({ percentiles }) => percentiles.waitUs.p99);
  const executors = now?.lanes.reduce((sum, lane) => sum + lane.executors, 0);
  const busy = now?.lanes.reduce((sum, lane) => sum + lane.busy, 0) ?? 0;
  const waiting = now?.lanes.reduce((sum, lane) => sum + lane.waiting, 0) ?? 0;
  const dash = '–';
  return (
    <Stats>
      <Stat
        label="Calls now"
        value={now === undefined ? dash : rate(now.callsPerSecond)}
        note={traffic === undefined ? undefined : `${count(traffic.calls)} in the time shown`}
      />
      <Stat
        label="Errors"
        value={traffic === undefined ? dash : percent(share)}
        tone={share >= manyFailures ? 'bad' : undefined}
        note={now === undefined ? undefined : `${rate(now.failuresPerSecond)} now`}
      />
      <Stat
        label="Run time, p50"
        value={traffic === undefined ? dash : micros(p50)}
        note={`p99 ${micros(p99)}`}
        title="From the start in the sandbox to the reply"
      />
      <Stat
        label="Wait, p99"
        value={traffic === undefined ? dash : micros(waitP99)}
        note="for an executor"
        title="From admission to the start in the sandbox"
      />
      <Stat
        label="CPU in plugins"
        value={now === undefined ? dash : cores(now.cpu)}
        note={executors === undefined ? undefined : `${busy} of ${executors} executors busy`}
      />
      <Stat
        label="Calls waiting"
        value={now === undefined ? dash : whole(waiting)}
        tone={waiting > 0 ? 'warn' : undefined}
        note={now === undefined ? undefined : `${whole(now.lanes.reduce((sum, lane) => sum + lane.inFlight, 0))} in executors`}
      />
    </Stats>
  );
}

/** The few numbers that tell how a host is doing, for live views. */

import type { Clock } from '../clock.ts';
import type { Totals } from '../meter/totals.ts';
import type { Lanes } from '../pool/lanes.ts';

export interface OverviewParts {
  readonly totals: Pick<Totals, 'sums'>;
  readonly lanes: Pick<Lanes, 'executors' | 'loads'>;
  readonly plugins: () => number;
  readonly previews: () => number;
  readonly clock: Clock;
}

export interface Overview {
  readonly at: number;
  readonly plugins: number;
  readonly previews: number;
  /** Since the host started. */
  readonly calls: number;
  readonly failures: number;
  readonly cpuMs: number;
  /** Since the overview before. */
  readonly callsPerSecond: number;
  readonly failuresPerSecond: number;
  /** In CPU seconds a second. */
  readonly cpu: number;
  readonly lanes: readonly {
    readonly lane: string;
    readonly waiting: number;
    readonly inFlight: number;
    readonly executors: number;
    readonly busy: number;
  }[];
}

/** @returns what gives an overview, each with what has changed since the one before */
export function overviews({ totals, lanes, plugins, previews, clock }: OverviewParts): () => Overview {
  let before = { at: clock.elapsed(), calls: 0, failures: 0, cpuUs: 0 };
  return () => {
    const { calls, outcomes, cpuUs } = totals.sums();
    const last = { at: clock.elapsed(), calls, failures: calls - (outcomes['ok'] ?? 0), cpuUs };
    const seconds = Math.max(0.001, (last.at - before.at) / 1_000);
    const per = (value: number) => Math.round((value / seconds) * 1_000) / 1_000;
    const executors = lanes.executors();
    const overview = {
      ...{ at: clock.now(), plugins: plugins(), previews: previews(), calls, failures: last.failures, cpuMs: Math.round(cpuUs / 1_000) },
      callsPerSecond: per(calls - before.calls),
      failuresPerSecond: per(last.failures - before.failures),
      cpu: per((cpuUs - before.cpuUs) / 1e6),
      lanes: lanes.loads().map((load) => {
        const own = executors.filter(({ lane }) => lane === load.lane);
        return {
          ...load,
          executors: own.filter(({ state }) => state === 'ready').length,
          busy: own.filter(({ running }) => running).length,
        };
      }),
    };
    before = last;
    return overview;
  };
}

/** What the host itself has done and is doing, as families of metrics. */

import type { BreakerState } from '../../guards/breaker.ts';
import type { Sums } from '../meter/totals.ts';
import type { Lanes } from '../pool/lanes.ts';
import type { Family, Point } from './family.ts';
import { Labels, noLabels } from './labels.ts';
import { guards, outcomePoints } from './usage-points.ts';

export interface HostMetricsParts {
  readonly version: string;
  readonly lanes: Pick<Lanes, 'executors' | 'loads'>;
  readonly totals: { readonly sums: () => Sums };
  readonly previewUsage: { readonly sums: () => Sums };
  readonly previews: () => number;
  readonly plugins: () => number;
  /** Those that have no series of their own. */
  readonly unnamed: () => number;
  readonly breakers: () => Iterable<BreakerState>;
  readonly egress: { readonly inFlight: number; readonly sockets: number };
  readonly readers: () => number;
  readonly isReady: () => boolean;
}

const executorStates = ['starting', 'ready', 'leaving'] as const;

export function hostFamilies(parts: HostMetricsParts): Family[] {
  const sums = parts.totals.sums();
  const previews = parts.previewUsage.sums();
  const gauge = (name: string, help: string, value: number): Family => ({ kind: 'gauge', name, help, points: one(value) });
  const counter = (name: string, help: string, value: number): Family => ({ kind: 'counter', name, help, points: one(value) });
  return [
    {
      ...{ kind: 'info', name: 'nbox_build_info', help: 'What runs' },
      points: [{ labels: new Labels([...Object.entries({ version: parts.version, node: process.versions.node })]), value: 1 }],
    },
    gauge('nbox_ready', '1 where the host takes traffic', parts.isReady() ? 1 : 0),
    gauge('nbox_plugins', 'Plugins that are deployed', parts.plugins()),
    gauge('nbox_plugins_unnamed', 'Plugins without series of their own (--metrics-plugins)', parts.unnamed()),
    gauge('nbox_previews', 'Previews that there are', parts.previews()),
    {
      kind: 'gauge',
      name: 'nbox_breakers',
      help: 'Releases that anything is held against, by the state of their breakers',
      points: breakers(parts),
    },
    ...laneFamilies(parts.lanes),
    { kind: 'counter', name: 'nbox_calls_total', help: 'Calls of all plugins by how they ended', points: outcomePoints(noLabels, sums) },
    {
      ...{ kind: 'counter', name: 'nbox_guard_trips_total', help: 'Calls of all plugins that a guard has ended' },
      points: Object.entries(guards).map(([guard, outcome]) => ({
        labels: new Labels([['guard', guard]]),
        value: sums.outcomes[outcome] ?? 0,
      })),
    },
    counter('nbox_cpu_seconds_total', 'CPU time of calls inside sandboxes', sums.cpuUs / 1e6),
    counter('nbox_wait_seconds_total', 'What calls have waited for their start', sums.waitUs / 1e6),
    counter('nbox_duration_seconds_total', 'What calls took, waiting included', sums.wallUs / 1e6),
    counter('nbox_cold_starts_total', 'Calls that waited for a sandbox to be made', sums.coldStarts),
    counter('nbox_cold_start_seconds_total', 'What the making of sandboxes took while calls waited', sums.initUs / 1e6),
    counter('nbox_host_calls_total', 'Requests and other operations of plugins that left for the outside', sums.hostCalls),
    counter('nbox_received_bytes_total', 'Bodies of requests', sums.bytesIn),
    counter('nbox_sent_bytes_total', 'Bodies of replies', sums.bytesOut),
    counter('nbox_preview_calls_total', 'Calls of previews', previews.calls),
    counter('nbox_preview_cpu_seconds_total', 'CPU time of calls of previews inside sandboxes', previews.cpuUs / 1e6),
    gauge('nbox_egress_in_flight', 'Requests of plugins that are under way', parts.egress.inFlight),
    gauge('nbox_egress_connections', 'Connections that are open for them', parts.egress.sockets),
    gauge('nbox_event_readers', 'Readers of /v1/events', parts.readers()),
  ];
}

function laneFamilies(lanes: HostMetricsParts['lanes']): Family[] {
  const executors = lanes.executors();
  const loads = lanes.loads();
  const names = loads.map(({ lane }) => ({ lane, labels: new Labels([['lane', lane]]) }));
  const count = (lane: string, is: (one: (typeof executors)[number]) => boolean) =>
    executors.reduce((sum, one) => sum + (one.lane === lane && is(one) ? 1 : 0), 0);
  return [
    {
      ...{ kind: 'gauge', name: 'nbox_executors', help: 'Executors that run calls, by lane and state; spare ones are not among them' },
      points: names.flatMap(({ lane, labels }) =>
        executorStates.map((state) => ({
          labels: labels.with('state', state),
          value: count(lane, (one) => one.state === state && !one.apart),
        })),
      ),
    },
    {
      ...{ kind: 'gauge', name: 'nbox_executors_busy', help: 'Executors in which a plugin runs at this moment' },
      points: names.map(({ lane, labels }) => ({ labels, value: count(lane, ({ running }) => running) })),
    },
    {
      ...{ kind: 'gauge', name: 'nbox_executors_apart', help: 'Executors of quarantined releases' },
      points: names.map(({ lane, labels }) => ({ labels, value: count(lane, ({ apart }) => apart) })),
    },
    {
      ...{ kind: 'gauge', name: 'nbox_executor_releases', help: 'Releases that executors hold' },
      points: names.map(({ lane, labels }) => ({
        labels,
        value: executors.reduce((sum, one) => sum + (one.lane === lane ? one.releases : 0), 0),
      })),
    },
    {
      ...{ kind: 'gauge', name: 'nbox_calls_waiting', help: 'Calls that no executor has yet' },
      points: loads.map(({ waiting }, i) => ({ labels: (names[i] as { labels: Labels }).labels, value: waiting })),
    },
    {
      ...{ kind: 'gauge', name: 'nbox_calls_in_flight', help: 'Calls that executors have' },
      points: loads.map(({ inFlight }, i) => ({ labels: (names[i] as { labels: Labels }).labels, value: inFlight })),
    },
  ];
}

function breakers({ breakers: states }: HostMetricsParts): Point[] {
  const counts = new Map<BreakerState, number>([
    ['slowed', 0],
    ['quarantined', 0],
    ['refused', 0],
    ['probing', 0],
  ]);
  for (const state of states()) if (state !== 'closed') counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, value]) => ({ labels: new Labels([['state', state]]), value }));
}

const one = (value: number): Point[] => [{ labels: noLabels, value }];

/** What each plugin has used and is doing, as families of metrics: one series for each that has a name, one for all others. */

import type { BreakerView } from '../../guards/breaker.ts';
import { bucketsOf } from '../meter/log-histogram.ts';
import type { Sums, Totals, UsageReading } from '../meter/totals.ts';
import type { Registry } from '../release/registry.ts';
import type { LiveRelease, Release } from '../release/release.ts';
import type { Exemplars } from './exemplars.ts';
import type { Family, Point, Spread } from './family.ts';
import type { Labels } from './labels.ts';
import { type NamedPlugins, otherLabels } from './named-plugins.ts';
import { outcomePoints } from './usage-points.ts';

export interface PluginMetricsParts {
  readonly registry: Pick<Registry, 'list' | 'deployed'>;
  readonly totals: Pick<Totals, 'reading'>;
  readonly named: NamedPlugins;
  readonly exemplars: Exemplars;
  readonly breaker: (live: LiveRelease) => BreakerView;
  readonly laneOf: (release: Release) => string;
}

/** In seconds, as few as tell a fast plugin from a slow one: each is a line for each plugin. */
const waitBounds = [0.0005, 0.005, 0.05, 0.25, 1];
const durationBounds = [0.001, 0.0025, 0.01, 0.05, 0.25, 1, 5];
const inUs = (bounds: readonly number[]) => bucketsOf(bounds.map((bound) => bound * 1_000_000));
const buckets = Object.freeze({ wait: inUs(waitBounds), wall: inUs(durationBounds) });

interface Row {
  readonly plugin: string;
  readonly labels: Labels;
  readonly reading: UsageReading;
}

interface Found {
  readonly rows: Row[];
  readonly releases: Point[];
  readonly ratios: Point[];
  readonly breakers: Point[];
}

/** Goes on over several turns, in which plugins may be removed. */
interface Read {
  others: Sums | undefined;
  /** Of the others, those that are in it. */
  readonly counted: Set<string>;
}

export class PluginMetrics {
  readonly #parts: PluginMetricsParts;
  /** What plugins had used that were among the others and are gone: the sum of the others must not get less. */
  #gone: Sums | undefined;
  /** Those that are under way. */
  readonly #reads = new Set<Read>();
  /** Made once for each release: its plugin keeps its name, and it its lane. */
  readonly #labels = new WeakMap<LiveRelease, { readonly named: Labels; readonly info: Labels }>();

  constructor(parts: PluginMetricsParts) {
    this.#parts = parts;
  }

  /** To be told before the totals forget it. */
  removed(plugin: string): void {
    const { named, totals, exemplars } = this.#parts;
    exemplars.forget(plugin);
    const reading = totals.reading(plugin, buckets);
    const isOther = reading !== undefined && named.labelsOf(plugin) === undefined;
    named.forget(plugin);
    if (!isOther) return;
    this.#gone = added(this.#gone, reading.sums);
    // Whoever reads just now, and has not come to it, does not find it any more.
    for (const read of this.#reads) if (!read.counted.has(plugin)) read.others = added(read.others, reading.sums);
  }

  /** Yields after each plugin, so that whoever reads them can stop there. */
  *families(): Generator<undefined, readonly Family[], void> {
    const { registry, totals, named, exemplars } = this.#parts;
    const found: Found = { rows: [], releases: [], ratios: [], breakers: [] };
    const read: Read = { others: this.#gone, counted: new Set() };
    let last = '';
    this.#reads.add(read);
    try {
      for (const { release } of registry.list()) {
        const { plugin } = release;
        // One that was removed since would get a name that nobody takes from it again.
        if (plugin === last || registry.deployed(plugin) === undefined) continue;
        last = plugin;
        const reading = totals.reading(plugin, buckets);
        const labels = named.labelsOf(plugin);
        if (labels !== undefined) this.#look(release, labels, reading, found);
        else if (reading !== undefined) {
          read.others = added(read.others, reading.sums);
          read.counted.add(plugin);
        }
        yield;
      }
    } finally {
      this.#reads.delete(read);
    }
    return familiesOf(found, read.others, exemplars);
  }

  #look({ plugin }: Release, labels: Labels, reading: UsageReading | undefined, { rows, releases, ratios, breakers }: Found): void {
    const { registry, breaker } = this.#parts;
    if (reading !== undefined) rows.push({ plugin, labels, reading });
    const deployed = registry.deployed(plugin);
    for (const { live, percentage } of deployed?.shares ?? []) {
      const { named, info } = this.#labelsOf(live, labels);
      releases.push({ labels: info, value: 1 });
      if (deployed?.isShared) ratios.push({ labels: named, value: percentage / 100 });
      const { state } = breaker(live);
      if (state !== 'closed') breakers.push({ labels: named.with('state', state), value: 1 });
    }
  }

  #labelsOf(live: LiveRelease, labels: Labels): { readonly named: Labels; readonly info: Labels } {
    let known = this.#labels.get(live);
    if (known === undefined) {
      const named = labels.with('release', String(live.release.number));
      known = { named, info: named.with('lane', this.#parts.laneOf(live.release)) };
      this.#labels.set(live, known);
    }
    return known;
  }
}

function familiesOf({ rows, releases, ratios, breakers }: Found, others: Sums | undefined, exemplars: Exemplars): Family[] {
  function* points(value: (sums: Sums) => number): Generator<Point> {
    for (const { labels, reading } of rows) yield { labels, value: value(reading.sums) };
    if (others !== undefined) yield { labels: otherLabels, value: value(others) };
  }
  function* outcomes(): Generator<Point> {
    for (const { labels, reading } of rows) yield* outcomePoints(labels, reading.sums);
    if (others !== undefined) yield* outcomePoints(otherLabels, others);
  }
  function* spreads(counts: (reading: UsageReading) => readonly number[], sum: (sums: Sums) => number): Generator<Spread> {
    for (const { labels, reading } of rows)
      yield { labels, counts: counts(reading), total: reading.sums.calls, sum: sum(reading.sums) / 1e6 };
  }
  function* durations(): Generator<Spread> {
    let i = 0;
    for (const spread of spreads(
      ({ wall }) => wall,
      ({ wallUs }) => wallUs,
    )) {
      yield { ...spread, exemplar: exemplars.of((rows[i] as Row).plugin) };
      i += 1;
    }
  }
  const counter = (name: string, help: string, value: (sums: Sums) => number): Family => ({
    ...{ kind: 'counter', name: `nbox_plugin_${name}_total`, help },
    points: points(value),
  });
  return [
    {
      kind: 'counter',
      name: 'nbox_plugin_calls_total',
      help: 'Calls by how they ended: ok, or the code of what ended them',
      points: outcomes(),
    },
    {
      ...{ kind: 'histogram', name: 'nbox_plugin_wait_seconds', help: 'From the admission of a call to its start in the sandbox' },
      bounds: waitBounds,
      spreads: spreads(
        ({ wait }) => wait,
        ({ waitUs }) => waitUs,
      ),
    },
    {
      ...{
        kind: 'histogram',
        name: 'nbox_plugin_duration_seconds',
        help: 'From the admission of a call to its reply, to its end where it streams',
      },
      bounds: durationBounds,
      spreads: durations(),
    },
    counter('cpu_seconds', 'CPU time of calls inside the sandbox', ({ cpuUs }) => cpuUs / 1e6),
    counter('cold_starts', 'Calls that waited for a sandbox to be made', ({ coldStarts }) => coldStarts),
    counter('host_calls', 'Requests and other operations that left for the outside', ({ hostCalls }) => hostCalls),
    counter('received_bytes', 'Bodies of requests', ({ bytesIn }) => bytesIn),
    counter('sent_bytes', 'Bodies of replies', ({ bytesOut }) => bytesOut),
    {
      ...{ kind: 'gauge', name: 'nbox_plugin_memory_peak_bytes', help: 'The highest linear memory of any of its sandboxes' },
      points: points(({ memoryPeakBytes }) => memoryPeakBytes),
    },
    { kind: 'info', name: 'nbox_plugin_release_info', help: 'The releases that are deployed', points: releases },
    { kind: 'gauge', name: 'nbox_plugin_release_ratio', help: 'Their parts of the calls, where there are two', points: ratios },
    {
      kind: 'gauge',
      name: 'nbox_plugin_breaker',
      help: '1 in the state of the breaker, where anything is held against the release',
      points: breakers,
    },
  ];
}

function added(a: Sums | undefined, b: Sums): Sums {
  if (a === undefined) return b;
  const outcomes = { ...a.outcomes };
  for (const [outcome, calls] of Object.entries(b.outcomes)) outcomes[outcome] = (outcomes[outcome] ?? 0) + calls;
  return {
    outcomes,
    ...{ calls: a.calls + b.calls, coldStarts: a.coldStarts + b.coldStarts, waitUs: a.waitUs + b.waitUs, initUs: a.initUs + b.initUs },
    ...{ cpuUs: a.cpuUs + b.cpuUs, wallUs: a.wallUs + b.wallUs, steps: a.steps + b.steps, hostCalls: a.hostCalls + b.hostCalls },
    ...{ bytesIn: a.bytesIn + b.bytesIn, bytesOut: a.bytesOut + b.bytesOut },
    memoryPeakBytes: Math.max(a.memoryPeakBytes, b.memoryPeakBytes),
  };
}

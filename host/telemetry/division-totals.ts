/** The divisions of the processes' CPU and memory, added up since the host started: the sums that Prometheus wants. */

import { type Division, type DivisionSink, hostParts } from '../meter/division.ts';
import type { Family, Point } from './family.ts';
import { Labels, noLabels } from './labels.ts';
import { type NamedPlugins, otherLabels } from './named-plugins.ts';

interface Used {
  cpuUs: number;
  memoryBytes: number;
}

const partLabels = new Map(hostParts.map((part) => [part, new Labels([['part', part]])]));

export class DivisionTotals implements DivisionSink {
  readonly #named: NamedPlugins;
  readonly #exists: (plugin: string) => boolean;
  readonly #plugins = new Map<string, Used>();
  /** Of plugins without a name, those that are gone included. */
  #othersUs = 0;
  #othersBytes = 0;
  readonly #host = new Map(hostParts.map((part) => [part, { cpuUs: 0, memoryBytes: 0 }]));
  readonly #residual: Used = { cpuUs: 0, memoryBytes: 0 };
  #totalUs = 0;
  #last: Division | undefined;

  constructor(named: NamedPlugins, exists: (plugin: string) => boolean) {
    this.#named = named;
    this.#exists = exists;
  }

  divided(division: Division): void {
    this.#last = division;
    for (const used of this.#plugins.values()) used.memoryBytes = 0;
    this.#othersBytes = 0;
    for (const [plugin, { cpuUs, memoryBytes }] of division.plugins) {
      // One that is gone must not take a name.
      if (!this.#exists(plugin) || this.#named.labelsOf(plugin) === undefined) {
        this.#othersUs += Math.max(0, cpuUs);
        this.#othersBytes += memoryBytes;
      } else add(this.#plugins, plugin, cpuUs, memoryBytes);
    }
    for (const part of hostParts) add(this.#host, part, division.host[part].cpuUs, division.host[part].memoryBytes);
    // It may be less than nothing, and so is no counter.
    this.#residual.cpuUs += division.residual.cpuUs;
    this.#residual.memoryBytes = division.residual.memoryBytes;
    this.#totalUs += Math.max(0, division.total.cpuUs);
  }

  /** The plugin is gone. */
  forget(plugin: string): void {
    this.#plugins.delete(plugin);
  }

  /** None before the first division. */
  families(): Family[] {
    if (this.#last === undefined) return [];
    const { total } = this.#last;
    const plugins = (value: (used: Used) => number, others: number) => this.#points(value, others);
    const host = (value: (used: Used) => number) =>
      hostParts.map((part) => ({ labels: partLabels.get(part) as Labels, value: value(this.#host.get(part) as Used) }));
    const one = (value: number): Point[] => [{ labels: noLabels, value }];
    const seconds = ({ cpuUs }: Used) => cpuUs / 1e6;
    const bytes = ({ memoryBytes }: Used) => memoryBytes;
    return [
      {
        ...{ kind: 'counter', name: 'nbox_plugin_os_cpu_seconds_total' },
        help: "CPU time of the host's processes, as the operating system has it, that a plugin has caused",
        points: plugins(seconds, this.#othersUs / 1e6),
      },
      {
        ...{ kind: 'gauge', name: 'nbox_plugin_memory_bytes', help: "Resident memory of the host's processes that a plugin takes" },
        points: plugins(bytes, this.#othersBytes),
      },
      { kind: 'counter', name: 'nbox_host_cpu_seconds_total', help: "CPU time that is no plugin's alone", points: host(seconds) },
      { kind: 'gauge', name: 'nbox_host_memory_bytes', help: "Resident memory that is no plugin's alone", points: host(bytes) },
      {
        ...{
          kind: 'gauge',
          name: 'nbox_residual_cpu_seconds',
          help: 'CPU time since the start that nothing explains; below 0 where too much was',
        },
        points: one(this.#residual.cpuUs / 1e6),
      },
      {
        ...{ kind: 'gauge', name: 'nbox_residual_memory_bytes', help: 'Resident memory that nothing explains' },
        points: one(this.#residual.memoryBytes),
      },
      {
        ...{ kind: 'counter', name: 'nbox_os_cpu_seconds_total', help: "CPU time of all of the host's processes" },
        points: one(this.#totalUs / 1e6),
      },
      {
        kind: 'gauge',
        name: 'nbox_os_memory_bytes',
        help: "Resident memory of all of the host's processes",
        points: one(total.memoryBytes),
      },
    ];
  }

  *#points(value: (used: Used) => number, others: number): Generator<Point, void, void> {
    for (const [plugin, used] of this.#plugins) {
      const labels = this.#named.labelsOf(plugin);
      if (labels !== undefined) yield { labels, value: value(used) };
    }
    if (this.#named.unnamed > 0 || others > 0) yield { labels: otherLabels, value: others };
  }
}

function add<K>(to: Map<K, Used>, key: K, cpuUs: number, memoryBytes: number): void {
  const used = to.get(key) ?? { cpuUs: 0, memoryBytes: 0 };
  used.cpuUs += Math.max(0, cpuUs);
  used.memoryBytes = memoryBytes;
  to.set(key, used);
}

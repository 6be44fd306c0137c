/** What the divisions come to: of the last seconds, and all together since the host started. */

import { type Division, type DivisionSink, type HostPart, hostParts, type PluginShare, type Share } from '../division.ts';

/** CPU time alone: memory is what is resident now, and has no sum. */
export interface CpuSums {
  readonly cpuUs: number;
  readonly callsCpuUs: number;
  readonly pushesCpuUs: number;
}

export interface SinceStart {
  readonly from: number;
  readonly to: number;
  readonly plugins: ReadonlyMap<string, CpuSums>;
  /** Of plugins that are gone, and of such as were pushed and never went live. */
  readonly removed: CpuSums;
  readonly host: Readonly<Record<HostPart, number>>;
  readonly residualUs: number;
  readonly totalUs: number;
}

const noSums: CpuSums = Object.freeze({ cpuUs: 0, callsCpuUs: 0, pushesCpuUs: 0 });
const noShare: PluginShare = Object.freeze({ ...noSums, memoryBytes: 0 });
/** Divisions that make up the latest: in a single one, what is told a moment later is missing, and comes with the next. */
const recent = 10;
/** Names that were pushed and are no plugins may be many. Each is kept for a while, since it may become one. */
const mostStrangers = 1_000;

export class Account implements DivisionSink {
  readonly #exists: (plugin: string) => boolean;
  #recent: readonly Division[] = [];
  readonly #plugins = new Map<string, CpuSums>();
  #removed = noSums;
  readonly #host = Object.fromEntries(hostParts.map((part) => [part, 0])) as Record<HostPart, number>;
  #residualUs = 0;
  #totalUs = 0;
  #from: number | undefined;

  constructor(exists: (plugin: string) => boolean) {
    this.#exists = exists;
  }

  divided(division: Division): void {
    this.#recent = [...this.#recent.slice(1 - recent), division];
    this.#from ??= division.from;
    for (const [plugin, share] of division.plugins) {
      if (share.cpuUs > 0) this.#plugins.set(plugin, sum(this.#plugins.get(plugin) ?? noSums, share));
    }
    for (const part of hostParts) this.#host[part] += division.host[part].cpuUs;
    this.#residualUs += division.residual.cpuUs;
    this.#totalUs += division.total.cpuUs;
    this.#foldStrangers();
  }

  /** Of the last ten seconds; memory as it is now. `undefined` before the first division. */
  latest(): Division | undefined {
    const [first] = this.#recent;
    const last = this.#recent.at(-1);
    if (first === undefined || last === undefined) return undefined;
    const plugins = new Map<string, PluginShare>();
    for (const division of this.#recent) {
      for (const [plugin, share] of division.plugins) {
        const memoryBytes = division === last ? share.memoryBytes : 0;
        plugins.set(plugin, Object.freeze({ ...sum(plugins.get(plugin) ?? noSums, share), memoryBytes }));
      }
    }
    const share = (of: (division: Division) => Share): Share =>
      Object.freeze({ cpuUs: this.#recent.reduce((us, one) => us + of(one).cpuUs, 0), memoryBytes: of(last).memoryBytes });
    const host = Object.fromEntries(hostParts.map((part) => [part, share((one) => one.host[part])])) as Record<HostPart, Share>;
    return Object.freeze({
      ...{ from: first.from, to: last.to, plugins, host: Object.freeze(host) },
      lengthMs: this.#recent.reduce((ms, one) => ms + one.lengthMs, 0),
      ...{ residual: share((one) => one.residual), total: share((one) => one.total) },
    });
  }

  /** Only plugins that exist stand by themselves. */
  sinceStart(): SinceStart | undefined {
    const last = this.#recent.at(-1);
    if (this.#from === undefined || last === undefined) return undefined;
    let removed = this.#removed;
    const plugins = new Map<string, CpuSums>();
    for (const [plugin, sums] of this.#plugins) {
      if (this.#exists(plugin)) plugins.set(plugin, sums);
      else removed = sum(removed, sums);
    }
    const host = Object.freeze({ ...this.#host });
    return { from: this.#from, to: last.to, plugins, removed, host, residualUs: this.#residualUs, totalUs: this.#totalUs };
  }

  /** What one plugin has of both; zeros where it has used nothing. */
  of(plugin: string): { readonly latest: PluginShare; readonly sinceStart: CpuSums } {
    let latest = noShare;
    for (const { plugins } of this.#recent) {
      const share = plugins.get(plugin) ?? noShare;
      latest = { ...sum(latest, share), memoryBytes: share.memoryBytes };
    }
    return { latest, sinceStart: this.#plugins.get(plugin) ?? noSums };
  }

  /** It is gone: what it used stays in the account. */
  forget(plugin: string): void {
    const sums = this.#plugins.get(plugin);
    if (sums === undefined) return;
    this.#plugins.delete(plugin);
    this.#removed = sum(this.#removed, sums);
  }

  #foldStrangers(): void {
    if (this.#plugins.size <= mostStrangers) return;
    const strangers = [...this.#plugins.keys()].filter((plugin) => !this.#exists(plugin));
    for (const plugin of strangers.slice(0, Math.max(0, strangers.length - mostStrangers))) this.forget(plugin);
  }
}

function sum(a: CpuSums, b: CpuSums): CpuSums {
  return {
    cpuUs: a.cpuUs + b.cpuUs,
    callsCpuUs: a.callsCpuUs + b.callsCpuUs,
    pushesCpuUs: a.pushesCpuUs + b.pushesCpuUs,
  };
}

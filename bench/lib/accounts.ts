/** The account of a host's processes as its admin API gives it, read right after a division, with what the operating system says then. */

import { setTimeout as wait } from 'node:timers/promises';
import type { NboxHost } from './nbox-host.ts';
import { type TreeUsage, treeUsage } from './tree-usage.ts';

export interface PluginSums {
  readonly plugin: string;
  readonly callsCpuUs: number;
  readonly pushesCpuUs: number;
  readonly cpuUs: number;
}

interface Cpu {
  readonly cpuUs: number;
}

interface Memory {
  readonly memoryBytes: number;
}

interface Usage {
  readonly plugins: readonly { readonly plugin: string; readonly outcomes: Readonly<Record<string, number>>; readonly calls: number }[];
  readonly division: {
    readonly plugins: readonly (Memory & { readonly plugin: string })[];
    readonly host: Readonly<Record<string, Memory>>;
    readonly residual: Memory;
    readonly total: Memory;
  } | null;
  readonly sinceStart: {
    readonly to: number;
    readonly plugins: readonly PluginSums[];
    readonly removed: PluginSums;
    readonly host: Readonly<Record<string, Cpu>>;
    readonly residual: Cpu;
    readonly total: Cpu;
  } | null;
}

export interface Accounted {
  readonly usage: Usage & { readonly division: NonNullable<Usage['division']>; readonly sinceStart: NonNullable<Usage['sinceStart']> };
  /** As the operating system has it, read by this process. */
  readonly system: TreeUsage;
}

const lookMs = 10;

/** Waits for the next division. */
export async function account(host: NboxHost): Promise<Accounted> {
  let first: number | undefined;
  for (;;) {
    const { sinceStart, division, ...more } = await usage(host);
    if (sinceStart !== null && division !== null) {
      first ??= sinceStart.to;
      if (sinceStart.to > first) return { usage: { sinceStart, division, ...more }, system: treeUsage(host.pid) };
    }
    await wait(lookMs);
  }
}

async function usage(host: NboxHost): Promise<Usage> {
  const reply = await fetch(`${host.adminUrl}/v1/usage`, { headers: host.adminHeaders });
  if (reply.status !== 200) throw new Error(`the usage was answered with ${reply.status}: ${(await reply.text()).slice(0, 2_000)}`);
  return (await reply.json()) as Usage;
}

/** What was used between two looks. */
export interface Spent {
  /** By plugin. */
  readonly callsUs: ReadonlyMap<string, number>;
  readonly pushesUs: ReadonlyMap<string, number>;
  readonly partsUs: Readonly<Record<string, number>>;
  readonly residualUs: number;
  readonly totalUs: number;
  /** By this process's own look at the operating system. */
  readonly systemUs: number;
  /** Calls that ended, by plugin and outcome. */
  readonly outcomes: ReadonlyMap<string, Readonly<Record<string, number>>>;
}

export function spentBetween(before: Accounted, after: Accounted): Spent {
  const [a, b] = [before.usage.sinceStart, after.usage.sinceStart];
  const sums = new Map(a.plugins.map((one) => [one.plugin, one]));
  const by = (pick: (one: PluginSums) => number) =>
    new Map(b.plugins.map((one) => [one.plugin, pick(one) - pick(sums.get(one.plugin) ?? { ...one, callsCpuUs: 0, pushesCpuUs: 0 })]));
  const counts = new Map(before.usage.plugins.map(({ plugin, outcomes }) => [plugin, outcomes]));
  const outcomes = after.usage.plugins.map(({ plugin, outcomes }) => {
    const old = counts.get(plugin) ?? {};
    return [plugin, Object.fromEntries(Object.entries(outcomes).map(([name, count]) => [name, count - (old[name] ?? 0)]))] as const;
  });
  return {
    callsUs: by(({ callsCpuUs }) => callsCpuUs),
    pushesUs: by(({ pushesCpuUs }) => pushesCpuUs),
    partsUs: Object.fromEntries(Object.entries(b.host).map(([part, { cpuUs }]) => [part, cpuUs - (a.host[part]?.cpuUs ?? 0)])),
    residualUs: b.residual.cpuUs - a.residual.cpuUs,
    totalUs: b.total.cpuUs - a.total.cpuUs,
    systemUs: after.system.cpuUs - before.system.cpuUs,
    outcomes: new Map(outcomes),
  };
}

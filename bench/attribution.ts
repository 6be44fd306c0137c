/**
 * Plugins of many kinds under load: whether each is charged what it costs alone on its host, and whether all that the processes use
 * is in the account.
 */

import { setTimeout as wait } from 'node:timers/promises';
import { type Column, table } from '../host/cli/table.ts';
import { type Accounted, account, type Spent, spentBetween } from './lib/accounts.ts';
import { BusyProcessors } from './lib/busy-processors.ts';
import { atMost, type Criterion, criteriaLines } from './lib/criteria.ts';
import { environment, environmentLine } from './lib/environment.ts';
import { type MixedPlugin, mix, pushed } from './lib/mix.ts';
import { NboxHost } from './lib/nbox-host.ts';
import type { Flow } from './lib/open-loop/job.ts';
import { bootMs, openLoop } from './lib/open-loop/open-loop.ts';
import { readOptions } from './lib/options.ts';
import { median, round } from './lib/statistics.ts';

const most = { cpu: 0.05, memory: 0.1 };
const timeoutMs = 5_000;
const connections = 512;
const warmupSeconds = 20;
const pushEveryMs = 2_000;
/** What is still under way when the load ends comes to its end. */
const settleMs = 300;
/** What a window takes beside its load. */
const aroundMs = 1_800;

/** What a call of a plugin was charged by the host that runs it alone, and by the one that runs all, in the same window. */
interface Pair {
  readonly aloneUs: number;
  readonly mixUs: number;
  readonly ratio: number;
}

/** Of one plugin, in all rounds together. */
interface Row {
  readonly plugin: string;
  readonly aloneCalls: number;
  /** What a call costs alone: the median of all windows. */
  readonly aloneUs: number;
  /** In the mix, where it was measured for this plugin. */
  readonly calls: number;
  /** The same in the mix. */
  readonly us: number;
  /** What a call was charged in the mix, by what one costs alone, less 1: the median of the pairs, which is not that of all windows. */
  readonly error: number;
  readonly pairs: readonly Pair[];
}

export async function run(args: readonly string[]): Promise<boolean> {
  const options = readOptions(args, { rounds: 12, seconds: 6 });
  const { rounds, seconds } = options;
  const where = environment();
  const minutes = Math.ceil((rounds * mix.length * (seconds * 1_000 + aroundMs)) / 60_000);
  console.log(
    `${environmentLine(where)}\n${mix.length} plugins, all together on one host, and beside it each in its turn alone on another, for ${seconds} s: ${rounds} rounds, some ${minutes} min\n`,
  );
  await using host = await NboxHost.start();
  await using lone = await NboxHost.start();
  for (const one of [host, lone]) {
    for (const { name, source, manifest } of mix) await one.push(idOf(name), { source, ...(manifest === undefined ? {} : { manifest }) });
  }
  using _busy = new BusyProcessors();
  // Each is in its sandbox, known for what it takes, and compiled as well as it will be, before anything counts.
  for (const one of [host, lone]) await load(flowsOn(one, mix), options.quick ? options.warmupSeconds : warmupSeconds, 1);

  const alone = new Map<string, Spent[]>(mix.map(({ name }) => [name, []]));
  const together: Spent[] = [];
  const memory = new Map<string, Accounted>();
  let last = await account(host);
  for (let i = 1; i <= rounds; i++) {
    const ofRound: Spent[] = [];
    for (const plugin of mix) {
      // Both at once: on a machine that is shared the same call costs half as much again in the next minute, or beside other work.
      const ownBefore = await account(lone);
      await loaded(host, [...flowsOn(host, mix), ...flowsOn(lone, [loneOf(plugin)])], { seconds, seed: i });
      const [all, own] = await Promise.all([account(host), account(lone)]);
      ofRound.push(spentBetween(last, all));
      alone.get(plugin.name)?.push(spentBetween(ownBefore, own));
      memory.set(plugin.name, own);
      last = all;
    }
    together.push(...ofRound);
    const sum = (of: (spent: Spent) => number) => ofRound.reduce((all, spent) => all + of(spent), 0);
    const totalUs = sum((spent) => spent.totalUs);
    console.log(`round ${i}: ${ms(totalUs)} ms of CPU time together, residual ${percent(sum(({ residualUs }) => residualUs) / totalUs)}`);
  }
  const rows = mix.map((plugin, at) => {
    const windows = (alone.get(plugin.name) ?? []).map((spent, i) => ({ alone: spent, mix: together[i * mix.length + at] as Spent }));
    return rowOf(plugin, windows);
  });
  const cells = rows.map(({ plugin, aloneCalls, aloneUs, calls, us, error }) => {
    return [plugin, String(aloneCalls), String(aloneUs), String(calls), String(us), percent(error)];
  });
  const heads = ['calls alone', 'µs a call', 'calls in the mix', 'µs a call', 'off by, median of pairs'];
  console.log(`\n${table([{ head: 'plugin' }, ...heads.map((head): Column => ({ head, align: 'right' }))], cells)}\n`);
  const all = together.reduce(added, noTimes);
  console.log(
    `together: plugins' calls ${ms(all.calls)}, pushes ${ms(all.pushes)}, ${partsLine(together)}, residual ${ms(all.residual)}; the system's own figure is ${ms(all.system)} (ms of CPU time)`,
  );
  console.log(`memory: ${memoryLine(last)}\n`);

  const explainedUs = all.calls + all.pushes + all.parts;
  const criteria: Criterion[] = [
    atMost('plugins and host together: CPU time off the system’s by ≤ 5%', off(explainedUs, all.system), most.cpu),
    ...rows.map(({ plugin, error }) => atMost(`${plugin}: CPU time off its cost alone × calls by ≤ 5%`, Math.abs(error), most.cpu)),
    atMost('plugins and host together: memory off the system’s by ≤ 10%', off(memoryOf(last), last.system.rssBytes), most.memory),
    ...mix.filter(({ keeps }) => keeps === true).map((plugin) => keepsItsMemory(plugin, memory.get(plugin.name), last)),
  ];
  console.log(criteriaLines(criteria));
  const kept = { rows, sums: all, memory: last.usage.division, criteria };
  console.log(JSON.stringify({ bench: 'attribution', environment: where, options, ...kept }));
  return options.quick || criteria.every(({ pass }) => pass);
}

const idOf = (name: string) => `bench/mix/${name}`;

interface Load {
  readonly seconds: number;
  readonly seed: number;
}

/** @param host to which a plugin is pushed meanwhile, again and again */
async function loaded(host: NboxHost, flows: readonly Flow[], { seconds, seed }: Load): Promise<void> {
  const over = new AbortController();
  const pushing = pushOn(host, over.signal);
  try {
    await load(flows, seconds, seed);
  } finally {
    over.abort();
  }
  await pushing;
  await wait(settleMs);
}

function flowsOn(host: NboxHost, plugins: readonly MixedPlugin[]): Flow[] {
  return plugins.flatMap(({ name, flows }) =>
    flows.map(({ path, perSecond }): Flow => ({ name: `${name}${path}`, urls: [`${host.url}/${idOf(name)}${path}`], perSecond })),
  );
}

function loneOf(plugin: MixedPlugin): MixedPlugin {
  return { ...plugin, flows: plugin.flows.map(({ path, perSecond }) => ({ path, perSecond: perSecond * plugin.timesAlone })) };
}

async function load(flows: readonly Flow[], seconds: number, seed: number): Promise<void> {
  await openLoop({ flows: [...flows], seed, beginsAt: Date.now() + bootMs, seconds, warmupSeconds: 0, timeoutMs, connections });
}

let pushes = 0;

async function pushOn(host: NboxHost, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await host.push(idOf('pushed'), { source: pushed(pushes++) });
    await wait(pushEveryMs, undefined, { signal }).catch(() => {});
  }
}

/** @param windows what both hosts were charged in each */
function rowOf({ name, per }: MixedPlugin, windows: readonly { readonly alone: Spent; readonly mix: Spent }[]): Row {
  const plugin = idOf(name);
  const callsIn = ({ outcomes }: Spent) => outcomes.get(plugin)?.[per] ?? 0;
  const usIn = (spent: Spent) => (spent.callsUs.get(plugin) ?? 0) / callsIn(spent);
  const sum = (counts: readonly number[]) => counts.reduce((all, one) => all + one, 0);
  const pairs = windows
    .filter(({ alone, mix }) => callsIn(alone) > 0 && callsIn(mix) > 0)
    .map(({ alone, mix }) => {
      const [aloneUs, mixUs] = [usIn(alone), usIn(mix)];
      return { aloneUs: round(aloneUs, 1), mixUs: round(mixUs, 1), ratio: round(mixUs / aloneUs, 4) };
    });
  return {
    plugin,
    aloneCalls: sum(windows.map(({ alone }) => callsIn(alone))),
    aloneUs: round(median(pairs.map((pair) => pair.aloneUs)), 1),
    calls: sum(windows.map(({ mix }) => callsIn(mix))),
    us: round(median(pairs.map(({ mixUs }) => mixUs)), 1),
    error: round(median(pairs.map(({ ratio }) => ratio)) - 1, 4),
    pairs,
  };
}

const noTimes = { calls: 0, pushes: 0, parts: 0, residual: 0, system: 0 };

function added(sum: typeof noTimes, { callsUs, pushesUs, partsUs, residualUs, systemUs }: Spent): typeof noTimes {
  const all = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);
  return {
    calls: sum.calls + all(callsUs.values()),
    pushes: sum.pushes + all(pushesUs.values()),
    parts: sum.parts + all(Object.values(partsUs)),
    residual: sum.residual + residualUs,
    system: sum.system + systemUs,
  };
}

function partsLine(runs: readonly Spent[]): string {
  const names = Object.keys(runs[0]?.partsUs ?? {});
  return names.map((name) => `${name} ${ms(runs.reduce((sum, { partsUs }) => sum + (partsUs[name] ?? 0), 0))}`).join(', ');
}

/** Of all plugins and the host. */
function memoryOf({ usage: { division } }: Accounted): number {
  return [...division.plugins, ...Object.values(division.host)].reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
}

function memoryLine({ usage: { division }, system }: Accounted): string {
  const mb = (bytes: number) => (bytes / 1_000_000).toFixed(1);
  const plugins = division.plugins.map(({ plugin, memoryBytes }) => `${plugin.split('/').at(-1)} ${mb(memoryBytes)}`);
  const parts = Object.entries(division.host).map(([part, { memoryBytes }]) => `${part} ${mb(memoryBytes)}`);
  return `${[...plugins, ...parts].join(', ')}, residual ${mb(division.residual.memoryBytes)}; the system's own figure is ${mb(system.rssBytes)} (MB)`;
}

function keepsItsMemory({ name }: MixedPlugin, alone: Accounted | undefined, together: Accounted): Criterion {
  const of = ({ usage }: Accounted) => usage.division.plugins.find(({ plugin }) => plugin === idOf(name))?.memoryBytes ?? 0;
  const error = alone === undefined ? Number.POSITIVE_INFINITY : off(of(together), of(alone));
  return atMost(`${name}: memory off what it has alone by ≤ 10%`, error, most.memory);
}

function off(value: number, expected: number): number {
  return round(Math.abs(value / expected - 1), 4);
}

function ms(us: number): number {
  return Math.round(us / 1_000);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

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
import { round } from './lib/statistics.ts';

const most = { cpu: 0.05, memory: 0.1 };
const timeoutMs = 5_000;
const connections = 512;
const pushEveryMs = 2_000;
/** What is still under way when the load ends comes to its end. */
const settleMs = 500;

/** Of one plugin, in all rounds together. */
interface Row {
  readonly plugin: string;
  readonly aloneCalls: number;
  readonly aloneUs: number;
  readonly calls: number;
  readonly us: number;
  /** What a call was charged in the mix, by what one costs alone, less 1. */
  readonly error: number;
  /** The same of each round. */
  readonly errors: readonly number[];
}

interface Measured {
  readonly spent: Spent;
  readonly after: Accounted;
}

export async function run(args: readonly string[]): Promise<boolean> {
  const options = readOptions(args, { rounds: 3, seconds: 20 });
  const seconds = options.quick ? Math.max(3, options.seconds) : options.seconds;
  const where = environment();
  console.log(
    `${environmentLine(where)}\n${mix.length} plugins, each alone on its host and all together, ${seconds} s each: ${options.rounds} rounds, some ${Math.ceil((options.rounds * (mix.length + 1) * (seconds + 5)) / 60)} min\n`,
  );
  await using host = await NboxHost.start();
  for (const { name, source, manifest } of mix) await host.push(idOf(name), { source, ...(manifest === undefined ? {} : { manifest }) });
  using _busy = new BusyProcessors();
  // Each is in its sandbox, known for what it takes, and compiled as well as it will be, before anything counts.
  await load(flowsOn(host, mix), options.quick ? options.warmupSeconds : seconds, 1);

  const alone = new Map<string, Measured[]>(mix.map(({ name }) => [name, []]));
  const together: Measured[] = [];
  for (let i = 1; i <= options.rounds; i++) {
    for (const plugin of mix) {
      alone.get(plugin.name)?.push(await measure(host, flowsOn(host, [plugin]), seconds, i));
    }
    together.push(await measure(host, flowsOn(host, mix), seconds, i, true));
    const { residualUs, totalUs } = (together.at(-1) as Measured).spent;
    console.log(`round ${i}: ${ms(totalUs)} ms of CPU time together, residual ${percent(residualUs / totalUs)}`);
  }

  const rows = mix.map((plugin) => rowOf(plugin, alone.get(plugin.name) ?? [], together));
  const cells = rows.map(({ plugin, aloneCalls, aloneUs, calls, us, error }) => {
    const per = (time: number, count: number) => (count === 0 ? '' : String(round(time / count, 1)));
    return [plugin, String(aloneCalls), per(aloneUs, aloneCalls), String(calls), per(us, calls), percent(error)];
  });
  const heads = ['calls alone', 'µs a call', 'calls in the mix', 'µs a call', 'off by'];
  console.log(`\n${table([{ head: 'plugin' }, ...heads.map((head): Column => ({ head, align: 'right' }))], cells)}\n`);
  const all = together.reduce((sum, { spent }) => added(sum, spent), noTimes);
  console.log(
    `together: plugins' calls ${ms(all.calls)}, pushes ${ms(all.pushes)}, ${partsLine(together)}, residual ${ms(all.residual)}; the system's own figure is ${ms(all.system)} (ms of CPU time)`,
  );
  const memory = (together.at(-1) as Measured).after;
  console.log(`memory: ${memoryLine(memory)}\n`);

  const explainedUs = all.calls + all.pushes + all.parts;
  const criteria: Criterion[] = [
    atMost('plugins and host together: CPU time off the system’s by ≤ 5%', off(explainedUs, all.system), most.cpu),
    ...rows.map(({ plugin, error }) => atMost(`${plugin}: CPU time off its cost alone × calls by ≤ 5%`, Math.abs(error), most.cpu)),
    atMost('plugins and host together: memory off the system’s by ≤ 10%', off(memoryOf(memory), memory.system.rssBytes), most.memory),
    ...mix.filter(({ keeps }) => keeps === true).map((plugin) => keepsItsMemory(plugin, alone.get(plugin.name) ?? [], memory)),
  ];
  console.log(criteriaLines(criteria));
  const kept = { seconds, rows, sums: all, memory: memory.usage.division, criteria };
  console.log(JSON.stringify({ bench: 'attribution', environment: where, options, ...kept }));
  return options.quick || criteria.every(({ pass }) => pass);
}

const idOf = (name: string) => `bench/mix/${name}`;

async function measure(host: NboxHost, flows: readonly Flow[], seconds: number, seed: number, pushes = false): Promise<Measured> {
  const before = await account(host);
  const loaded = new AbortController();
  const pushing = pushes ? pushOn(host, loaded.signal) : Promise.resolve();
  try {
    await load(flows, seconds, seed);
  } finally {
    loaded.abort();
  }
  await pushing;
  await wait(settleMs);
  const after = await account(host);
  return { spent: spentBetween(before, after), after };
}

function flowsOn(host: NboxHost, plugins: readonly MixedPlugin[]): Flow[] {
  return plugins.flatMap(({ name, flows }) =>
    flows.map(({ path, perSecond }): Flow => ({ name: `${name}${path}`, urls: [`${host.url}/${idOf(name)}${path}`], perSecond })),
  );
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

function rowOf({ name, per }: MixedPlugin, alone: readonly Measured[], together: readonly Measured[]): Row {
  const plugin = idOf(name);
  const sum = (runs: readonly Measured[], of: (spent: Spent) => number | undefined) =>
    runs.reduce((all, { spent }) => all + (of(spent) ?? 0), 0);
  const of = (apart: readonly Measured[], mixed: readonly Measured[]) => {
    const calls = (spent: Spent) => spent.outcomes.get(plugin)?.[per];
    const us = (spent: Spent) => spent.callsUs.get(plugin);
    return { aloneCalls: sum(apart, calls), aloneUs: sum(apart, us), calls: sum(mixed, calls), us: sum(mixed, us) };
  };
  const errorOf = (one: ReturnType<typeof of>) => round(one.us / one.calls / (one.aloneUs / one.aloneCalls) - 1, 4);
  const all = of(alone, together);
  const errors = alone.map((_, i) => errorOf(of(alone.slice(i, i + 1), together.slice(i, i + 1))));
  return { plugin, ...all, error: errorOf(all), errors };
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

function partsLine(runs: readonly Measured[]): string {
  const names = Object.keys(runs[0]?.spent.partsUs ?? {});
  return names.map((name) => `${name} ${ms(runs.reduce((sum, { spent }) => sum + (spent.partsUs[name] ?? 0), 0))}`).join(', ');
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

function keepsItsMemory({ name }: MixedPlugin, alone: readonly Measured[], together: Accounted): Criterion {
  const of = ({ usage }: Accounted) => usage.division.plugins.find(({ plugin }) => plugin === idOf(name))?.memoryBytes ?? 0;
  const was = alone.at(-1);
  const error = was === undefined ? Number.POSITIVE_INFINITY : off(of(together), of(was.after));
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

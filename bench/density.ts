/** Many plugins at once on nbox, workerd and isolated-vm: what they hold in memory, what they carry, how long they take to start. */

import { type Column, table } from '../host/cli/table.ts';
import { above, atLeast, atMost, criteriaLines } from './lib/criteria.ts';
import {
  type Crowd,
  forEach,
  idOf,
  type Kind,
  nboxKind,
  push,
  startIsolatedVmCrowd,
  startNboxCrowd,
  startWorkerdCrowd,
  startWorkerdPorts,
  urlOf,
} from './lib/crowds.ts';
import { environment, environmentLine } from './lib/environment.ts';
import { settledMemory, type TreeMemory } from './lib/memory.ts';
import { NboxHost } from './lib/nbox-host.ts';
import { type BenchOptions, readOptions } from './lib/options.ts';
import { workerd } from './lib/peers.ts';
import { portsLoad } from './lib/ports-load.ts';
import { required } from './lib/required.ts';
import { shuffled } from './lib/shuffled.ts';
import { median, round } from './lib/statistics.ts';
import { copyPlugin } from './lib/stored-plugins.ts';
import { TempFolder } from './lib/temp-folder.ts';
import { runWrk, type WrkResult, wrkVersion } from './lib/wrk.ts';
import { pathsScript } from './lib/wrk-paths.ts';

const shape = { connections: 64, threads: 1 };
/** For each so many plugins the warm-up is as long as for one: a plugin's first calls are slower than its later ones. */
const warmedAtOnce = 150;

interface Load {
  readonly requestsPerS: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly errors: number;
  readonly rounds: readonly WrkResult[];
}

interface Measured {
  readonly name: Crowd['name'];
  readonly plugins: number;
  /** After each plugin was called once. */
  readonly memory: TreeMemory;
  readonly memoryAfterLoad: TreeMemory;
  readonly one: Load;
  readonly all: Load;
  /** Over all plugins, when each had been called only once; counts for nothing. */
  readonly warmup: WrkResult;
  /** Of the median requests/s over all plugins to that over one. */
  readonly ratio: number;
  /** The median over the rounds of each round's own: on a machine whose speed goes up and down, both then have the same. */
  readonly roundsRatio: number;
}

interface Figures extends Measured {
  /** With all the plugins there. */
  readonly startMs: number;
}

interface Restart {
  readonly stored: number;
  /** What storing them took. */
  readonly storeMs: number;
  readonly startMs: number;
  readonly memory: TreeMemory;
}

interface Failure {
  readonly plugins: number;
  readonly what: string;
}

export async function run(args: readonly string[]): Promise<boolean> {
  const options = readOptions(args);
  const versions = { wrk: wrkVersion(), workerd: workerd().version, 'isolated-vm': isolatedVmVersion() };
  const where = environment();
  console.log(
    `${environmentLine(where)}\nwrk ${versions.wrk}, ${shape.connections} connections; workerd ${versions.workerd}; isolated-vm ${versions['isolated-vm']}; ${options.plugins} plugins, each with code of its own; rounds of ${options.seconds} s: ${options.rounds}\n`,
  );

  const { nbox, byPorts } = await measureNbox(options);
  const peer = await measurePeer(startWorkerdCrowd, options.plugins, options);
  const ports = await measurePeer(startWorkerdPorts, options.plugins, options, portsLoader);
  const isolates = await measureFitting(options);
  const restart = await measureRestart(options);

  const figures = [nbox, peer, byPorts, ports, ...(isolates.figures === undefined ? [] : [isolates.figures])];
  const heads = ['plugins', 'start', 'RSS', 'PSS', 'RSS a plugin', 'requests/s one', 'requests/s all', 'all ÷ one', 'p99 all', 'errors'];
  const columns: Column[] = [{ head: 'name' }, ...heads.map((head) => ({ head, align: 'right' as const }))];
  const stored = ['nbox, stored', String(restart.stored), s(restart.startMs), mb(restart.memory.rssMb), mb(restart.memory.pssMb)];
  console.log(`\n${table(columns, [...figures.map(row), [...stored, ...Array<string>(6).fill('-')]])}\n`);
  for (const { name, memoryAfterLoad } of figures)
    console.log(`${name} after the load: RSS ${mb(memoryAfterLoad.rssMb)}, PSS ${mb(memoryAfterLoad.pssMb)}`);
  const processes = nbox.memory.processes.map(({ name, rssMb, pssMb }) => [name, mb(rssMb), mb(pssMb)]);
  console.log(`\n${table([{ head: 'nbox’s processes' }, ...columns.slice(3, 5)], processes)}\n`);
  for (const { plugins, what } of isolates.failures) console.log(`isolated-vm with ${plugins} plugins failed: ${what}`);
  console.log(
    `The ${restart.stored} stored plugins are one that was pushed, copied through the store in ${s(restart.storeMs)}: other ids, sources, codes and hashes, the same snapshot.\nnbox’s memory is that after the builder, its type checker and esbuild have ended, as they do when nothing was pushed for --builder-rest (600 s by default, 2 s here).\n`,
  );

  const criteria = [
    atMost(`nbox’s resident memory, the sum of RSS, ≤ 1,000 MB with ${options.plugins} plugins`, nbox.memory.rssMb, 1_000),
    atLeast('nbox’s requests/s over all plugins ≥ 0.6 × over one', nbox.ratio, 0.6),
    above('nbox’s all ÷ one > workerd’s, behind its router', nbox.ratio, peer.ratio),
    above('nbox’s all ÷ one > workerd’s, each plugin on a port of its own, both by the load that knows ports', byPorts.ratio, ports.ratio),
    atMost(`nbox from spawn to ready and a first answer with ${restart.stored} plugins stored ≤ 5,000 ms`, restart.startMs, 5_000),
  ];
  const errors = figures.reduce((sum, { one, all }) => sum + one.errors + all.errors, 0);
  console.log(criteriaLines(criteria));
  console.log(`        PSS, in which pages that processes share count once: ${nbox.memory.pssMb}`);
  for (const { name, roundsRatio } of figures) console.log(`        ${name}, median of the rounds’ own all ÷ one: ${roundsRatio}`);
  if (errors > 0) console.log(`FAILED  ${errors} requests failed: these figures are void`);
  const result = { figures: Object.fromEntries(figures.map((one) => [one.name, one])), restart, isolatedVmFailures: isolates.failures };
  console.log(JSON.stringify({ bench: 'density', environment: where, versions, options, ...shape, ...result, errors, criteria }));
  return errors === 0 && (options.quick || criteria.every(({ pass }) => pass));
}

async function measureNbox(options: BenchOptions): Promise<{ nbox: Figures; byPorts: Figures }> {
  using data = new TempFolder();
  const { nbox, byPorts } = await measurePushed(data, options);
  await using again = await startNboxCrowd(data, options.plugins);
  const { startMs } = again;
  return { nbox: { ...nbox, startMs }, byPorts: { ...byPorts, startMs } };
}

async function measurePushed(data: TempFolder, options: BenchOptions): Promise<{ nbox: Measured; byPorts: Measured }> {
  const { plugins } = options;
  // As ten minutes after the last push, by default: what is measured is plugins that run, and not the last build.
  await using host = await NboxHost.start({ data, flags: ['--builder-rest=2'] });
  const began = performance.now();
  await forEach(plugins, (n) => push(host, n));
  console.log(`nbox: ${plugins} plugins pushed in ${s(performance.now() - began)}`);
  const crowd = { ...nboxKind, plugins, origin: host.url, pid: host.pid };
  const nbox = await measure(crowd, options, wrkLoader);
  // The load that workerd without a router needs, so that both can be compared.
  const byPorts = await measure({ ...crowd, name: 'nbox, by the other load' }, options, portsLoader);
  // Awaited here: the host is ended when this function returns.
  return { nbox, byPorts };
}

async function measurePeer(
  start: (plugins: number) => Promise<Crowd>,
  plugins: number,
  options: BenchOptions,
  loader: Loader = wrkLoader,
): Promise<Figures> {
  await using crowd = await start(plugins);
  return { ...(await measure(crowd, options, loader)), startMs: crowd.startMs };
}

/** With as many isolates as it bears: half as many each time that it fails. */
async function measureFitting(options: BenchOptions): Promise<{ figures: Figures | undefined; failures: readonly Failure[] }> {
  const failures: Failure[] = [];
  for (let { plugins } = options; plugins >= 1; plugins = Math.floor(plugins / 2)) {
    try {
      return { figures: await measurePeer(startIsolatedVmCrowd, plugins, options), failures };
    } catch (error) {
      failures.push({ plugins, what: (error as Error).message.slice(0, 500) });
      console.log(`isolated-vm: failed with ${plugins} plugins`);
    }
  }
  return { figures: undefined, failures };
}

async function measureRestart({ stored }: BenchOptions): Promise<Restart> {
  using data = new TempFolder();
  {
    await using host = await NboxHost.start({ data });
    await push(host, 0);
  }
  const began = performance.now();
  const copies = Array.from({ length: stored - 1 }, (_, i) => idOf(i + 1));
  await copyPlugin(data.path, idOf(0), copies);
  const storeMs = Math.round(performance.now() - began);
  const kind: Kind = { ...nboxKind, expected: () => nboxKind.expected(0) };
  await using host = await startNboxCrowd(data, stored, kind);
  return { stored, storeMs, startMs: host.startMs, memory: await settledMemory(host.pid) };
}

type Running = Omit<Crowd, 'startMs' | keyof AsyncDisposable>;
type Which = 'one' | 'all';

/** Makes what loads one plugin, or all, for some seconds. */
type Loader = (crowd: Running, folder: TempFolder) => (which: Which, seconds: number) => Promise<WrkResult>;

const wrkLoader: Loader = ({ plugins, origin, path }, folder) => {
  const paths = shuffled(Array.from({ length: plugins }, (_, n) => path(n)));
  const scripts = { one: pathsScript(folder.path, 'one', paths.slice(0, 1)), all: pathsScript(folder.path, 'all', paths) };
  return (which, seconds) => runWrk(origin, { ...shape, seconds, script: scripts[which] });
};

const portsLoader: Loader = (crowd) => {
  const urls = Array.from({ length: crowd.plugins }, (_, n) => urlOf(crowd, n));
  const { connections } = shape;
  return (which, seconds) => portsLoad({ urls: which === 'one' ? urls.slice(0, 1) : urls, connections, seconds });
};

async function measure(crowd: Running, options: BenchOptions, loader: Loader): Promise<Measured> {
  const { name, plugins, pid, expected } = crowd;
  const callEach = () => forEach(plugins, (n, client) => client.expect(urlOf(crowd, n), expected(n)));
  await callEach();
  const memory = await settledMemory(pid);

  using folder = new TempFolder();
  const rounds: Record<Which, WrkResult[]> = { one: [], all: [] };
  const load = loader(crowd, folder);
  await load('one', options.warmupSeconds);
  const warmup = await load('all', options.warmupSeconds * Math.max(1, Math.ceil(plugins / warmedAtOnce)));
  console.log(`${name}, warming up: all ${Math.round(warmup.requestsPerS)} requests/s`);
  for (let i = 1; i <= options.rounds; i++) {
    for (const which of ['one', 'all'] as const) rounds[which].push(await load(which, options.seconds));
    const [one, all] = [rounds.one, rounds.all].map((results) => Math.round(results.at(-1)?.requestsPerS ?? 0));
    console.log(`${name}, round ${i}: one ${one}, all ${all} requests/s`);
  }
  const memoryAfterLoad = await settledMemory(pid);
  await callEach();
  const [one, all] = [loadOf(rounds.one), loadOf(rounds.all)];
  const shares = rounds.all.map(({ requestsPerS }, i) => requestsPerS / (rounds.one[i] as WrkResult).requestsPerS);
  const roundsRatio = round(median(shares), 3);
  return { name, plugins, memory, memoryAfterLoad, one, all, warmup, ratio: round(all.requestsPerS / one.requestsPerS, 3), roundsRatio };
}

function loadOf(rounds: readonly WrkResult[]): Load {
  const of = (pick: (one: WrkResult) => number) => Math.round(median(rounds.map(pick)));
  return {
    ...{ requestsPerS: of((one) => one.requestsPerS), p50Us: of((one) => one.p50Us), p99Us: of((one) => one.p99Us) },
    errors: rounds.reduce((sum, one) => sum + one.errors, 0),
    rounds,
  };
}

function row({ name, plugins, startMs, memory, one, all, ratio }: Figures): string[] {
  return [
    ...[name, String(plugins), s(startMs), mb(memory.rssMb), mb(memory.pssMb), `${round((memory.rssMb * 1_000) / plugins, 0)} kB`],
    ...[String(one.requestsPerS), String(all.requestsPerS), ratio.toFixed(2), `${(all.p99Us / 1_000).toFixed(2)} ms`],
    String(one.errors + all.errors),
  ];
}

function isolatedVmVersion(): string {
  return (required('isolated-vm/package.json') as { version: string }).version;
}

function s(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}

function mb(value: number): string {
  return `${Math.round(value)} MB`;
}

/** The first call of a plugin that was evicted, and calls that each start anew, beside workerd's cold start of the same handler. */

import { type Column, table } from '../host/cli/table.ts';
import { pluginId } from '../loader/plugin-id.ts';
import { Client } from './lib/client.ts';
import { atMost, below, criteriaLines } from './lib/criteria.ts';
import { environment, environmentLine } from './lib/environment.ts';
import { NboxHost } from './lib/nbox-host.ts';
import { type BenchOptions, readOptions } from './lib/options.ts';
import { handler, workerd } from './lib/peers.ts';
import { measureRewinds } from './lib/rewinds.ts';
import { shuffled } from './lib/shuffled.ts';
import { median, round, type Spread, spread } from './lib/statistics.ts';
import { TempFolder } from './lib/temp-folder.ts';
import { startWorkerLoader, type WorkerLoader } from './lib/worker-loader.ts';

const evictAfterS = 1;
/** From a plugin's last call until it has been dropped: executors look for idle sandboxes once a second. */
const untilEvictedMs = evictAfterS * 1_000 + 2_500;
/** Plugins of workerd's that are called before any is measured. */
const loaderWarmup = 5;
const callWarmup = 100;

interface FirstCalls {
  /** A first call less the median of the two right after it. */
  readonly differenceMs: Spread;
  readonly firstMs: Spread;
  readonly warmMs: Spread;
}

interface Isolation {
  readonly sharedMs: Spread;
  readonly requestMs: Spread;
  /** Of the medians. */
  readonly differenceMs: number;
}

interface Samples {
  readonly first: number[];
  readonly warm: number[];
  readonly difference: number[];
}

export async function run(args: readonly string[]): Promise<boolean> {
  const options = readOptions(args, { rounds: 3, plugins: 200 });
  const { plugins, rounds, calls } = options;
  const versions = { workerd: workerd().version };
  const where = environment();
  console.log(
    `${environmentLine(where)}\nworkerd ${versions.workerd}, by its Worker Loader; one connection; ${plugins} plugins, called in ${rounds} rounds; ${calls} calls by isolation\n`,
  );

  using data = new TempFolder();
  const { wake, workerdFirst, isolation, cold } = await measureAsClient(data, options);
  const rewinds = await measureRewinds(data.path, idOf('request'), JSON.stringify({ hello: '/x' }), calls);

  const columns: Column[] = [{ head: 'ms' }, ...['median', 'p90', 'p99', 'max'].map((head) => ({ head, align: 'right' as const }))];
  const ofUs = ({ p50, p90, p99, max }: Spread): Spread => ({ p50: p50 / 1_000, p90: p90 / 1_000, p99: p99 / 1_000, max: max / 1_000 });
  const rows: [string, Spread][] = [
    ['nbox, evicted: first call − warm call', wake.differenceMs],
    ['  first call', wake.firstMs],
    ['  warm call', wake.warmMs],
    ['workerd, not loaded: first call − warm call', workerdFirst.differenceMs],
    ['  first call', workerdFirst.firstMs],
    ['  warm call', workerdFirst.warmMs],
    ['nbox, isolation shared: call', isolation.sharedMs],
    ['nbox, isolation request: call', isolation.requestMs],
    ['  rewinding the sandbox, in process', ofUs(rewinds.rewindUs)],
    ['  a new sandbox from its snapshot, in process', ofUs(rewinds.restoreUs)],
  ];
  const digits = (value: number) => value.toFixed(3);
  console.log(
    `\n${table(
      columns,
      rows.map(([name, { p50, p90, p99, max }]) => [name, ...[p50, p90, p99, max].map(digits)]),
    )}\n`,
  );
  console.log(`isolation request − shared, medians as the client sees them: ${digits(isolation.differenceMs)} ms`);
  console.log(
    `calls that nbox counts as cold: ${cold.counted} of ${cold.expected}; the request plugin’s snapshot: ${rewinds.snapshotBytes} bytes\n`,
  );

  const rewindMs = round(rewinds.rewindUs.p50 / 1_000, 4);
  const criteria = [
    atMost('first call of an evicted plugin − warm call, median ≤ 3 ms', wake.differenceMs.p50, 3),
    atMost('first call of an evicted plugin − warm call, p99 ≤ 10 ms', wake.differenceMs.p99, 10),
    atMost('rewinding for isolation: request, median ≤ 0.1 ms', rewindMs, 0.1),
    below('waking, median < workerd’s cold start', wake.differenceMs.p50, workerdFirst.differenceMs.p50),
    below('rewinding, median < workerd’s cold start', rewindMs, workerdFirst.differenceMs.p50),
    below(
      'isolation request − shared, as the client sees it < workerd’s cold start',
      isolation.differenceMs,
      workerdFirst.differenceMs.p50,
    ),
  ];
  const isVoid = cold.counted !== cold.expected;
  console.log(criteriaLines(criteria));
  if (isVoid) console.log('FAILED  first calls found their plugin awake, or others found it evicted: these figures are void');
  const figures = { wake, workerd: workerdFirst, isolation, rewinds };
  console.log(JSON.stringify({ bench: 'wake', environment: where, versions, options, executors: 2, evictAfterS, figures, cold, criteria }));
  return !isVoid && (options.quick || criteria.every(({ pass }) => pass));
}

async function measureAsClient(data: TempFolder, { plugins, rounds, calls }: BenchOptions) {
  await using host = await NboxHost.start({ data, flags: [`--evict-after=${evictAfterS}`] });
  await using loader = await startWorkerLoader();
  using client = new Client();

  const names = Array.from({ length: plugins }, (_, n) => `p${n}`);
  // A reply from before the measurement: what follows finds the connection and the host warm.
  for (const name of names) {
    await host.push(idOf(name), { source: typed(withName(name)) });
    await client.expect(urlOf(host, name), JSON.stringify({ plugin: name, hello: '/x' }));
  }
  for (let i = 0; i < loaderWarmup; i++) await firstCalls(client, loader.url(`warm-${i}`), loader.expected(`warm-${i}`), samples());

  const [nboxSamples, loaderSamples] = [samples(), samples()];
  const before = await host.coldStarts();
  for (let i = 1; i <= rounds; i++) {
    await new Promise((resolve) => setTimeout(resolve, untilEvictedMs));
    // The connections have been idle for long enough to be closed.
    await client.get(host.url);
    await client.get(loader.url('warm-0'));
    for (const name of shuffled(names, i))
      await firstCalls(client, urlOf(host, name), JSON.stringify({ plugin: name, hello: '/x' }), nboxSamples);
    await loadEach(client, loader, names, i, loaderSamples);
    const [nbox, peer] = [nboxSamples, loaderSamples].map(({ difference }) => round(median(difference.slice(-plugins))));
    console.log(`round ${i}: first call − warm call, median: nbox ${nbox} ms, workerd ${peer} ms`);
  }
  const cold = { counted: (await host.coldStarts()) - before, expected: rounds * plugins };

  return { wake: spreads(nboxSamples), workerdFirst: spreads(loaderSamples), isolation: await compareIsolation(client, host, calls), cold };
}

/** Each under a name that is new to the loader. */
async function loadEach(client: Client, loader: WorkerLoader, names: readonly string[], turn: number, into: Samples): Promise<void> {
  for (const name of names) await firstCalls(client, loader.url(`r${turn}-${name}`), loader.expected(`r${turn}-${name}`), into);
}

async function firstCalls(client: Client, url: string, expected: string, { first, warm, difference }: Samples): Promise<void> {
  const [one, two, three] = [await client.expect(url, expected), await client.expect(url, expected), await client.expect(url, expected)];
  first.push(one);
  warm.push(two, three);
  difference.push(one - median([two, three]));
}

/** Two plugins with the same handler, in turn. */
async function compareIsolation(client: Client, host: NboxHost, calls: number): Promise<Isolation> {
  const times = { shared: [] as number[], request: [] as number[] };
  for (const isolation of ['shared', 'request'] as const)
    await host.push(idOf(isolation), { source: typed(handler), manifest: { isolation } });
  for (let i = 1; i <= callWarmup + calls; i++) {
    for (const isolation of ['shared', 'request'] as const) {
      const ms = await client.expect(urlOf(host, isolation), JSON.stringify({ hello: '/x' }));
      if (i > callWarmup) times[isolation].push(ms);
    }
  }
  const differenceMs = round(median(times.request) - median(times.shared), 4);
  return { sharedMs: spread(times.shared, 3), requestMs: spread(times.request, 3), differenceMs };
}

function idOf(name: string) {
  return pluginId('bench', 'wake', name);
}

function urlOf(host: NboxHost, name: string): string {
  return `${host.url}/${idOf(name)}/x`;
}

function withName(name: string): string {
  return handler.replace('{ hello', `{ plugin: ${JSON.stringify(name)}, hello`);
}

/** Strict checking wants the type; without it the text that runs is the same as workerd's. */
function typed(source: string): string {
  return source.replace('(r)', '(r: Request)');
}

function samples(): Samples {
  return { first: [], warm: [], difference: [] };
}

function spreads({ first, warm, difference }: Samples): FirstCalls {
  return { differenceMs: spread(difference, 3), firstMs: spread(first, 3), warmMs: spread(warm, 3) };
}

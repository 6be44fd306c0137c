/** /metrics of 1,500 plugins that were called: how long a scrape takes, how large it is, and what calls feel of it meanwhile. */

import { type Column, table } from '../host/cli/table.ts';
import { contentTypes, type ExpositionFormat } from '../host/telemetry/exposition.ts';
import { pluginId } from '../loader/plugin-id.ts';
import { atMost, below, criteriaLines } from './lib/criteria.ts';
import { environment, environmentLine } from './lib/environment.ts';
import { NboxHost } from './lib/nbox-host.ts';
import { readOptions } from './lib/options.ts';
import { round, type Spread, spread } from './lib/statistics.ts';
import { copyPlugin } from './lib/stored-plugins.ts';
import { TempFolder } from './lib/temp-folder.ts';

const mostMs = 200;
const mostMb = 5;
const callsOfEach = 3;
/** Connections that call at once. */
const callers = 4;

interface Scrapes {
  readonly ms: Spread;
  readonly bytes: number;
}

const idOf = (n: number) => pluginId(`business-${n % 20}`, `functions-${n % 100}`, `function-${n}`);

export async function run(args: readonly string[]): Promise<boolean> {
  const options = readOptions(args, { rounds: 20 });
  const where = environment();
  console.log(
    `${environmentLine(where)}\n${options.plugins} plugins, each called ${callsOfEach} times; ${options.rounds} scrapes of each kind\n`,
  );
  const ids = Array.from({ length: options.plugins }, (_, n) => idOf(n));
  using data = new TempFolder();
  await store(data, ids);
  await using host = await NboxHost.start({ data });
  await callEach(host, ids);

  const quiet = await callMs(host, ids, 2_000);
  const idle = { text: await scrapes(host, 'text', options.rounds), openmetrics: await scrapes(host, 'openmetrics', options.rounds) };
  const stop = new AbortController();
  const calling = callUntil(host, ids, stop.signal);
  const busy = await scrapes(host, 'text', options.rounds);
  stop.abort();
  const meanwhile = spread(await calling);

  const columns: Column[] = [{ head: 'ms' }, ...['median', 'p90', 'p99', 'max', 'MB'].map((head) => ({ head, align: 'right' as const }))];
  const line = (name: string, { p50, p90, p99, max }: Spread, bytes?: number) => [
    name,
    ...[p50, p90, p99, max].map((ms) => ms.toFixed(1)),
    bytes === undefined ? '' : (bytes / 1e6).toFixed(2),
  ];
  console.log(
    `${table(columns, [
      line('a scrape, text', idle.text.ms, idle.text.bytes),
      line('a scrape, OpenMetrics', idle.openmetrics.ms, idle.openmetrics.bytes),
      line(`a scrape while ${callers} connections call`, busy.ms, busy.bytes),
      line('a call, nobody scrapes', quiet),
      line('a call, scraped one time after another', meanwhile),
    ])}\n`,
  );
  const criteria = [
    atMost(`/metrics of ${options.plugins} plugins, p99 ≤ ${mostMs} ms`, idle.text.ms.p99, mostMs),
    atMost(`the same as OpenMetrics, p99 ≤ ${mostMs} ms`, idle.openmetrics.ms.p99, mostMs),
    below(`its size < ${mostMb} MB`, round(Math.max(idle.text.bytes, idle.openmetrics.bytes) / 1e6), mostMb),
  ];
  console.log(`${criteriaLines(criteria)}\n`);
  console.log(JSON.stringify({ bench: 'metrics', environment: where, options, idle, busy, quiet, meanwhile, criteria }));
  return options.quick || criteria.every(({ pass }) => pass);
}

async function store(data: TempFolder, [first, ...others]: readonly ReturnType<typeof idOf>[]): Promise<void> {
  {
    await using host = await NboxHost.start({ data });
    await host.push(String(first), { source: 'export default (): Response => new Response("x");\n' });
  }
  await copyPlugin(data.path, first as ReturnType<typeof idOf>, others);
}

async function callEach(host: NboxHost, ids: readonly string[]): Promise<void> {
  const queue = Array.from({ length: callsOfEach }, () => ids).flat();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (let id = queue.pop(); id !== undefined; id = queue.pop()) await timed(host, id);
    }),
  );
}

async function callMs(host: NboxHost, ids: readonly string[], forMs: number): Promise<Spread> {
  return spread(await callUntil(host, ids, AbortSignal.timeout(forMs)));
}

async function callUntil(host: NboxHost, ids: readonly string[], signal: AbortSignal): Promise<number[]> {
  const took: number[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (!signal.aborted) {
        took.push(await timed(host, ids[next % ids.length] as string));
        next += 1;
      }
    }),
  );
  return took;
}

async function timed(host: NboxHost, id: string): Promise<number> {
  const began = performance.now();
  const reply = await fetch(`${host.url}/${id}`);
  if ((await reply.text()) !== 'x') throw new Error(`${id} was answered with ${reply.status}`);
  return performance.now() - began;
}

async function scrapes(host: NboxHost, format: ExpositionFormat, count: number): Promise<Scrapes> {
  const took: number[] = [];
  let bytes = 0;
  for (let i = 0; i < count; i += 1) {
    const began = performance.now();
    const reply = await fetch(`${host.adminUrl}/metrics`, { headers: { ...host.adminHeaders, accept: contentTypes[format] } });
    const body = await reply.arrayBuffer();
    if (reply.status !== 200) throw new Error(`a scrape was answered with ${reply.status}`);
    took.push(performance.now() - began);
    bytes = body.byteLength;
  }
  return { ms: spread(took), bytes };
}

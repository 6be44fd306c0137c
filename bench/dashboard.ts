/** The dashboard beside 1,500 plugins with 2,000 calls/s: the first view, what blocks the page, its memory, and what it costs the host. */

import { setTimeout as wait } from 'node:timers/promises';
import { table } from '../host/cli/table.ts';
import { pluginId } from '../loader/plugin-id.ts';
import { atMost, below, criteriaLines } from './lib/criteria.ts';
import { environment, environmentLine } from './lib/environment.ts';
import { NboxHost } from './lib/nbox-host.ts';
import type { FlowResult } from './lib/open-loop/job.ts';
import { bootMs, openLoop } from './lib/open-loop/open-loop.ts';
import { readOptions } from './lib/options.ts';
import { type Halves, halves, stayOn } from './lib/processors.ts';
import { median, round, spread } from './lib/statistics.ts';
import { copyPlugin } from './lib/stored-plugins.ts';
import { TempFolder } from './lib/temp-folder.ts';
import { treeUsage } from './lib/tree-usage.ts';
import { WatchedPage } from './lib/watched-page.ts';
import { runWrk, wrkVersion } from './lib/wrk.ts';

const perSecond = 2_000;
const connections = 64;
const firstViewMs = 1_500;
const mostBlockedMs = 50;
/** Of the host's throughput. */
const mostCost = 0.03;
/** What a heap may have grown by while everything else stays as it is. */
const mostGrowth = 0.1;
/** How often it is opened. */
const openings = 5;
/** How long each view is looked at, one after another. */
const viewSeconds = 20;
/** For so long a host is measured with an overview open: what it asks for once a minute should come as often as it does in a working day. */
const openSeconds = 30;
/** So long after it was asked for, a view is there, and what comes in is an update. */
const openingMs = 3_000;

const idOf = (n: number) => pluginId(`business-${n % 20}`, `functions-${n % 100}`, `function-${n}`);

/** Turns over 50 ms of a view, in ms. */
interface Looked {
  readonly view: string;
  /** While it was put in the place of the one before. */
  readonly opening: readonly number[];
  /** By what came in while it was looked at. */
  readonly updates: readonly number[];
}

export async function run(args: readonly string[]): Promise<boolean> {
  const options = readOptions(args, { rounds: 8, seconds: 600 });
  const seconds = options.quick ? 20 : options.seconds;
  const where = environment();
  wrkVersion();
  console.log(
    `${environmentLine(where)}\n${options.plugins} plugins, ${perSecond} calls/s for ${seconds} s, and what an open dashboard costs\n`,
  );
  const ids = Array.from({ length: options.plugins }, (_, n) => idOf(n));
  using data = new TempFolder();
  await store(data, ids);
  const processors = halves();
  const { looked, heaps, firstViewsMs, signInMs, flows } = await look(data, ids, seconds, processors);
  const costs = await cost(data, ids, options.rounds, options.quick ? 2 : openSeconds, processors.system);
  const updates = looked.flatMap((one) => one.updates);
  // The first round fills what is kept within bounds; from then on nothing more should come.
  const growth = heaps.length < 2 ? 0 : (heaps.at(-1) as number) / (heaps[0] as number) - 1;
  console.log(
    `${table(
      [
        { head: 'view' },
        { head: 'times', align: 'right' },
        { head: 'updates over 50 ms', align: 'right' },
        { head: 'longest, ms', align: 'right' },
        { head: 'opening it, ms', align: 'right' },
      ],
      [...new Set(looked.map(({ view }) => view))].map((view) => {
        const own = looked.filter((one) => one.view === view);
        const all = own.flatMap((one) => one.updates);
        const opening = Math.max(0, ...own.flatMap((one) => one.opening));
        return [view, String(own.length), String(all.length), Math.max(0, ...all).toFixed(0), opening.toFixed(0)];
      }),
    )}\n`,
  );
  const [{ all }] = flows as [(typeof flows)[0]];
  console.log(
    `first view: ${firstViewsMs.map((ms) => ms.toFixed(0)).join(', ')} ms from the address to numbers and charts; ${signInMs.toFixed(0)} ms from signing in`,
  );
  console.log(
    `heap: ${heaps.map((bytes) => (bytes / 1e6).toFixed(1)).join(', ')} MB; calls: ${all.perS}/s, p99 ${(all.p99Us / 1_000).toFixed(1)} ms`,
  );
  console.log(
    `throughput: ${costs.without.toFixed(0)} requests by a second of the host's CPU time without, ${costs.with.toFixed(0)} with an open dashboard; as the client beside the browser got them ${costs.perS.without.toFixed(0)}/s and ${costs.perS.with.toFixed(0)}/s; with ÷ without in each round ${costs.ratios.join(', ')}\n`,
  );
  const criteria = [
    atMost(`first view ≤ ${firstViewMs} ms`, Math.round(median(firstViewsMs)), firstViewMs),
    atMost(`no update blocks the page for more than ${mostBlockedMs} ms: longest`, Math.round(Math.max(0, ...updates)), mostBlockedMs),
    atMost(`its heap grows by ${mostGrowth * 100}% at most`, Number(growth.toFixed(3)), mostGrowth),
    below(`it costs less than ${mostCost * 100}% of the throughput`, round(1 - median(costs.ratios), 4), mostCost),
  ];
  console.log(`${criteriaLines(criteria)}\n`);
  console.log(
    JSON.stringify({ bench: 'dashboard', environment: where, options, firstViewsMs, signInMs, looked, heaps, flows, costs, criteria }),
  );
  return options.quick || criteria.every(({ pass }) => pass);
}

interface Look {
  readonly looked: readonly Looked[];
  /** After each round of all views, in bytes. */
  readonly heaps: readonly number[];
  readonly firstViewsMs: readonly number[];
  readonly signInMs: number;
  readonly flows: readonly FlowResult[];
}

/**
 * At one view after another, while all plugins are called. The browser has half of the processors to itself, as it has where people look at a
 * host: what keeps its page waiting for a processor is none of the page's. The host has the other half, with what calls it.
 */
async function look(data: TempFolder, ids: readonly string[], seconds: number, { system, load: others }: Halves): Promise<Look> {
  stayOn(system);
  await using host = await NboxHost.start({ data });
  const urls = ids.map((id) => `${host.url}/${id}`);
  const beginsAt = Date.now() + bootMs;
  const load = openLoop({
    ...{ flows: [{ name: 'all', urls, perSecond }], seed: 1, beginsAt, seconds, warmupSeconds: 0, timeoutMs: 5_000, connections },
  });
  // Not awaited until the page was looked at: a failure is told then.
  load.catch(() => {});
  stayOn(others);
  await wait(bootMs + 3_000);
  await using watched = await WatchedPage.open(host, openings);
  const { firstViewsMs, signInMs } = watched;
  const until = beginsAt + (seconds - 5) * 1_000;
  const looked: Looked[] = [];
  const heaps: number[] = [];
  while (Date.now() < until) {
    for (const view of views(ids[7] as string)) {
      if (Date.now() > until) break;
      await go(watched, view);
      await wait(openingMs);
      const opening = await watched.blocked();
      await wait(Math.min(viewSeconds * 1_000, Math.max(1_000, until - Date.now())));
      looked.push({ view, opening, updates: await watched.blocked() });
    }
    // At the same view each time: one that was broken off is at another.
    if (Date.now() <= until) heaps.push(await watched.heapBytes());
  }
  const { flows } = await load;
  return { looked, heaps, firstViewsMs, signInMs, flows };
}

function views(plugin: string): string[] {
  return ['/', '/plugins', `/plugins/${plugin}`, '/?range=15m', `/plugins/${plugin}/logs`, '/releases'];
}

async function go({ page }: WatchedPage, path: string): Promise<void> {
  const [address, search = ''] = path.split('?');
  await page.keyboard.press('Escape');
  await page.evaluate(
    (to) => {
      const { document } = globalThis as unknown as {
        document: { createElement(name: string): { href: string; click(): void; remove(): void }; body: { append(node: unknown): void } };
      };
      const link = document.createElement('a');
      link.href = to;
      document.body.append(link);
      link.click();
      link.remove();
    },
    `${address}${search === '' ? '' : `?${search}`}`,
  );
}

interface Cost {
  /** Requests that a second of the host's CPU time answers. */
  readonly with: number;
  readonly without: number;
  /** Of each round's `with` by its `without`, which had the same machine. */
  readonly ratios: readonly number[];
  /** Requests/s, as the client got them. */
  readonly perS: { readonly with: number; readonly without: number };
}

/**
 * What the host can do at most, with the overview open in one round and without in the next, so that the machine's moods meet both.
 * It has half of the processors to itself: the browser is elsewhere where people look at a host, and its own work is none of the host's.
 * But here it is beside the client, whom it holds up; so what counts is how many requests the host's processors are good for.
 */
async function cost(data: TempFolder, ids: readonly string[], rounds: number, seconds: number, processors: string): Promise<Cost> {
  await using host = await NboxHost.start({ data, processors });
  const url = `${host.url}/${ids[0]}`;
  const found: Record<'with' | 'without', { perCpuS: number; perS: number }[]> = { with: [], without: [] };
  const load = { connections, threads: 1, seconds };
  await runWrk(url, load);
  for (let i = 0; i < rounds; i += 1) {
    const measure = async () => {
      const { cpuUs } = treeUsage(host.pid);
      const { requests, requestsPerS } = await runWrk(url, load);
      return { perCpuS: (requests / (treeUsage(host.pid).cpuUs - cpuUs)) * 1e6, perS: requestsPerS };
    };
    const withOne = async () => {
      await using _open = await WatchedPage.open(host);
      found.with.push(await measure());
    };
    if (i % 2 === 0) await withOne();
    found.without.push(await measure());
    if (i % 2 === 1) await withOne();
  }
  const middle = (of: 'with' | 'without', what: 'perCpuS' | 'perS') => spread(found[of].map((one) => one[what])).p50;
  return {
    ...{ with: middle('with', 'perCpuS'), without: middle('without', 'perCpuS') },
    ratios: found.with.map(({ perCpuS }, i) => round(perCpuS / (found.without[i]?.perCpuS ?? 0), 4)),
    perS: { with: middle('with', 'perS'), without: middle('without', 'perS') },
  };
}

async function store(data: TempFolder, [first, ...others]: readonly ReturnType<typeof idOf>[]): Promise<void> {
  {
    await using host = await NboxHost.start({ data });
    await host.push(String(first), { source: 'export default (): Response => new Response("x");\n' });
  }
  await copyPlugin(data.path, first as ReturnType<typeof idOf>, others);
}

/** The dashboard beside 1,500 plugins with 2,000 calls/s: the first view, what blocks the page, its memory, and what it costs the host. */

import { setTimeout as wait } from 'node:timers/promises';
import { table } from '../host/cli/table.ts';
import { pluginId } from '../loader/plugin-id.ts';
import { atLeast, atMost, below, criteriaLines } from './lib/criteria.ts';
import { environment, environmentLine } from './lib/environment.ts';
import { NboxHost } from './lib/nbox-host.ts';
import { readOptions } from './lib/options.ts';
import { type Halves, halves, stayOn } from './lib/processors.ts';
import { median, round } from './lib/statistics.ts';
import { copyPlugin } from './lib/stored-plugins.ts';
import { TempFolder } from './lib/temp-folder.ts';
import { treeUsage } from './lib/tree-usage.ts';
import { WatchedPage } from './lib/watched-page.ts';
import { type Load, parseWrk, runWrk, startWrk, type WrkResult, wrkVersion } from './lib/wrk.ts';
import { pathsScript } from './lib/wrk-paths.ts';

const perSecond = 2_000;
/** Of those; the rest was due while all connections were busy. */
const leastAnswered = 0.95;
/** Of calls: as many as may be under way. */
const connections = 128;
/** For so long all plugins are called before anything is measured: each of them is loaded then. */
const warmSeconds = 5;
const firstViewMs = 1_500;
const mostBlockedMs = 50;
/** Of the host's processors, and so of what it can carry. */
const mostCost = 0.03;
/** What a heap may have grown by while everything else stays as it is. */
const mostGrowth = 0.1;
/** How often it is opened. */
const openings = 5;
/** How long each view is looked at, one after another. */
const viewSeconds = 20;
/** For so long a host is measured with an overview open, and for as long without: the machine's moods last longer, mostly. */
const openSeconds = 20;
/** Calls begin so long before such a time, and end so long after it. */
const restSeconds = 1;
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
  const wrk = wrkVersion();
  const options = readOptions(args, { rounds: 16, seconds: 600 });
  const seconds = options.quick ? 45 : options.seconds;
  const where = environment();
  console.log(
    `${environmentLine(where)}\n${options.plugins} plugins, ${perSecond} calls/s by wrk ${wrk} for ${seconds} s, and what an open dashboard costs\n`,
  );
  const ids = Array.from({ length: options.plugins }, (_, n) => idOf(n));
  using data = new TempFolder();
  await store(data, ids);
  using scripts = new TempFolder();
  const called: Called = {
    data,
    ids,
    script: pathsScript(
      scripts.path,
      'plugins',
      ids.map((id) => `/${id}`),
      perSecond,
    ),
  };
  const processors = halves();
  const { looked, heaps, firstViewsMs, signInMs, calls } = await look(called, seconds, processors);
  const costs = await cost(called, options.rounds, options.quick ? 2 : openSeconds, processors);
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
  console.log(
    `first view: ${firstViewsMs.map((ms) => ms.toFixed(0)).join(', ')} ms from the address to numbers and charts; ${signInMs.toFixed(0)} ms from signing in`,
  );
  console.log(
    `heap: ${heaps.map((bytes) => (bytes / 1e6).toFixed(1)).join(', ')} MB; calls: ${calls.requestsPerS}/s, ${calls.errors} of them failed, p99 ${(calls.p99Us / 1_000).toFixed(1)} ms`,
  );
  const percents = (shares: readonly number[]) => `${(median(shares) * 100).toFixed(1)}%`;
  console.log(
    `of the host’s processors: ${percents(costs.without)} without, ${percents(costs.with)} with an open overview; with − without in each round, in %: ${costs.more.map((one) => (one * 100).toFixed(1)).join(', ')}\n`,
  );
  const criteria = [
    atLeast(`calls of the ${perSecond}/s that were answered, in %`, round((calls.requestsPerS / perSecond) * 100, 1), leastAnswered * 100),
    atMost(`first view ≤ ${firstViewMs} ms`, Math.round(median(firstViewsMs)), firstViewMs),
    atMost(`no update blocks the page for more than ${mostBlockedMs} ms: longest`, Math.round(Math.max(0, ...updates)), mostBlockedMs),
    atMost(`its heap grows by ${mostGrowth * 100}% at most`, Number(growth.toFixed(3)), mostGrowth),
    below(`it costs less than ${mostCost * 100}% of what the host can carry`, round(median(costs.more), 4), mostCost),
  ];
  console.log(`${criteriaLines(criteria)}\n`);
  console.log(
    JSON.stringify({ bench: 'dashboard', environment: where, options, firstViewsMs, signInMs, looked, heaps, calls, costs, criteria }),
  );
  return options.quick || criteria.every(({ pass }) => pass);
}

interface Called {
  readonly data: TempFolder;
  readonly ids: readonly string[];
  /** For wrk. */
  readonly script: string;
}

interface Look {
  readonly looked: readonly Looked[];
  /** After each round of all views, in bytes. */
  readonly heaps: readonly number[];
  readonly firstViewsMs: readonly number[];
  readonly signInMs: number;
  readonly calls: WrkResult;
}

/**
 * At one view after another, while all plugins are called. The browser has half of the processors, as it has all of them where people look at a host
 * from elsewhere: what keeps its page waiting for a processor is none of the page's. What calls the host is there, too; the host has the other half.
 */
async function look(called: Called, seconds: number, { system, load: others }: Halves): Promise<Look> {
  const { data, ids } = called;
  await using host = await NboxHost.start({ data, processors: system });
  stayOn(others);
  await runWrk(host.url, loadOf(called, warmSeconds));
  const until = Date.now() + (seconds - 5) * 1_000;
  await using wrk = startWrk(host.url, loadOf(called, seconds));
  await using watched = await WatchedPage.open(host, openings);
  const { firstViewsMs, signInMs } = watched;
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
  await wrk.closed;
  return { looked, heaps, firstViewsMs, signInMs, calls: parseWrk(wrk.output) };
}

function loadOf({ script }: Called, seconds: number): Load {
  return { connections, threads: 1, seconds, script };
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
  /** Of all the host's processors, what it takes of them with an overview open: in each round. */
  readonly with: readonly number[];
  /** The same without one, right before or after. */
  readonly without: readonly number[];
  /** Of each round, what there is more with it. */
  readonly more: readonly number[];
}

/**
 * What of the host's processors an open overview takes while all plugins are called: so much less of them there is for calls where all are in
 * use. It is opened when its time begins, so that whatever it asks for now and then is asked for at least as often as in a long look. The host
 * has half of the processors to itself, since the browser's own work is none of the host's.
 */
async function cost(called: Called, rounds: number, seconds: number, { system, load }: Halves): Promise<Cost> {
  await using host = await NboxHost.start({ data: called.data, processors: system });
  stayOn(load);
  await using watched = await WatchedPage.open(host);
  const share = async (isOpen: boolean): Promise<number> => {
    await watched.page.goto('about:blank');
    await using wrk = startWrk(host.url, loadOf(called, seconds + 2 * restSeconds));
    await wait(restSeconds * 1_000);
    const before = treeUsage(host.pid).cpuUs;
    const from = performance.now();
    if (isOpen) await watched.page.goto(host.adminUrl);
    await wait(from + seconds * 1_000 - performance.now());
    const cpuUs = treeUsage(host.pid).cpuUs - before;
    const tookUs = (performance.now() - from) * 1_000;
    await wrk.closed;
    // Throws where it has called nobody.
    parseWrk(wrk.output);
    return cpuUs / (tookUs * system.split(',').length);
  };
  // What has not run yet is slower.
  await share(true);
  const found = { with: [] as number[], without: [] as number[], more: [] as number[] };
  for (let i = 1; i <= rounds; i += 1) {
    const first = await share(i % 2 === 0);
    const second = await share(i % 2 === 1);
    const [without, open] = i % 2 === 0 ? [second, first] : [first, second];
    found.without.push(round(without, 4));
    found.with.push(round(open, 4));
    found.more.push(round(open - without, 4));
  }
  return found;
}

async function store(data: TempFolder, [first, ...others]: readonly ReturnType<typeof idOf>[]): Promise<void> {
  {
    await using host = await NboxHost.start({ data });
    await host.push(String(first), { source: 'export default (): Response => new Response("x");\n' });
  }
  await copyPlugin(data.path, first as ReturnType<typeof idOf>, others);
}

/** `npm run bench -- NAME [options]`: runs one bench, or says which there are. Installs nothing. */

import { endChildrenOnExit } from './lib/child.ts';
import { MissingError } from './lib/missing.ts';
import { optionsHelp } from './lib/options.ts';

interface Bench {
  readonly what: string;
  /** @returns whether every criterion was met */
  readonly load: () => Promise<{ run(args: readonly string[]): Promise<boolean> }>;
}

const benches: Readonly<Record<string, Bench>> = {
  throughput: { what: "requests/s and latency of a small handler, beside workerd's and bare koa's", load: () => import('./throughput.ts') },
  publish: { what: 'from push to live over HTTP, type-checked: a snippet, and the Hono example', load: () => import('./publish.ts') },
  dev: { what: 'nbox dev, from a save to its being live: a snippet, and a Hono app', load: () => import('./dev.ts') },
  density: {
    what: "1,500 plugins at once: memory, requests/s and start, beside workerd's and isolated-vm's; restart with 10,000 stored",
    load: () => import('./density.ts'),
  },
  wake: {
    what: "the first call of an evicted plugin, and of each call with isolation: request, beside workerd's cold start",
    load: () => import('./wake.ts'),
  },
  guards: { what: 'what counting loops and functions costs programs of different kinds', load: () => import('./guards.ts') },
  noisy: {
    what: "a light plugin's latency beside plugins that burn CPU, flood memory and hang, beside workerd's and isolated-vm's",
    load: () => import('./noisy.ts'),
  },
  overload: {
    what: 'one plugin asked for 1, 2, 5 and 10 times what it can carry: what is accepted, what is refused, and the admin API meanwhile',
    load: () => import('./overload.ts'),
  },
  hints: {
    what: "capacity that follows nbox's hints on traces, beside Knative's formula, an HPA on CPU and a perfect forecast; simulated",
    load: () => import('./hints.ts'),
  },
  swap: {
    what: "a plugin published again and again under load: requests that fail or get old code, and from push to live, beside workerd's reload and a koa process that is restarted",
    load: () => import('./swap.ts'),
  },
  metering: {
    what: 'what metering costs: requests/s of a host, beside those of one whose metering was taken out',
    load: () => import('./metering.ts'),
  },
  attribution: {
    what: 'plugins of many kinds under load: whether each is charged what it costs alone, and all that the processes use is in the account',
    load: () => import('./attribution.ts'),
  },
  dashboard: {
    what: 'the dashboard beside 1,500 plugins with 2,000 calls/s: the first view, what blocks the page, its memory, what it costs the host',
    load: () => import('./dashboard.ts'),
  },
  metrics: { what: '/metrics of 1,500 plugins: time and size of a scrape, and what calls feel of it', load: () => import('./metrics.ts') },
  usage: { what: "questions about a simulated year of 1,500 plugins' usage", load: () => import('./usage.ts') },
  soak: { what: 'a million calls of one plugin: whether the executors hold more memory for it', load: () => import('./soak.ts') },
};

const [name, ...args] = process.argv.slice(2);
const bench = name !== undefined && Object.hasOwn(benches, name) ? benches[name] : undefined;
if (bench === undefined) {
  const isAsking = name === undefined || name === '--help' || name === '-h';
  const width = Math.max(...Object.keys(benches).map((one) => one.length));
  const list = Object.entries(benches).map(([one, { what }]) => `  ${one.padEnd(width)}  ${what}`);
  const text = ['npm run bench -- NAME [options]', '', ...list, '', optionsHelp].join('\n');
  (isAsking ? process.stdout : process.stderr).write(`${isAsking ? '' : `There is no bench ${JSON.stringify(name)}.\n\n`}${text}\n`);
  process.exit(isAsking ? 0 : 2);
}

endChildrenOnExit();
try {
  process.exitCode = (await (await bench.load()).run(args)) ? 0 : 1;
} catch (error) {
  // What is missing is said in a line; a bench that breaks needs its stack.
  process.stderr.write(`${error instanceof MissingError ? error.message : ((error as Error).stack ?? error)}\n`);
  process.exit(error instanceof MissingError ? 2 : 1);
}

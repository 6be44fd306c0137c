/**
 * What metering costs: requests/s of nbox as it is, and of a copy without its metering, in turn by the tenth of a second; of one plugin, and
 * of many at random, whose accounts no cache holds. A host has half of the processors, so that all that it does counts, also what its main
 * thread does not wait for.
 */

import { type Column, table } from '../host/cli/table.ts';
import { type PluginId, pluginId } from '../loader/plugin-id.ts';
import { alternate, type Turns } from './lib/alternating.ts';
import { atLeast, criteriaLines } from './lib/criteria.ts';
import { environment, environmentLine } from './lib/environment.ts';
import { NboxHost } from './lib/nbox-host.ts';
import { readOptions } from './lib/options.ts';
import { handler } from './lib/peers.ts';
import { halves, stayOn } from './lib/processors.ts';
import { median, round } from './lib/statistics.ts';
import { copyPlugin } from './lib/stored-plugins.ts';
import { TempFolder } from './lib/temp-folder.ts';
import { copiedTree, unmeteredTree } from './lib/unmetered-tree.ts';
import { type Load, wrkVersion } from './lib/wrk.ts';
import { pathsScript } from './lib/wrk-paths.ts';

const shape = { connections: 64, threads: 1 };
/** Of the requests/s without metering, what there must be with it. */
const leastRatio = 0.97;

const kinds = ['metered', 'unmetered'] as const;
type Kind = (typeof kinds)[number];
/**
 * Until a host's code is compiled as well as it will be, which is a matter of calls and not of time: before, the one that has more code is
 * the slower.
 */
const warmupRequests = 100_000;
const warmupTurnsS = 4;
/** On a machine that is so slow it would take for ever. */
const mostWarmupTurns = 30;

interface Round {
  readonly metered: number;
  readonly unmetered: number;
}

/** What is asked of a host. */
interface Asked {
  readonly name: string;
  readonly url: (host: NboxHost) => string;
  readonly more: Pick<Load, 'script'>;
}

const first = pluginId('bench', 'metering', 'hello-0');

export async function run(args: readonly string[]): Promise<boolean> {
  const options = readOptions(args, { rounds: 12, seconds: 8, plugins: 200 });
  const where = environment();
  const versions = { wrk: wrkVersion() };
  const processors = halves();
  stayOn(processors.load);
  console.log(
    `${environmentLine(where)}\nwrk ${versions.wrk}, ${shape.connections} connections; ${options.rounds} rounds with fresh hosts on processor ${processors.system}, in each ${options.seconds} s of both in turn; wrk on processor ${processors.load}\n`,
  );
  const others = Array.from({ length: options.plugins - 1 }, (_, i) => pluginId('bench', 'metering', `hello-${i + 1}`));
  using folder = new TempFolder();
  const script = pathsScript(
    folder.path,
    'plugins',
    [first, ...others].map((plugin) => `/${plugin}/x`),
  );
  await using stored = new AsyncDisposableStack();
  const places = {
    metered: await placeOf(stored, copiedTree(), others),
    unmetered: await placeOf(stored, unmeteredTree(), others),
  };
  const one: Asked = { name: 'one plugin', url: (host) => `${host.url}/${first}/x`, more: {} };
  const many: Asked = { name: `${options.plugins} plugins at random`, url: (host) => host.url, more: { script } };
  const loads = [one, many];
  const rounds = new Map<string, Round[]>(loads.map(({ name }) => [name, []]));
  let errors = 0;
  for (let i = 1; i <= options.rounds; i += 1) {
    // Which is started first has another place in memory.
    const order = i % 2 === 0 ? kinds : kinds.toReversed();
    await using started = new AsyncDisposableStack();
    const hosts = {} as Record<Kind, NboxHost>;
    for (const kind of order) hosts[kind] = started.use(await NboxHost.start({ ...places[kind], processors: processors.system }));
    await checkCounts(hosts);
    const measure = ({ url, more }: Asked, seconds: number) =>
      alternate({ metered: url(hosts.metered), unmetered: url(hosts.unmetered) }, { ...shape, ...more, seconds });
    await warmUp((seconds) => measure(many, seconds), options.quick);
    for (const load of loads) {
      const found = await measure(load, options.seconds);
      const failed = found.metered.errors + found.unmetered.errors;
      errors += failed;
      const [metered, unmetered] = [found.metered.requestsPerS, found.unmetered.requestsPerS];
      rounds.get(load.name)?.push({ metered, unmetered });
      console.log(
        `round ${i}, ${load.name}: ${Math.round(metered)} with, ${Math.round(unmetered)} without, ÷ ${round(metered / unmetered, 3)}${failed === 0 ? '' : `; ${found.metered.errors} and ${found.unmetered.errors} requests failed`}`,
      );
      for (const kind of kinds) if (found[kind].errors > 0) console.log(`  ${kind}: ${hosts[kind].lastLog}`);
    }
  }
  const rows = [...rounds].map(([name, all]) => ({ name, ...summary(all), rounds: all }));

  const columns: Column[] = [
    { head: 'requests/s' },
    ...['with metering', 'without', 'ratio', 'quartiles'].map((head) => ({ head, align: 'right' as const })),
  ];
  const cells = rows.map(({ name, metered, unmetered, ratio, quartiles }) => [
    ...[name, String(metered), String(unmetered), ratio.toFixed(3), quartiles.map((one) => one.toFixed(3)).join(' to ')],
  ]);
  console.log(`\n${table(columns, cells)}\n`);
  const criteria = rows.map(({ name, ratio }) => atLeast(`${name}: requests/s with metering ≥ ${leastRatio} × without`, ratio, leastRatio));
  console.log(criteriaLines(criteria));
  if (errors > 0) console.log(`FAILED  ${errors} requests failed: these figures are void`);
  console.log(JSON.stringify({ bench: 'metering', environment: where, versions, options, ...shape, rows, errors, criteria }));
  return errors === 0 && (options.quick || criteria.every(({ pass }) => pass));
}

/** Calls that are refused while there are no sandboxes yet are no fault. */
async function warmUp(measure: (seconds: number) => Promise<Record<Kind, Turns>>, isQuick: boolean): Promise<void> {
  const done = { metered: 0, unmetered: 0 };
  for (let i = 0; i < (isQuick ? 1 : mostWarmupTurns) && Math.min(done.metered, done.unmetered) < warmupRequests; i += 1) {
    const turns = await measure(isQuick ? 1 : warmupTurnsS);
    for (const kind of kinds) done[kind] += turns[kind].requests;
  }
}

/**
 * What a host of the given tree is started with, again and again: one host is quicker than another of the same code, for as long as it
 * lives, since it comes to chance how its code was compiled. The tree and the data go with the stack.
 */
async function placeOf(stored: AsyncDisposableStack, tree: TempFolder, others: readonly PluginId[]) {
  stored.use(tree);
  const place = { data: stored.use(new TempFolder()), tree: tree.path };
  {
    await using host = await NboxHost.start(place);
    await host.push(first, { source: handler.replace('(r)', '(r: Request)') });
  }
  await copyPlugin(place.data.path, first, others);
  return place;
}

/** That it is metering which makes the difference: one host counts a call, the other does not. */
async function checkCounts(hosts: Readonly<Record<Kind, NboxHost>>): Promise<void> {
  for (const kind of kinds) {
    const host = hosts[kind];
    const reply = await fetch(`${host.url}/${first}/x`);
    if ((await reply.text()) !== JSON.stringify({ hello: '/x' })) throw new Error(`the ${kind} host answers ${reply.status}`);
    const usage = await fetch(`${host.adminUrl}/v1/usage`, { headers: host.adminHeaders });
    const { plugins } = (await usage.json()) as { plugins: { calls: number }[] };
    const calls = plugins.reduce((sum, one) => sum + one.calls, 0);
    if (calls !== (kind === 'metered' ? 1 : 0)) throw new Error(`the ${kind} host has counted ${calls} calls`);
  }
}

function summary(rounds: readonly Round[]) {
  const ratios = rounds.map(({ metered, unmetered }) => metered / unmetered).sort((a, b) => a - b);
  const at = (part: number) => round(ratios[Math.min(ratios.length - 1, Math.floor(part * ratios.length))] as number, 3);
  return {
    metered: Math.round(median(rounds.map((one) => one.metered))),
    unmetered: Math.round(median(rounds.map((one) => one.unmetered))),
    // Of each round, whose two hosts had the same machine.
    ratio: round(median(ratios), 3),
    quartiles: [at(0.25), at(0.75)] as const,
  };
}

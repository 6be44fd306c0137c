/**
 * What metering costs: requests/s of nbox as it is, and of a copy without its metering, in turn in each round; of one plugin, and of
 * many at random, whose accounts no cache holds.
 */

import { type Column, table } from '../host/cli/table.ts';
import { type PluginId, pluginId } from '../loader/plugin-id.ts';
import { atLeast, criteriaLines } from './lib/criteria.ts';
import { environment, environmentLine } from './lib/environment.ts';
import { NboxHost } from './lib/nbox-host.ts';
import { readOptions } from './lib/options.ts';
import { handler } from './lib/peers.ts';
import { median, round } from './lib/statistics.ts';
import { copyPlugin } from './lib/stored-plugins.ts';
import { TempFolder } from './lib/temp-folder.ts';
import { copiedTree, unmeteredTree } from './lib/unmetered-tree.ts';
import { runWrk, wrkVersion } from './lib/wrk.ts';
import { pathsScript } from './lib/wrk-paths.ts';

const shape = { connections: 64, threads: 1 };
/** Of the requests/s without metering, what there must be with it. */
const leastRatio = 0.97;

const kinds = ['metered', 'unmetered'] as const;
type Kind = (typeof kinds)[number];
/** So that both have a machine whose speed goes one way in the same measure. */
const turns: readonly Kind[] = ['metered', 'unmetered', 'unmetered', 'metered'];
const other = (kind: Kind): Kind => (kind === 'metered' ? 'unmetered' : 'metered');
/** Until a host's code is compiled as well as it will be; the second load finds it so. */
const warmupSeconds = [5, 2];

interface Round {
  readonly metered: number;
  readonly unmetered: number;
}

const first = pluginId('bench', 'metering', 'hello-0');

export async function run(args: readonly string[]): Promise<boolean> {
  const options = readOptions(args, { rounds: 18, seconds: 3, plugins: 200 });
  const where = environment();
  const versions = { wrk: wrkVersion() };
  console.log(
    `${environmentLine(where)}\nwrk ${versions.wrk}, ${shape.connections} connections; ${options.rounds} rounds with fresh hosts, in each ${turns.length} runs of ${options.seconds} s for each host\n`,
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
  const loads = [
    { name: 'one plugin', url: (host: NboxHost) => `${host.url}/${first}/x`, more: {} },
    { name: `${options.plugins} plugins at random`, url: (host: NboxHost) => host.url, more: { script } },
  ];
  const rounds = new Map<string, Round[]>(loads.map(({ name }) => [name, []]));
  let errors = 0;
  for (let i = 1; i <= options.rounds; i += 1) {
    await using metered = await NboxHost.start(places.metered);
    await using unmetered = await NboxHost.start(places.unmetered);
    const hosts = { metered, unmetered };
    await checkCounts(hosts);
    for (const [at, { name, url, more }] of loads.entries()) {
      const measure = async (kind: Kind, seconds: number) => {
        const result = await runWrk(url(hosts[kind]), { ...shape, ...more, seconds });
        errors += result.errors;
        return result.requestsPerS;
      };
      for (const kind of kinds) await measure(kind, options.quick ? options.warmupSeconds : (warmupSeconds[at] as number));
      const one = { metered: 0, unmetered: 0 };
      // Whichever goes first is the less warm one: that is shared out.
      for (const kind of i % 2 === 0 ? turns : turns.map(other)) one[kind] += (await measure(kind, options.seconds)) / (turns.length / 2);
      rounds.get(name)?.push(one);
      console.log(
        `round ${i}, ${name}: ${Math.round(one.metered)} with, ${Math.round(one.unmetered)} without, ÷ ${round(one.metered / one.unmetered, 3)}`,
      );
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

/**
 * What a host of the given tree is started with, again and again: one host is quicker than another of the same code by 3%, for as long as it
 * lives. The tree and the data go with the stack.
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
    // Of each round, whose two runs were under much the same conditions.
    ratio: round(median(ratios), 3),
    quartiles: [at(0.25), at(0.75)] as const,
  };
}

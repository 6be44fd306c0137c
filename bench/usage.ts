/** Questions about a simulated year of many plugins' usage, answered by the thread that a host answers them with. */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { type Column, table } from '../host/cli/table.ts';
import { createLogger } from '../host/log.ts';
import { CurrentSecond } from '../host/usage/current-second.ts';
import { type Grouping, type Step, type UsageQuery, widened } from '../host/usage/query.ts';
import { StoredUsage } from '../host/usage/stored-usage.ts';
import { periodOf, startOf } from '../host/usage/tiers.ts';
import { prepareUsageFile } from '../host/usage/usage-file.ts';
import { UsageWriter } from '../host/usage/writer.ts';
import { atMost, criteriaLines } from './lib/criteria.ts';
import { environment, environmentLine } from './lib/environment.ts';
import { readOptions } from './lib/options.ts';
import { pseudoRandom } from './lib/pseudo-random.ts';
import { type Spread, spread } from './lib/statistics.ts';
import { TempFolder } from './lib/temp-folder.ts';
import { pluginOf, releaseOf, simulatedSecond } from './lib/usage-year.ts';

const hourS = 3_600;
const dayS = 86_400;
const hourlyDays = 35;
const mostMs = 200;
const mostHeldUpMs = 20;
/** Larger than what is simulated: nothing is dropped. */
const mostBytes = 1e12;

interface Question {
  readonly what: string;
  readonly query: Partial<UsageQuery> & { readonly groupings: readonly Grouping[]; readonly step: Step | undefined };
}

export async function run(args: readonly string[]): Promise<boolean> {
  const options = readOptions(args, { rounds: 20 });
  const { plugins, rounds } = options;
  const where = environment();
  const hours = options.quick ? 14 * 24 : 365 * 24;
  console.log(`${environmentLine(where)}\n${plugins} plugins over ${hours / 24} days, ${rounds} times each question\n`);

  using data = new TempFolder();
  const log = createLogger({ logLevel: 'warn', logFormat: 'json' });
  const now = Math.floor(Date.now() / 1_000);
  const began = performance.now();
  const { calls, bytes } = fill(data.path, plugins, now, hours, log);
  console.log(`${(bytes / 1_048_576).toFixed(0)} MiB, written in ${((performance.now() - began) / 1_000).toFixed(0)} s\n`);

  const stored = new StoredUsage({
    ...{ directory: data.path, mostBytes, second: new CurrentSecond(), log },
    ...{ addUp: () => {}, clock: { now: () => now * 1_000, elapsed: () => performance.now() } },
  });
  const figures: Record<string, Spread & { readonly rows: number }> = {};
  let heldUpMs = 0;
  try {
    // Its threads are there then.
    await read(stored, { from: now - 60, to: now + 1, step: undefined, groupings: [], plugin: undefined }, now);
    for (const { what, query } of questions(now)) {
      const asked = widened({ from: 0, to: now + 1, plugin: undefined, ...query }, now);
      const times: number[] = [];
      let rows = 0;
      for (let i = 0; i < rounds; i += 1) {
        const before = performance.now();
        ({ rows } = await stored.rows(asked, { form: 'json', mostRows: 10_000 }));
        times.push(performance.now() - before);
      }
      figures[what] = { ...spread(times, 1), rows };
    }
    const past = await judged(stored, plugins, now, rounds);
    figures['growth and costs, for hygiene'] = past.figure;
    heldUpMs = past.heldUpMs;
    const [total] = await read(stored, { from: now - 500 * dayS, to: now + 1, step: undefined, groupings: [], plugin: undefined }, now);
    if (total !== calls) throw new Error(`${total} calls were read, and ${calls} written`);
  } finally {
    await stored.close();
  }

  const columns: Column[] = [{ head: 'ms' }, ...['rows', 'median', 'p99', 'max'].map((head) => ({ head, align: 'right' as const }))];
  const lines = Object.entries(figures).map(([what, { rows, p50, p99, max }]) => [what, String(rows), ...[p50, p99, max].map(String)]);
  console.log(`${table(columns, lines)}\n`);
  const criteria = Object.entries(figures).map(([what, { max }]) => atMost(`${what}, slowest ≤ ${mostMs} ms`, max, mostMs));
  criteria.push(atMost(`hygiene holds the host’s loop up for ≤ ${mostHeldUpMs} ms`, heldUpMs, mostHeldUpMs));
  console.log(criteriaLines(criteria));
  console.log(JSON.stringify({ bench: 'usage', environment: where, options, megabytes: Math.round(bytes / 1_048_576), figures, criteria }));
  return options.quick || criteria.every(({ pass }) => pass);
}

function questions(now: number): Question[] {
  const [year, month] = [now - 365 * dayS, now - 30 * dayS];
  const one = 'd1/g1/p1';
  return [
    { what: 'a year’s total', query: { from: year, step: undefined, groupings: [] } },
    // A month less a day that is read day by day, and those from then on: the most that a year by plugin can take.
    { what: 'a year by plugin, from the second of a month', query: { from: secondOfMonth(year), step: undefined, groupings: ['plugin'] } },
    { what: 'a year by outcome', query: { from: year, step: undefined, groupings: ['outcome'] } },
    { what: 'a year by plugin', query: { from: year, step: undefined, groupings: ['plugin'] } },
    { what: 'a year by domain and outcome', query: { from: year, step: undefined, groupings: ['domain', 'outcome'] } },
    { what: 'a year by day', query: { from: year, step: '1d', groupings: [] } },
    { what: 'a year of one plugin by day', query: { from: year, step: '1d', groupings: [], plugin: one } },
    { what: 'a year of one plugin by release', query: { from: year, step: undefined, groupings: ['release'], plugin: one } },
    { what: 'a year of one plugin by hour', query: { from: year, step: '1h', groupings: [], plugin: one } },
    { what: 'a month by hour', query: { from: month, step: '1h', groupings: [] } },
    { what: 'a month of one plugin by hour and outcome', query: { from: month, step: '1h', groupings: ['outcome'], plugin: one } },
    { what: 'a day by plugin', query: { from: now - dayS, step: undefined, groupings: ['plugin'] } },
  ];
}

function secondOfMonth(second: number): number {
  return startOf('month', periodOf('month', second)) + dayS;
}

/** What `GET /v1/hygiene` asks for: the first time, when all hours are read, and then as often as the other questions. */
async function judged(stored: StoredUsage, plugins: number, now: number, rounds: number) {
  const live = Array.from({ length: plugins }, (_, i) => [pluginOf(i), releaseOf(i, now)] as const);
  const question = { hour: (Math.floor(now / hourS) - 1) * hourS * 1_000, live };
  const times: number[] = [];
  let rows = 0;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  for (let i = 0; i <= rounds; i += 1) {
    const before = performance.now();
    const past = await stored.past(question);
    const ms = performance.now() - before;
    if (i === 0) console.log(`growth and costs the first time, when all hours are read: ${ms.toFixed(0)} ms\n`);
    else times.push(ms);
    rows = past.growth.length + past.costRises.length;
  }
  delay.disable();
  return { figure: { ...spread(times, 1), rows }, heldUpMs: Math.round(delay.max / 1e6) };
}

async function read(stored: StoredUsage, query: UsageQuery, now: number): Promise<number[]> {
  const { text } = await stored.rows(widened(query, now), { form: 'json', mostRows: 10_000 });
  return (JSON.parse(`[${new TextDecoder().decode(text)}]`) as { calls: number }[]).map(({ calls }) => calls);
}

/**
 * By the host's own writer: a batch every four hours, in the last 35 days every hour, in the last two hours every minute, and in the
 * open minute every second.
 */
function fill(directory: string, plugins: number, now: number, hours: number, log: ReturnType<typeof createLogger>) {
  const db = new DatabaseSync(prepareUsageFile(directory, log));
  try {
    db.exec('PRAGMA synchronous = OFF');
    const writer = new UsageWriter(db, mostBytes);
    const random = pseudoRandom(1);
    let [number, calls] = [0, 0];
    const write = (second: number, lengthS: number) => {
      const { block, calls: added } = simulatedSecond(plugins, second, lengthS, random);
      number += 1;
      writer.write([{ number, second, block }]);
      calls += added;
    };
    for (let hour = hours; hour > 2; hour -= hour > hourlyDays * 24 ? 4 : 1) write(now - hour * hourS, hourS);
    for (let minute = 120; minute > 0; minute -= 1) write(now - minute * 60, 60);
    for (let second = now % 60; second >= 0; second -= 1) write(now - second, 1);
    return { calls, bytes: writer.usedBytes() };
  } finally {
    db.close();
  }
}

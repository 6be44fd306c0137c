/** A plugin published again and again while it is called: what is lost, who still gets old code, how long it takes, and what callers notice. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Column, table } from '../host/cli/table.ts';
import { atLeast, atMost, criteriaLines } from './lib/criteria.ts';
import { environment, environmentLine } from './lib/environment.ts';
import { nowUs, type Result, type Traced } from './lib/open-loop/job.ts';
import { bootMs, openLoop } from './lib/open-loop/open-loop.ts';
import { type BenchOptions, readOptions } from './lib/options.ts';
import { workerd } from './lib/peers.ts';
import { koaRestart, nbox, type PublishedSystem, replyOf, workerdReload } from './lib/published.ts';
import { median, percentile, round } from './lib/statistics.ts';
import { TempFolder } from './lib/temp-folder.ts';

const perSecond = 500;
const connections = 256;
const timeoutMs = 10_000;
/** From the beginning of one publish to that of the next, or more where one takes longer. */
const everyMs = 250;
/** So many publishes, then as long without, and so on: what else the machine does meets both alike. */
const publishesInTurn = 10;
const restMs = publishesInTurn * everyMs;
/** How much longer all of it may take than publishes that are in time: a slower system publishes less often. */
const patience = 1.2;

const columns = [
  ...['', 'publishes', 'requests', 'failed', 'old code', 'odd replies', 'to live, p50', 'p99'],
  ...['p99 without', 'p99 meanwhile', '÷', 'max'],
].map((head, i): Column => ({ head, align: i === 0 ? 'left' : 'right' }));

interface Acknowledged {
  readonly n: number;
  readonly release: string;
  /** On the clock of `nowUs`. */
  readonly atUs: number;
}

/** A while without publishes, and one with them: on the clock of `nowUs`. */
interface Turn {
  readonly quietUs: number;
  readonly fromUs: number;
  readonly untilUs: number;
}

interface Round {
  readonly publishes: number;
  readonly requests: number;
  /** Anything but a reply with status 200: connections lost, too. */
  readonly failed: number;
  /** Replies by an older handler than the one that had been acknowledged when the request was sent. */
  readonly stale: number;
  /** Replies that no handler makes, or whose header names another release than made the body. */
  readonly odd: number;
  readonly toLiveMs: readonly number[];
  readonly quietP99Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
}

export async function run(args: readonly string[]): Promise<boolean> {
  const options = readOptions(args, { rounds: 3 });
  const where = environment();
  const versions = { workerd: workerd().version };
  console.log(
    `${environmentLine(where)}\n${options.pushes} publishes, one every ${everyMs} ms or slower, in turn with as long without, at ${perSecond} requests/s (open loop) over connections that are kept; ${options.rounds} rounds\n`,
  );
  const systems = [nbox, workerdReload, koaRestart];
  for (const { name, how } of systems) console.log(`${name}: ${how}`);
  const rounds = new Map<string, Round[]>(systems.map(({ name }) => [name, []]));
  for (let i = 1; i <= options.rounds; i++) {
    for (const system of systems) {
      const one = await measure(system, options, i);
      rounds.get(system.name)?.push(one);
      console.log(`round ${i}, ${system.name}: ${one.failed} failed, ${one.stale} by old code, ${round(median(one.toLiveMs))} ms to live`);
    }
  }

  const rows = systems.map(({ name }) => ({ name, ...summary(rounds.get(name) ?? []) }));
  console.log(`\n${table(columns, rows.map(cells))}\n`);
  const own = rows[0] as (typeof rows)[number];
  const criteria = [
    atLeast('nbox: publishes in time', own.publishes, options.pushes * options.rounds),
    atMost('nbox: failed requests', own.failed, 0),
    atMost('nbox: replies by old code to requests sent after its push was acknowledged', own.stale, 0),
    atMost('nbox: replies that are not from exactly one release', own.odd, 0),
    atMost('nbox: from push to live, median ≤ 60 ms', own.toLiveP50Ms, 60),
    atMost('nbox: from push to live, p99 ≤ 200 ms', own.toLiveP99Ms, 200),
    atMost('nbox: p99 of requests while it publishes ≤ 1.5 × without', own.ratio, 1.5),
  ];
  console.log(criteriaLines(criteria));
  console.log(JSON.stringify({ bench: 'swap', environment: where, versions, options, perSecond, everyMs, rows, criteria }));
  return options.quick || criteria.every(({ pass }) => pass);
}

async function measure({ start }: PublishedSystem, options: BenchOptions, seed: number): Promise<Round> {
  await using system = await start();
  const acknowledged: Acknowledged[] = [];
  const publish = async (n: number) => {
    const release = await system.publish(n);
    acknowledged.push({ n, release, atUs: nowUs() });
  };
  for (let n = 1; n <= options.warmupPushes; n++) await publish(n);
  using folder = new TempFolder();
  const trace = join(folder.path, 'trace');
  const seconds = Math.ceil((2 * options.pushes * everyMs * patience) / 1_000) + 1;
  const toLiveMs: number[] = [];
  const turns: Turn[] = [];
  const publishAll = async () => {
    await setTimeout(bootMs + options.warmupSeconds * 1_000);
    const until = performance.now() + seconds * 1_000;
    for (let done = 0; done < options.pushes && performance.now() < until; ) {
      const quietUs = nowUs();
      await setTimeout(restMs);
      const fromUs = nowUs();
      for (let i = 0; i < publishesInTurn && done < options.pushes && performance.now() < until; i++) {
        done += 1;
        const began = performance.now();
        await publish(options.warmupPushes + done);
        const tookMs = performance.now() - began;
        toLiveMs.push(tookMs);
        await setTimeout(Math.max(0, everyMs - tookMs));
      }
      turns.push({ quietUs, fromUs, untilUs: nowUs() });
    }
  };
  await Promise.all([load(system.url, seconds, options, seed, trace), publishAll()]);
  const requests = readFileSync(trace, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Traced);
  const took = (isIn: (turn: Turn, dueUs: number) => boolean) =>
    requests.filter(({ dueUs }) => turns.some((turn) => isIn(turn, dueUs))).map(({ dueUs, endedUs }) => endedUs - dueUs);
  const meanwhileUs = took(({ fromUs, untilUs }, dueUs) => dueUs >= fromUs && dueUs < untilUs);
  return {
    ...{ publishes: toLiveMs.length, requests: requests.length, toLiveMs },
    ...judge(requests, acknowledged),
    quietP99Us: percentile(
      took(({ quietUs, fromUs }, dueUs) => dueUs >= quietUs && dueUs < fromUs),
      99,
    ),
    p99Us: percentile(meanwhileUs, 99),
    maxUs: percentile(meanwhileUs, 100),
  };
}

function load(url: string, seconds: number, { warmupSeconds }: BenchOptions, seed: number, trace: string): Promise<Result> {
  const beginsAt = Date.now() + bootMs + warmupSeconds * 1_000;
  const flows = [{ name: 'steady', urls: [url], perSecond }];
  return openLoop({ beginsAt, seconds, warmupSeconds, timeoutMs, connections, seed, flows, trace });
}

/** @param acknowledged in their order */
function judge(requests: readonly Traced[], acknowledged: readonly Acknowledged[]): Pick<Round, 'failed' | 'stale' | 'odd'> {
  const byReply = new Map(acknowledged.map((one) => [replyOf(one.n), one]));
  let [failed, stale, odd] = [0, 0, 0];
  for (const { sentUs, outcome, body, release } of requests) {
    if (outcome !== '200') {
      failed += 1;
      continue;
    }
    const made = byReply.get(body);
    if (made === undefined || made.release !== release) odd += 1;
    else if (made.n < (acknowledged.findLast(({ atUs }) => atUs <= sentUs)?.n ?? 0)) stale += 1;
  }
  return { failed, stale, odd };
}

/** Sums of the rounds, and medians of what was measured. */
function summary(rounds: readonly Round[]) {
  const sum = (of: (one: Round) => number) => rounds.reduce((all, one) => all + of(one), 0);
  const middle = (of: (one: Round) => number) => round(median(rounds.map(of)));
  return {
    ...{ publishes: sum((one) => one.publishes), requests: sum((one) => one.requests) },
    ...{ failed: sum((one) => one.failed), stale: sum((one) => one.stale), odd: sum((one) => one.odd) },
    toLiveP50Ms: middle((one) => median(one.toLiveMs)),
    toLiveP99Ms: middle((one) => percentile(one.toLiveMs, 99)),
    quietP99Us: middle((one) => one.quietP99Us),
    p99Us: middle((one) => one.p99Us),
    ratio: middle((one) => one.p99Us / one.quietP99Us),
    maxUs: middle((one) => one.maxUs),
  };
}

function cells({ name, ...row }: ReturnType<typeof summary> & { name: string }): string[] {
  const counts = [row.publishes, row.requests, row.failed, row.stale, row.odd].map(String);
  const ms = (us: number) => `${(us / 1_000).toFixed(2)} ms`;
  return [
    ...[name, ...counts, `${row.toLiveP50Ms.toFixed(1)} ms`, `${row.toLiveP99Ms.toFixed(1)} ms`],
    ...[ms(row.quietP99Us), ms(row.p99Us), row.ratio.toFixed(2), ms(row.maxUs)],
  ];
}

/** One plugin asked for more than it can carry: what is accepted, how the rest is refused, and whether the admin API still answers. */

import { type Column, table } from '../host/cli/table.ts';
import { pluginId } from '../loader/plugin-id.ts';
import { Client } from './lib/client.ts';
import { cpuTimeS } from './lib/cpu-time.ts';
import { atLeast, atMost, type Criterion, criteriaLines } from './lib/criteria.ts';
import { environment, environmentLine } from './lib/environment.ts';
import { NboxHost } from './lib/nbox-host.ts';
import type { Answers, FlowResult, Result } from './lib/open-loop/job.ts';
import { bootMs, openLoop } from './lib/open-loop/open-loop.ts';
import { type BenchOptions, readOptions } from './lib/options.ts';
import { halves, stayOn } from './lib/processors.ts';
import { median, percentile, round } from './lib/statistics.ts';
import { runWrk, wrkVersion } from './lib/wrk.ts';

const plugin = pluginId('bench', 'overload', 'busy');
/** What is pushed meanwhile. */
const other = pluginId('bench', 'overload', 'other');
const times = [1, 2, 5, 10] as const;
/** Enough to leave no executor idle, and so few that none of their calls waits for long. */
const shape = { connections: 4, threads: 1 };
const timeoutMs = 5_000;
const connections = 8_192;
const adminPerSecond = 20;
const pushEveryMs = 1_000;
const calibrationCalls = 50;

/** nbox's default `deadlineMs`; what is accepted is answered by then, give or take what the generator waits for the processor. */
const deadlineMs = 1_000;
const refused = '503 overloaded';
const columns = [
  ...['×', 'offered/s', 'accepted/s', 'p50', 'p99', 'refused/s', 'p99', 'ended late', 'wrong', 'admin p99', 'push'],
  ...['generator late, p99', 'its CPU', 'host’s CPU'],
].map((head): Column => ({ head, align: 'right' }));

/** A generator that is later than this has not made the load that it should. */
const mostLagMs = 50;

interface Run {
  readonly load: Result;
  readonly admin: Result;
  readonly pushMs: readonly number[];
  /** Of a processor, what the host's own process took. */
  readonly hostCpu: number;
}

interface Row {
  readonly times: number;
  /** Medians of the rounds, as all that follow. */
  readonly acceptedPerS: number;
  readonly acceptedP50Us: number;
  readonly acceptedP99Us: number;
  readonly refusedPerS: number;
  readonly refusedP99Us: number;
  readonly adminP99Us: number;
  readonly pushMs: number;
  readonly lagP99Us: number;
  readonly generatorCpu: number;
  readonly hostCpu: number;
  /** Of all rounds: what was not refused and came to nothing, to what was not refused. */
  readonly lateRate: number;
  readonly wrong: number;
  readonly adminWrong: number;
  readonly runs: readonly Run[];
}

export async function run(args: readonly string[]): Promise<boolean> {
  const options = readOptions(args, { rounds: 3 });
  const versions = { wrk: wrkVersion() };
  const where = environment();
  console.log(
    `${environmentLine(where)}\nwrk ${versions.wrk}, ${shape.connections} connections, for the capacity; steps of ${options.seconds} s: ${options.rounds} rounds`,
  );
  const processors = halves();
  stayOn(processors.load);
  console.log(`nbox runs on processor ${processors.system}, what loads it on ${processors.load}\n`);
  await using host = await NboxHost.start({ processors: processors.system });
  const url = `${host.url}/${plugin}/x`;
  const callMs = await pushBusy(host, url, options.callMs);
  await runWrk(url, { ...shape, seconds: options.warmupSeconds });
  const capacity = await runWrk(url, { ...shape, seconds: options.seconds });
  if (capacity.errors > 0) throw new Error(`${capacity.errors} calls failed while the capacity was measured`);
  console.log(`a call takes ${callMs} ms; nbox carries ${Math.round(capacity.requestsPerS)} calls/s\n`);

  const runs = new Map<number, Run[]>(times.map((one) => [one, []]));
  for (let i = 1; i <= options.rounds; i++) {
    for (const one of times) {
      const result = await measure(host, url, one * capacity.requestsPerS, options, i);
      runs.get(one)?.push(result);
      const { perS } = answersOf(result.load, '200');
      console.log(`round ${i}, ${one} × the capacity: ${Math.round(perS)} calls/s accepted`);
    }
  }

  const rows = times.map((one) => rowOf(one, runs.get(one) ?? []));
  const lines = rows.map((row) => cells(row, capacity.requestsPerS));
  console.log(`\n${table(columns, lines)}\n`);
  for (const { times, runs } of rows) console.log(`${times} ×: ${outcomesLine(runs)}`);

  const criteria = criteriaOf(rows);
  const late = rows.filter(({ lagP99Us }) => lagP99Us > mostLagMs * 1_000);
  console.log(`\n${criteriaLines(criteria)}`);
  if (late.length > 0) {
    const which = late.map(({ times, lagP99Us }) => `${times} ×: ${ms(lagP99Us)}`);
    console.log(`FAILED  the generator was late, so these figures are void (${which.join('; ')})`);
  }
  const kept = { processors, callMs, capacity, deadlineMs, timeoutMs, rows, criteria };
  console.log(JSON.stringify({ bench: 'overload', environment: where, versions, options, ...shape, ...kept }));
  return options.quick || (late.length === 0 && criteria.every(({ pass }) => pass));
}

/**
 * Publishes a plugin that computes for as long in each call.
 * @returns how long a call takes, as one client sees it
 */
async function pushBusy(host: NboxHost, url: string, wantedMs: number): Promise<number> {
  using client = new Client();
  const measured = async (rounds: number): Promise<number> => {
    const code = `export default () => { let x = 1; for (let i = 0; i < ${rounds}; i++) x = (x * 31 + i) | 0; return x; };`;
    await host.push(plugin, { source: code });
    const took: number[] = [];
    for (let i = 0; i < calibrationCalls; i++) {
      const { status, ms } = await client.get(url);
      if (status !== 200) throw new Error(`${url} answers ${status}`);
      took.push(ms);
    }
    return median(took);
  };
  const [few, many] = [1_000, 20_000];
  const perRound = ((await measured(many)) - (await measured(few))) / (many - few);
  return round(await measured(Math.max(few, Math.round(wantedMs / perRound))));
}

async function measure(
  host: NboxHost,
  url: string,
  perSecond: number,
  { seconds, warmupSeconds }: BenchOptions,
  seed: number,
): Promise<Run> {
  const shared = { beginsAt: Date.now() + bootMs + warmupSeconds * 1_000, seconds, timeoutMs, connections, seed };
  // The admin API is asked by another process: the load's own replies would have it wait.
  const admin = { name: 'admin', urls: [`${host.adminUrl}/v1/plugins`], perSecond: adminPerSecond, headers: host.adminHeaders };
  const [load, probe, pushMs, hostCpu] = await Promise.all([
    openLoop({ ...shared, warmupSeconds: 0, flows: [{ name: plugin, urls: [url], perSecond }] }),
    openLoop({ ...shared, warmupSeconds, flows: [admin] }),
    pushes(host, shared.beginsAt, seconds),
    cpuOf(host, shared.beginsAt, seconds),
  ]);
  return { load, admin: probe, pushMs, hostCpu };
}

/** One a second, or less often where one takes longer. */
async function pushes(host: NboxHost, beginsAt: number, seconds: number): Promise<number[]> {
  const took: number[] = [];
  for (let at = beginsAt; at < beginsAt + seconds * 1_000; at = Math.max(at + pushEveryMs, Date.now())) {
    await until(at);
    const began = performance.now();
    await host.push(other, { source: `export default (): number => ${at};` });
    took.push(round(performance.now() - began));
  }
  return took;
}

async function cpuOf(host: NboxHost, beginsAt: number, seconds: number): Promise<number> {
  await until(beginsAt);
  const before = cpuTimeS(host.pid);
  await until(beginsAt + seconds * 1_000);
  return round((cpuTimeS(host.pid) - before) / seconds, 3);
}

/** @param at as `Date.now()` has it */
function until(at: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, at - Date.now())));
}

function flowOf({ flows }: Result): FlowResult {
  return flows[0] as FlowResult;
}

const none: Answers = { count: 0, perS: 0, p50Us: 0, p90Us: 0, p99Us: 0, maxUs: 0 };

function answersOf(result: Result, outcome: string): Answers {
  return flowOf(result).outcomes[outcome] ?? none;
}

function rowOf(times: number, runs: readonly Run[]): Row {
  const of = (pick: (one: Run) => number) => round(median(runs.map(pick)));
  const sum = (pick: (one: Run) => number) => runs.reduce((all, one) => all + pick(one), 0);
  const accepted = sum(({ load }) => answersOf(load, '200').count);
  const late = sum(({ load }) => answersOf(load, '504 deadline_exceeded').count);
  const turnedAway = sum(({ load }) => answersOf(load, refused).count);
  const offered = sum(({ load }) => flowOf(load).offered);
  return {
    times,
    acceptedPerS: of(({ load }) => answersOf(load, '200').perS),
    acceptedP50Us: of(({ load }) => answersOf(load, '200').p50Us),
    acceptedP99Us: of(({ load }) => answersOf(load, '200').p99Us),
    refusedPerS: of(({ load }) => answersOf(load, refused).perS),
    refusedP99Us: of(({ load }) => answersOf(load, refused).p99Us),
    adminP99Us: of(({ admin }) => flowOf(admin).all.p99Us),
    pushMs: of(({ pushMs }) => median(pushMs)),
    lagP99Us: of(({ load }) => load.lag.p99Us),
    generatorCpu: of(({ load }) => load.cpu),
    hostCpu: of(({ hostCpu }) => hostCpu),
    lateRate: round(late / Math.max(1, offered - turnedAway), 4),
    wrong: offered - accepted - turnedAway - late,
    adminWrong: sum(({ admin }) => flowOf(admin).offered - answersOf(admin, '200').count),
    runs,
  };
}

function criteriaOf(rows: readonly Row[]): Criterion[] {
  const best = Math.max(...rows.map(({ acceptedPerS }) => acceptedPerS));
  const each = rows.flatMap((row): Criterion[] => [
    ...(row.times === 1 ? [] : [atLeast(`${row.times} ×: accepted/s ≥ 0.9 × the best step’s`, round(row.acceptedPerS / best, 3), 0.9)]),
    atMost(`${row.times} ×: p99 of what is accepted ≤ 1.1 × the deadline, in ms`, round(row.acceptedP99Us / 1_000), 1.1 * deadlineMs),
    atMost(`${row.times} ×: p99 of what is refused ≤ 100 ms`, round(row.refusedP99Us / 1_000), 100),
    atMost(`${row.times} ×: calls that were taken and ended as deadline_exceeded ≤ 1%`, row.lateRate, 0.01),
    atMost(`${row.times} ×: other answers than these and 503 overloaded: none`, row.wrong, 0),
    atMost(`${row.times} ×: p99 of the admin API ≤ 100 ms`, round(row.adminP99Us / 1_000), 100),
    atMost(`${row.times} ×: answers of the admin API that are not 200: none`, row.adminWrong, 0),
  ]);
  return each;
}

function cells(row: Row, capacity: number): string[] {
  const pushed = row.runs.flatMap(({ pushMs }) => pushMs);
  return [
    ...[String(row.times), String(Math.round(row.times * capacity)), String(Math.round(row.acceptedPerS))],
    ...[ms(row.acceptedP50Us), ms(row.acceptedP99Us), String(Math.round(row.refusedPerS)), ms(row.refusedP99Us)],
    ...[`${round(row.lateRate * 100)}%`, String(row.wrong), ms(row.adminP99Us)],
    `${Math.round(row.pushMs)} to ${Math.round(percentile(pushed, 100))} ms`,
    ...[ms(row.lagP99Us), `${Math.round(row.generatorCpu * 100)}%`, `${Math.round(row.hostCpu * 100)}%`],
  ];
}

/** Of all rounds together. */
function outcomesLine(runs: readonly Run[]): string {
  const counts = new Map<string, number>();
  for (const { load } of runs)
    for (const [outcome, { count }] of Object.entries(flowOf(load).outcomes)) counts.set(outcome, (counts.get(outcome) ?? 0) + count);
  return [...counts].map(([outcome, count]) => `${count} × ${outcome}`).join(', ');
}

function ms(us: number): string {
  return `${(us / 1_000).toFixed(1)} ms`;
}

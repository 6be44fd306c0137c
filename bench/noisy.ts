/** A light plugin's latency beside plugins that burn CPU, flood memory and hang in native code: on nbox, workerd and isolated-vm behind koa. */

import { type Column, table } from '../host/cli/table.ts';
import { Client } from './lib/client.ts';
import { atMost, type Criterion, criteriaLines } from './lib/criteria.ts';
import { environment, environmentLine } from './lib/environment.ts';
import { MissingError } from './lib/missing.ts';
import { alone, light, type Phase, phases, pluginsOf, replyOf } from './lib/noise.ts';
import { isolatesServer, nbox, type Starter, type System, workerdServices } from './lib/noisy-systems.ts';
import type { FlowResult, Result } from './lib/open-loop/job.ts';
import { bootMs, openLoop } from './lib/open-loop/open-loop.ts';
import { type BenchOptions, readOptions } from './lib/options.ts';
import { workerd } from './lib/peers.ts';
import { required } from './lib/required.ts';
import { median, round } from './lib/statistics.ts';

const lightPerSecond = 200;
/** How long the light one's replies are waited for: what takes longer is an error. */
const timeoutMs = { full: 2_000, quick: 1_000 };
/** The light one's callers open another connection where none is free, those of the noise have these. */
const connections = { light: 2_048, noise: 512 };

/** Of the light one's p99, what may be the generator's own lateness; and how late the noise may be to be the noise that it should. */
const mostLag = { light: 0.5, noiseMs: 50 };

interface Run {
  readonly light: Result;
  readonly noise: Result | undefined;
  /** The light one when the noise is over. */
  readonly after: 'answers' | 'no answer' | 'ended';
}

interface Row {
  readonly system: Starter['name'];
  readonly phase: string;
  /** Medians of the rounds. */
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
  readonly lagP99Us: number;
  readonly noiseLagP99Us: number;
  /** To the same system's p99 alone. */
  readonly ratio: number;
  /** Of all rounds' requests, those that were not answered as they should. */
  readonly errorRate: number;
  readonly after: Run['after'];
  readonly runs: readonly Run[];
}

export async function run(args: readonly string[]): Promise<boolean> {
  const options = readOptions(args, { rounds: 3, seconds: 10 });
  const where = environment();
  const { systems, versions } = systemsHere();
  console.log(
    `${environmentLine(where)}\n${lightPerSecond} requests/s to the light plugin, rounds of ${options.seconds} s: ${options.rounds}; each system starts anew for each noise\n`,
  );

  const runs = new Map<Phase, Map<Starter, Run[]>>(phases.map((phase) => [phase, new Map(systems.map((one) => [one, []]))]));
  for (let i = 1; i <= options.rounds; i++) {
    for (const phase of phases) {
      const line: string[] = [];
      for (const starter of systems) {
        const one = await measure(starter, phase, options, i);
        runs.get(phase)?.get(starter)?.push(one);
        line.push(`${starter.name} ${ms(lightOf(one).all.p99Us)}`);
      }
      console.log(`round ${i}, ${phase.name}: p99 ${line.join(', ')}`);
    }
  }

  const rows = phases.flatMap((phase) => systems.map((one) => rowOf(one, phase, (of) => runs.get(of)?.get(one) ?? [])));
  const heads = ['p50', 'p99', 'max', '÷ alone', 'errors', 'after it', 'generator late, p99'];
  const columns: Column[] = [{ head: 'beside' }, { head: 'system' }, ...heads.map((head) => ({ head, align: 'right' as const }))];
  console.log(`\n${table(columns, rows.map(cells))}\n`);
  for (const { system, phase, runs } of rows) if (phase !== alone.name) console.log(`${phase}, ${system}: ${noiseLine(runs)}`);

  const criteria = phases.flatMap((phase): Criterion[] => {
    const { ratio, errorRate } = rows.find((row) => row.system === 'nbox' && row.phase === phase.name) as Row;
    const errors = atMost(`nbox’s light plugin, ${phase.name}: error rate 0`, errorRate, 0);
    return phase === alone
      ? [errors]
      : [atMost(`nbox’s light plugin, ${phase.name}: p99 ≤ ${phase.most} × alone`, ratio, phase.most), errors];
  });
  const late = rows.filter(
    ({ lagP99Us, noiseLagP99Us, p99Us }) => lagP99Us > mostLag.light * p99Us || noiseLagP99Us > mostLag.noiseMs * 1_000,
  );
  console.log(`\n${criteriaLines(criteria)}`);
  if (late.length > 0) {
    const which = late.map(
      ({ system, phase, lagP99Us, noiseLagP99Us }) => `${phase}, ${system}: ${ms(lagP99Us)}, the noise ${ms(noiseLagP99Us)}`,
    );
    console.log(`FAILED  the generator was late, so these figures are void (${which.join('; ')})`);
  }
  const kept = { lightPerSecond, timeoutMs: timeoutOf(options), phases, rows, criteria };
  console.log(JSON.stringify({ bench: 'noisy', environment: where, versions, options, ...kept }));
  return options.quick || (late.length === 0 && criteria.every(({ pass }) => pass));
}

/** isolated-vm is native: where it cannot be installed, the others are measured without it. */
function systemsHere(): { readonly systems: readonly Starter[]; readonly versions: Readonly<Record<string, string>> } {
  const versions = { workerd: workerd().version };
  try {
    const { version } = required('isolated-vm/package.json') as { version: string };
    required('isolated-vm');
    return { systems: [nbox, workerdServices, isolatesServer], versions: { ...versions, 'isolated-vm': version } };
  } catch (error) {
    if (!(error instanceof MissingError)) throw error;
    console.log(`without isolated-vm: ${error.message}`);
    return { systems: [nbox, workerdServices], versions };
  }
}

async function measure(starter: Starter, phase: Phase, options: BenchOptions, seed: number): Promise<Run> {
  const { seconds } = options;
  // Fifteen starts are the most of a smoke test as it is.
  const warmupSeconds = options.quick ? 0 : options.warmupSeconds;
  await using system = await starter.start(pluginsOf(phase));
  const url = system.url(light.name);
  using client = new Client();
  await client.expect(url, replyOf(light));
  const shared = { beginsAt: Date.now() + bootMs + warmupSeconds * 1_000, seconds, timeoutMs: timeoutOf(options) };
  const flows = phase.noise.map(({ kind, plugins, perSecond }) => ({
    name: kind,
    urls: plugins.map((name) => system.url(name)),
    perSecond,
  }));
  const [lightResult, noise] = await Promise.all([
    openLoop({
      ...{ ...shared, warmupSeconds, seed, connections: connections.light },
      flows: [{ name: light.name, urls: [url], perSecond: lightPerSecond, body: replyOf(light) }],
    }),
    flows.length === 0 ? undefined : openLoop({ ...shared, flows, warmupSeconds: 0, seed: seed + 1_000, connections: connections.noise }),
  ]);
  return { light: lightResult, noise, after: await stateOf(system, url, timeoutOf(options)) };
}

function timeoutOf({ quick }: BenchOptions): number {
  return quick ? timeoutMs.quick : timeoutMs.full;
}

/** As a caller finds it who waits as long as the others did. */
async function stateOf(system: System, url: string, timeoutMs: number): Promise<Run['after']> {
  if (system.ended) return 'ended';
  try {
    const { ok } = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    return ok ? 'answers' : 'no answer';
  } catch {
    return system.ended ? 'ended' : 'no answer';
  }
}

function lightOf({ light }: Run): FlowResult {
  return light.flows[0] as FlowResult;
}

function rowOf({ name }: Starter, phase: Phase, runsOf: (phase: Phase) => readonly Run[]): Row {
  const runs = runsOf(phase);
  const p99 = (of: readonly Run[]) => median(of.map((one) => lightOf(one).all.p99Us));
  const offered = runs.reduce((sum, one) => sum + lightOf(one).offered, 0);
  const good = runs.reduce((sum, one) => sum + (lightOf(one).outcomes['200']?.count ?? 0), 0);
  return {
    ...{ system: name, phase: phase.name, p99Us: p99(runs), ratio: round(p99(runs) / p99(runsOf(alone))) },
    p50Us: median(runs.map((one) => lightOf(one).all.p50Us)),
    maxUs: median(runs.map((one) => lightOf(one).all.maxUs)),
    lagP99Us: median(runs.map(({ light }) => light.lag.p99Us)),
    noiseLagP99Us: median(runs.map(({ noise }) => noise?.lag.p99Us ?? 0)),
    errorRate: round((offered - good) / offered, 5),
    after: runs.find(({ after }) => after !== 'answers')?.after ?? 'answers',
    runs,
  };
}

function cells({ system, phase, p50Us, p99Us, maxUs, ratio, errorRate, after, lagP99Us }: Row): string[] {
  const percent = `${round(errorRate * 100, 2)}%`;
  return [phase, system, ms(p50Us), ms(p99Us), ms(maxUs), ratio.toFixed(2), percent, after, ms(lagP99Us)];
}

/** What became of the noise, of all rounds together. */
function noiseLine(runs: readonly Run[]): string {
  const flows = runs.flatMap(({ noise }) => noise?.flows ?? []);
  return [...new Set(flows.map(({ name }) => name))]
    .map((kind) => {
      const counts = new Map<string, number>();
      for (const { outcomes } of flows.filter(({ name }) => name === kind))
        for (const [outcome, { count }] of Object.entries(outcomes)) counts.set(outcome, (counts.get(outcome) ?? 0) + count);
      const parts = [...counts].sort(([, a], [, b]) => b - a).map(([outcome, count]) => `${count} × ${outcome}`);
      return `${kind}: ${parts.join(', ')}`;
    })
    .join('; ');
}

function ms(us: number): string {
  return `${(us / 1_000).toFixed(2)} ms`;
}

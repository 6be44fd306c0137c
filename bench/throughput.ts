/** Requests/s and latency of one small handler on nbox, workerd and bare koa: in turn in each round, medians of the rounds. */

import { type Column, table } from '../host/cli/table.ts';
import { atLeast, below, criteriaLines } from './lib/criteria.ts';
import { environment, environmentLine } from './lib/environment.ts';
import { readOptions } from './lib/options.ts';
import { type Peer, startKoa, startNbox, startWorkerd, verify, workerd } from './lib/peers.ts';
import { median, round } from './lib/statistics.ts';
import { runWrk, type WrkResult, wrkVersion } from './lib/wrk.ts';

/** One thread of wrk's: two would take both of the machine's processors from the servers. */
const shape = { connections: 64, threads: 1 };

interface Figures {
  readonly requestsPerS: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly errors: number;
  readonly rounds: readonly WrkResult[];
}

export async function run(args: readonly string[]): Promise<boolean> {
  const options = readOptions(args);
  const versions = { wrk: wrkVersion(), workerd: workerd().version };
  const where = environment();
  console.log(
    `${environmentLine(where)}\nwrk ${versions.wrk}, ${shape.connections} connections; workerd ${versions.workerd}; rounds of ${options.seconds} s: ${options.rounds}\n`,
  );

  await using started = new AsyncDisposableStack();
  const peers: Peer[] = [];
  for (const start of [startNbox, startWorkerd, startKoa]) peers.push(started.use(await start()));

  const results = new Map<Peer['name'], WrkResult[]>(peers.map(({ name }) => [name, []]));
  for (const peer of peers) {
    await verify(peer);
    await runWrk(peer.url, { ...shape, seconds: options.warmupSeconds });
  }
  for (let i = 1; i <= options.rounds; i++) {
    const line: string[] = [];
    for (const peer of peers) {
      await verify(peer);
      const result = await runWrk(peer.url, { ...shape, seconds: options.seconds });
      results.get(peer.name)?.push(result);
      line.push(`${peer.name} ${Math.round(result.requestsPerS)}`);
    }
    console.log(`round ${i}: ${line.join(', ')} requests/s`);
  }

  const nbox = figuresOf(results.get('nbox'));
  const peerWorkerd = figuresOf(results.get('workerd'));
  const koa = figuresOf(results.get('koa'));
  const figures = { nbox, workerd: peerWorkerd, koa };
  const columns: Column[] = ['requests/s', '÷ koa', '÷ workerd', 'p50', 'p99', 'errors'].map((head) => ({ head, align: 'right' }));
  const rows = Object.entries(figures).map(([name, one]) => [
    ...[name, String(one.requestsPerS), ratio(one, koa).toFixed(2), ratio(one, peerWorkerd).toFixed(2)],
    ...[ms(one.p50Us), ms(one.p99Us), String(one.errors)],
  ]);
  console.log(`\n${table([{ head: 'name' }, ...columns], rows)}\n`);

  const criteria = [
    atLeast('nbox’s requests/s ≥ 1.2 × workerd’s', ratio(nbox, peerWorkerd), 1.2),
    atLeast('nbox’s requests/s ≥ 0.4 × koa’s', ratio(nbox, koa), 0.4),
    below('nbox’s p99 < workerd’s, in µs', nbox.p99Us, peerWorkerd.p99Us),
  ];
  const errors = nbox.errors + peerWorkerd.errors + koa.errors;
  console.log(criteriaLines(criteria));
  if (errors > 0) console.log(`FAILED  ${errors} requests failed: these figures are void`);
  console.log(JSON.stringify({ bench: 'throughput', environment: where, versions, options, ...shape, figures, errors, criteria }));
  return errors === 0 && (options.quick || criteria.every(({ pass }) => pass));
}

function figuresOf(rounds: readonly WrkResult[] = []): Figures {
  const of = (pick: (one: WrkResult) => number) => Math.round(median(rounds.map(pick)));
  return {
    ...{ requestsPerS: of((one) => one.requestsPerS), p50Us: of((one) => one.p50Us), p99Us: of((one) => one.p99Us) },
    errors: rounds.reduce((sum, one) => sum + one.errors, 0),
    rounds,
  };
}

function ratio(one: Figures, other: Figures): number {
  return round(one.requestsPerS / other.requestsPerS, 3);
}

function ms(us: number): string {
  return `${(us / 1_000).toFixed(2)} ms`;
}

/** A million calls of one plugin: what the executors hold after them, beside what they held when they were warm. */

import { type Column, table } from '../host/cli/table.ts';
import { atMost, criteriaLines } from './lib/criteria.ts';
import { environment, environmentLine } from './lib/environment.ts';
import { treeMemory } from './lib/memory.ts';
import { NboxHost } from './lib/nbox-host.ts';
import { readOptions } from './lib/options.ts';
import { median, round } from './lib/statistics.ts';
import { runWrk, wrkVersion } from './lib/wrk.ts';

const shape = { connections: 64, threads: 1 };
const full = { calls: 1_000_000, warmupCalls: 100_000 };
const quickly = { calls: 20_000, warmupCalls: 2_000 };

const source = `export default {
  async fetch(request: Request) {
    const { pathname, searchParams } = new URL(request.url);
    const order = JSON.parse('{"lines":[1,2,3],"note":"as it came"}');
    return Response.json(
      { path: pathname, q: searchParams.get('q'), agent: request.headers.get('user-agent'), lines: order.lines.map((n: number) => n * 2) },
      { headers: { 'x-note': order.note } },
    );
  },
};`;

/** Samples at each end: what is resident goes up and down by some percent with each collection of garbage. */
const compared = 3;

/** By the executor's process id, in MB. */
interface Sample {
  readonly calls: number;
  readonly rssMb: ReadonlyMap<number, number>;
}

export async function run(args: readonly string[]): Promise<boolean> {
  const options = readOptions(args);
  const { calls, warmupCalls } = options.quick ? quickly : full;
  const versions = { wrk: wrkVersion() };
  const where = environment();
  console.log(
    `${environmentLine(where)}\nwrk ${versions.wrk}, ${shape.connections} connections; ${warmupCalls} calls to warm up, ${calls} in all\n`,
  );
  await using host = await NboxHost.start();
  await host.push('bench/soak/orders', { source });
  const url = `${host.url}/bench/soak/orders/17?q=soak`;
  const samples: Sample[] = [];
  let made = 0;
  let errors = 0;
  const until = async (target: number) => {
    while (made < target) {
      const result = await runWrk(url, { ...shape, seconds: options.seconds });
      if (result.requests === 0) throw new Error('no call was answered');
      made += result.requests;
      errors += result.errors;
      samples.push({ calls: made, rssMb: executorsOf(host) });
    }
  };
  await until(warmupCalls);
  const warm = samples.at(-1) as Sample;
  await until(calls);
  const last = samples.at(-1) as Sample;
  // One run may have been enough for both in a smoke test.
  const pids = [...warm.rssMb.keys()];

  const columns: Column[] = [
    { head: 'calls', align: 'right' },
    ...pids.map((_, i) => ({ head: `executor ${i + 1}`, align: 'right' as const })),
  ];
  const rows = samples.map(({ calls, rssMb }) => [String(calls), ...pids.map((pid) => `${rssMb.get(pid) ?? '-'} MB`)]);
  console.log(`${table(columns, rows)}\n`);

  // One that has died has no memory to compare, and that is no success.
  const rssOf = (pid: number, sample: Sample) => sample.rssMb.get(pid) ?? Number.POSITIVE_INFINITY;
  const criteria = pids.map((pid, i) => {
    const share = rssOf(pid, last) / rssOf(pid, warm);
    return atMost(`RSS of executor ${i + 1} after ${last.calls} calls ≤ 1.05 × after ${warm.calls}`, round(share, 3), 1.05);
  });
  const after = samples.slice(samples.indexOf(warm));
  const medians = pids.map((pid) => {
    const [first, end] = [after.slice(0, compared), after.slice(-compared)].map((few) => median(few.map((one) => rssOf(pid, one))));
    return round((end as number) / (first as number), 3);
  });
  console.log(criteriaLines(criteria));
  console.log(`        by medians of ${compared} samples at each end: ${medians.join(', ')}`);
  if (errors > 0) console.log(`FAILED  ${errors} requests failed: these figures are void`);
  const shown = samples.map(({ calls, rssMb }) => ({ calls, rssMb: pids.map((pid) => rssMb.get(pid)) }));
  console.log(
    JSON.stringify({ bench: 'soak', environment: where, versions, options, ...shape, samples: shown, medians, errors, criteria }),
  );
  return errors === 0 && (options.quick || criteria.every(({ pass }) => pass));
}

/** The spare executor, which runs no calls, is one of them. */
function executorsOf(host: NboxHost): Map<number, number> {
  const executors = treeMemory(host.pid).processes.filter(({ name }) => name.includes('executor'));
  if (executors.length < 2) throw new Error('the executors were not found among the host’s processes');
  return new Map(executors.map(({ pid, rssMb }) => [pid, rssMb]));
}

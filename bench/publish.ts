/** From push to live over HTTP, type-checked, two executors: what the client waits for, and where the host spends it. */

import { join } from 'node:path';
import { type Column, table } from '../host/cli/table.ts';
import { readPluginFolder } from '../host/release/plugin-folder.ts';
import { isTest } from '../loader/tests.ts';
import { atMost, criteriaLines } from './lib/criteria.ts';
import { environment, environmentLine } from './lib/environment.ts';
import { NboxHost } from './lib/nbox-host.ts';
import { readOptions } from './lib/options.ts';
import { type Spread, spread } from './lib/statistics.ts';

const offersFolder = join(import.meta.dirname, '..', 'plugins', 'demo', 'apps', 'offers');

/** A plugin that is pushed again and again, each time with other content. */
interface Subject {
  readonly name: string;
  readonly plugin: string;
  /** Of the request that must show the content. */
  readonly path: string;
  body(n: number): { readonly source: string } | { readonly files: Readonly<Record<string, string>> };
  /** What the reply must hold. */
  expected(n: number): string;
}

interface Block {
  readonly pushes: number;
  /** The push, as the client sees it. */
  readonly clientMs: Spread;
  /** The first request after it. */
  readonly firstCallMs: Spread;
  /** The host's own timings by step. */
  readonly hostMs: Readonly<Record<string, Spread>>;
}

const snippet: Subject = {
  ...{ name: 'snippet', plugin: 'bench/publish/snippet', path: '/x' },
  body: (n) => ({
    source: `export default (request: Request): { push: number; path: string } => ({ push: ${n}, path: new URL(request.url).pathname });\n`,
  }),
  expected: (n) => JSON.stringify({ push: n, path: '/x' }),
};

async function honoProject(): Promise<Subject> {
  // Without its tests: nothing that it is held against runs any.
  const files = Object.fromEntries([...(await readPluginFolder(offersFolder))].filter(([file]) => !isTest(file)));
  const before = "'Enamel mug'";
  const catalogue = files['catalogue.ts'] ?? '';
  if (!catalogue.includes(before)) throw new Error(`catalogue.ts of ${offersFolder} has no ${before} to change`);
  return {
    ...{ name: 'hono', plugin: 'bench/publish/offers', path: '/offers/mug' },
    body: (n) => ({ files: { ...files, 'catalogue.ts': catalogue.replace(before, `'Enamel mug ${n}'`) } }),
    expected: (n) => `"Enamel mug ${n}"`,
  };
}

export async function run(args: readonly string[]): Promise<boolean> {
  const options = readOptions(args);
  const where = environment();
  console.log(
    `${environmentLine(where)}\n2 executors; ${options.pushes} pushes a block after ${options.warmupPushes} to warm up, each followed by a request that must show it\n`,
  );
  await using host = await NboxHost.start();

  const blocks: Record<string, Block> = {};
  for (const subject of [snippet, await honoProject()]) {
    const block = await measure(host, subject, options);
    blocks[subject.name] = block;
    const columns: Column[] = [
      { head: subject.name },
      ...['median', 'p90', 'p99', 'max'].map((head) => ({ head, align: 'right' as const })),
    ];
    const rows: [string, Spread][] = [
      ['push, client', block.clientMs],
      ...Object.entries(block.hostMs).map(([step, one]): [string, Spread] => [`  ${step.replace(/Ms$/, '')}`, one]),
      ['first request', block.firstCallMs],
    ];
    console.log(
      `${table(
        columns,
        rows.map(([name, { p50, p90, p99, max }]) => [name, ...[p50, p90, p99, max].map(ms)]),
      )}\n`,
    );
  }

  const { p50, p99 } = (blocks['snippet'] as Block).clientMs;
  const criteria = [atMost('snippet, median of the push ≤ 80 ms', p50, 80), atMost('snippet, p99 of the push ≤ 300 ms', p99, 300)];
  console.log(criteriaLines(criteria));
  console.log(JSON.stringify({ bench: 'publish', environment: where, options, executors: 2, blocks, criteria }));
  return options.quick || criteria.every(({ pass }) => pass);
}

async function measure(
  host: NboxHost,
  subject: Subject,
  { pushes, warmupPushes }: { readonly pushes: number; readonly warmupPushes: number },
): Promise<Block> {
  const client: number[] = [];
  const firstCall: number[] = [];
  const steps: Record<string, number[]> = {};
  for (let n = 1; n <= warmupPushes + pushes; n++) {
    const began = performance.now();
    const { release, timings } = await host.push(subject.plugin, subject.body(n));
    const pushed = performance.now();
    await expectLive(host, subject, n, release.number);
    const called = performance.now();
    if (n <= warmupPushes) continue;
    client.push(pushed - began);
    firstCall.push(called - pushed);
    for (const [step, value] of Object.entries(timings)) steps[step] = [...(steps[step] ?? []), value];
  }
  const hostMs = Object.fromEntries(Object.entries(steps).map(([step, values]) => [step, spread(values)]));
  return { pushes, clientMs: spread(client), firstCallMs: spread(firstCall), hostMs };
}

/** @throws Error where an older release answers */
async function expectLive(host: NboxHost, { plugin, path, expected }: Subject, n: number, release: number): Promise<void> {
  const reply = await fetch(`${host.url}/${plugin}${path}`);
  const text = await reply.text();
  if (reply.status !== 200 || !text.includes(expected(n)) || reply.headers.get('nbox-release') !== String(release)) {
    throw new Error(
      `after push ${n} of ${plugin}, release ${release}, the reply is ${reply.status} of release ${reply.headers.get('nbox-release')}: ${text.slice(0, 500)}`,
    );
  }
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

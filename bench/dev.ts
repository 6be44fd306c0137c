/** `nbox dev` from a save to its being live: what the author waits for, by a client that asks all the time, and by the command's own word. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Column, table } from '../host/cli/table.ts';
import { atMost, criteriaLines } from './lib/criteria.ts';
import { environment, environmentLine } from './lib/environment.ts';
import { readOptions } from './lib/options.ts';
import { type Spread, spread } from './lib/statistics.ts';
import { TempFolder } from './lib/temp-folder.ts';

const nbox = join(import.meta.dirname, '..', 'bin', 'nbox');
/** Between two requests of the client that looks whether a save is live. */
const askEveryMs = 2;
/** After a save is live and its tests have run, before the next one: an author reads what he sees. */
const pauseMs = 400;
const liveWithinMs = 10_000;

interface Subject {
  readonly template: string;
  /** The file that is saved, and what it holds then. */
  readonly file: string;
  text(n: number): string;
  readonly path: string;
  expected(n: number): string;
}

const subjects: readonly Subject[] = [
  {
    ...{ template: 'snippet', file: 'index.ts', path: 'x' },
    text: (n) => `export default (request: Request) => ({ save: ${n}, hello: new URL(request.url).pathname });\n`,
    expected: (n) => JSON.stringify({ save: n, hello: '/x' }),
  },
  {
    ...{ template: 'hono', file: 'page.ts', path: '' },
    text: (n) =>
      `import { html } from 'hono/html';\n\nexport const helloPage = (name: string) => html\`<h1>Hello \${name}</h1><p>save ${n}</p>\`;\n`,
    expected: (n) => `save ${n}</p>`,
  },
];

interface Block {
  /** Until a reply has the new content. */
  readonly clientMs: Spread;
  /** As `nbox dev` prints it. */
  readonly toldMs: Spread;
}

export async function run(args: readonly string[]): Promise<boolean> {
  const options = readOptions(args);
  const where = environment();
  console.log(
    `${environmentLine(where)}\n${options.pushes} saves of each, after ${options.warmupPushes} to warm up; a client asks every ${askEveryMs} ms\n`,
  );
  const blocks: Record<string, Block> = {};
  const columns: Column[] = [
    { head: 'save to live' },
    ...['median', 'p90', 'p99', 'max'].map((head) => ({ head, align: 'right' as const })),
  ];
  const rows: string[][] = [];
  for (const subject of subjects) {
    const block = await measure(subject, options);
    blocks[subject.template] = block;
    for (const [name, { p50, p90, p99, max }] of [
      [subject.template, block.clientMs],
      ['  by its own word', block.toldMs],
    ] as const)
      rows.push([name, ...[p50, p90, p99, max].map((value) => `${value.toFixed(1)} ms`)]);
  }
  console.log(`${table(columns, rows)}\n`);
  const criteria = Object.entries(blocks).map(([name, { clientMs }]) =>
    atMost(`${name}, median of save to live ≤ 150 ms`, clientMs.p50, 150),
  );
  console.log(criteriaLines(criteria));
  console.log(JSON.stringify({ bench: 'dev', environment: where, options, blocks, criteria }));
  return options.quick || criteria.every(({ pass }) => pass);
}

async function measure(
  subject: Subject,
  { pushes, warmupPushes }: { readonly pushes: number; readonly warmupPushes: number },
): Promise<Block> {
  using temp = new TempFolder();
  const folder = join(temp.path, 'bench', 'dev', subject.template);
  await made(folder, subject.template);
  await using dev = await DevProcess.start(folder);
  const [client, told]: [number[], number[]] = [[], []];
  for (let n = 1; n <= warmupPushes + pushes; n++) {
    const seen = dev.next('live');
    const began = performance.now();
    writeFileSync(join(folder, subject.file), subject.text(n));
    const tookMs = await untilLive(`${dev.url}${subject.path}`, subject.expected(n), began);
    const { savedMs } = await seen;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    if (n <= warmupPushes) continue;
    client.push(tookMs);
    told.push(savedMs);
  }
  return { clientMs: spread(client), toldMs: spread(told) };
}

async function made(folder: string, template: string): Promise<void> {
  const child = spawn(nbox, ['init', folder, '--template', template], { stdio: 'ignore' });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`nbox init of ${template} ended with ${code}`);
}

/** @throws Error where it does not become live */
async function untilLive(url: string, expected: string, began: number): Promise<number> {
  for (;;) {
    const reply = await fetch(url);
    const text = await reply.text();
    if (text.includes(expected)) return performance.now() - began;
    if (performance.now() - began > liveWithinMs) throw new Error(`not live after ${liveWithinMs} ms: ${text.slice(0, 500)}`);
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  }
}

interface DevEvent {
  readonly event: string;
  readonly url: string;
  readonly savedMs: number;
}

/** `nbox dev --json`, and what it tells. */
class DevProcess implements AsyncDisposable {
  readonly #child: ReturnType<typeof spawn>;
  readonly #waiting = new Map<string, PromiseWithResolvers<DevEvent>>();
  url = '';

  private constructor(folder: string) {
    this.#child = spawn(nbox, ['dev', folder, '--json', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const event = JSON.parse(line) as DevEvent;
      this.#waiting.get(event.event)?.resolve(event);
      this.#waiting.delete(event.event);
    });
    this.#child.once('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`nbox dev has ended with ${code}`));
    });
  }

  static async start(folder: string): Promise<DevProcess> {
    const dev = new DevProcess(folder);
    const [ready] = await Promise.all([dev.next('ready'), dev.next('live')]);
    dev.url = ready.url;
    return dev;
  }

  /** @throws Error where the process ends before */
  next(event: string): Promise<DevEvent> {
    const waiting = Promise.withResolvers<DevEvent>();
    this.#waiting.set(event, waiting);
    return waiting.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }
}

/** Sends requests when they are due, whatever becomes of those before: `node client.ts JOB`; the last line is its result. */

import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { createHistogram } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { type Answer, Connections, type Count, type Exchange } from './connections.ts';
import { type Flow, type Job, nowUs, type Result, type Traced } from './job.ts';
import { Outcomes, record, timesOf } from './outcomes.ts';
import type { Due, Pace } from './pacer.ts';

/** How often it is looked for requests that nobody waits for any more. */
const sweepMs = 50;
/** Before all that it shares the processors with: elsewhere it would have a machine of its own. */
const priority = -10;

interface Target {
  readonly connections: Connections;
  readonly request: string;
}

interface Waiting {
  readonly dueUs: number;
  readonly abandon: () => void;
  readonly end: (outcome: string) => void;
}

const job = JSON.parse(process.argv[2] ?? '') as Job;
const { flows, seed, seconds, timeoutMs } = job;
const preferred = isPreferred();
const beginsUs = nowUs() + (job.beginsAt - Date.now()) * 1_000;
const endsUs = beginsUs + seconds * 1_000_000;
const count: Count = { open: 0, most: 0, limit: job.connections };
const origins = new Map<string, Connections>();
const targets = flows.map((flow) => flow.urls.map((url) => targetOf(flow, new URL(url))));
const outcomes = flows.map(() => new Outcomes());
const lag = createHistogram();
/** In the order in which they were due, or nearly so. */
const waiting = new Set<Waiting>();
const traced: Traced[] = [];
let allDue = false;
let cpuBefore = process.cpuUsage();

const pacer = new Worker(new URL('./pacer.ts', import.meta.url), {
  workerData: { flows, seed, fromUs: beginsUs - job.warmupSeconds * 1_000_000, untilUs: endsUs } satisfies Pace,
});
pacer.on('message', (due: Due) => {
  if (due.length === 0) allDue = true;
  for (let i = 0; i < due.length; i += 3) send(due[i] as number, due[i + 1] as number, due[i + 2] as number);
});
pacer.on('error', (error) => {
  throw error;
});
setTimeout(
  () => {
    cpuBefore = process.cpuUsage();
  },
  Math.max(0, job.beginsAt - Date.now()),
);
setInterval(sweep, sweepMs);

function isPreferred(): boolean {
  try {
    setPriority(priority);
    return true;
  } catch {
    // Only the superuser may.
    return false;
  }
}

function targetOf({ headers = {} }: Flow, url: URL): Target {
  let connections = origins.get(url.origin);
  if (connections === undefined) {
    connections = new Connections(url, count);
    origins.set(url.origin, connections);
  }
  const lines = Object.entries({ host: url.host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return { connections, request: `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n` };
}

function send(flow: number, url: number, dueUs: number): void {
  const { connections, request } = (targets[flow] as Target[])[url] as Target;
  const counts = dueUs >= beginsUs;
  const sentUs = nowUs();
  const end = (outcome: string, answer?: Answer) => {
    if (!waiting.delete(mine)) return;
    const now = nowUs();
    if (!counts) return;
    outcomes[flow]?.note(outcome, now - dueUs, now < endsUs);
    if (job.trace !== undefined) {
      traced.push({ dueUs, sentUs, endedUs: now, outcome, body: answer?.body ?? '', release: releaseOf(answer) });
    }
  };
  const exchange: Exchange = {
    ...{ request, repeated: false, socket: undefined },
    end: (answer) => end(outcomeOf(answer, flows[flow]?.body), answer),
  };
  const mine: Waiting = { dueUs, abandon: () => connections.abandon(exchange), end };
  waiting.add(mine);
  if (counts) record(lag, sentUs - dueUs);
  if (!connections.send(exchange)) end('unsent');
}

function outcomeOf(answer: Answer | undefined, expected: string | undefined): string {
  if (answer === undefined) return 'lost';
  const { status, body } = answer;
  if (status === 200) return expected === undefined || body === expected ? '200' : 'wrong';
  const code = /"code":"(\w+)"/.exec(body)?.[1];
  return code === undefined ? String(status) : `${status} ${code}`;
}

function releaseOf(answer: Answer | undefined): string {
  return /\r\nnbox-release: (\d+)\r\n/i.exec(answer?.head ?? '')?.[1] ?? '';
}

function sweep(): void {
  const before = nowUs() - timeoutMs * 1_000;
  for (const { dueUs, abandon, end } of waiting) {
    if (dueUs > before) break;
    end('timeout');
    abandon();
  }
  if (!allDue || waiting.size > 0) return;
  if (job.trace !== undefined) writeFileSync(job.trace, traced.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const { user, system } = process.cpuUsage(cpuBefore);
  const result: Result = {
    flows: flows.map(({ name }, i) => (outcomes[i] as Outcomes).result(name, seconds)),
    lag: timesOf(lag),
    cpu: Number(((user + system) / (nowUs() - beginsUs)).toFixed(3)),
    ...{ connections: count.most, preferred },
  };
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
}

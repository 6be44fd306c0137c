/** What instrumentation costs: programs of different kinds, each as a bundle with it and without, in turn in one process. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { instrument } from '../guards/instrument.ts';
import { defaultLimits } from '../guards/limits.ts';
import { type Column, table } from '../host/cli/table.ts';
import { Bundler } from '../loader/builder/bundle.ts';
import { loadLibraries } from '../loader/builder/libraries.ts';
import { bundlePrelude } from '../loader/builder/prelude.ts';
import { evaluatePrelude, type Prelude } from '../loader/sandbox/prelude.ts';
import { Sandbox } from '../loader/sandbox/sandbox.ts';
import { atMost, criteriaLines } from './lib/criteria.ts';
import { environment, environmentLine } from './lib/environment.ts';
import { readOptions } from './lib/options.ts';
import { replyEvents } from './lib/reply-events.ts';
import { median, round } from './lib/statistics.ts';

const programs = ['numbers', 'matrix', 'objects', 'strings', 'sorting', 'recursion', 'json', 'closures', 'classes', 'generators', 'app'];

/** Nothing here is to end by a guard. */
const limits = { ...defaultLimits, cpuMs: 10_000, deadlineMs: 60_000, loopBudget: 2_000_000_000 };
const warmup = 30;

interface Cost {
  readonly program: string;
  /** Of a call, the median of all rounds. */
  readonly plainUs: number;
  readonly guardedUs: number;
  /** Loop rounds and function entries of a call. */
  readonly steps: number;
  /** The median of the rounds' ratios, less one. */
  readonly cost: number;
  readonly rounds: readonly number[];
}

export async function run(args: readonly string[]): Promise<boolean> {
  const options = readOptions(args, { calls: 300 });
  const where = environment();
  console.log(
    `${environmentLine(where)}\neach program as a bundle with guards and without, called in turn ${options.calls} times; rounds: ${options.rounds}\n`,
  );
  const prelude = await evaluatePrelude(await bundlePrelude());
  const costs: Cost[] = [];
  await using bundler = new Bundler(loadLibraries(join(import.meta.dirname, '..', 'libraries')));
  for (const program of programs) {
    const text = readFileSync(join(import.meta.dirname, 'programs', `${program}.ts`), 'utf8');
    const { code } = await bundler.bundle(new Map([['index.ts', text]]), 'index.ts');
    costs.push(await compare(prelude, program, code, options));
  }

  const columns: Column[] = ['without', 'with', 'steps', 'cost', 'of the rounds'].map((head) => ({ head, align: 'right' }));
  const percent = (cost: number) => `${(cost * 100).toFixed(1)}%`;
  const rows = costs.map(({ program, plainUs, guardedUs, steps, cost, rounds }) => [
    ...[program, `${plainUs} µs`, `${guardedUs} µs`, String(steps), percent(cost)],
    `${percent(Math.min(...rounds))} to ${percent(Math.max(...rounds))}`,
  ]);
  console.log(`${table([{ head: 'program' }, ...columns], rows)}\n`);

  const mean = Math.exp(costs.reduce((sum, { cost }) => sum + Math.log(1 + cost), 0) / costs.length) - 1;
  const worst = costs.reduce((a, b) => (a.cost > b.cost ? a : b));
  const criteria = [
    atMost('geometric mean of the costs, in % ≤ 6', round(mean * 100), 6),
    atMost(`the highest (${worst.program}), in % ≤ 25`, round(worst.cost * 100), 25),
  ];
  console.log(criteriaLines(criteria));
  console.log(JSON.stringify({ bench: 'guards', environment: where, options, costs, criteria }));
  return options.quick || criteria.every(({ pass }) => pass);
}

async function compare(prelude: Prelude, program: string, code: string, options: { rounds: number; calls: number }): Promise<Cost> {
  const plainUs: number[] = [];
  const guardedUs: number[] = [];
  const rounds: number[] = [];
  let steps = 0;
  for (let i = 0; i < options.rounds; i += 1) {
    // Anew in each round: where things come to lie in memory makes a difference of its own.
    const sides = [await subject(prelude, code), await subject(prelude, instrument(code).code)] as const;
    if (sides[0].answer !== sides[1].answer)
      throw new Error(`${program} answers ${sides[1].answer} with guards, ${sides[0].answer} without`);
    for (const { call } of sides) for (let n = 0; n < warmup; n += 1) call();
    const times: [number[], number[]] = [[], []];
    for (let n = 0; n < options.calls; n += 1) for (const side of [0, 1] as const) times[side].push(sides[side].call());
    const [plain, guarded] = [median(times[0]), median(times[1])];
    plainUs.push(plain);
    guardedUs.push(guarded);
    rounds.push(guarded / plain - 1);
    steps = sides[1].steps();
    for (const { sandbox } of sides) sandbox.close();
  }
  return {
    ...{ program, plainUs: Math.round(median(plainUs)), guardedUs: Math.round(median(guardedUs)), steps },
    ...{ cost: round(median(rounds), 4), rounds: rounds.map((one) => round(one, 4)) },
  };
}

/** A sandbox with the bundle, and what a call of it takes, in µs. */
async function subject(prelude: Prelude, code: string) {
  const replies: string[] = [];
  const events = replyEvents((body) => replies.push(body));
  const sandbox = await Sandbox.create(prelude, { code, limits }, events, () => () => {});
  let id = 0;
  const call = (): number => {
    id += 1;
    replies.length = 0;
    const allowance = { id, wallAt: Number.POSITIVE_INFINITY, cpuLeftMs: limits.cpuMs, fuelLeft: limits.loopBudget, world: undefined };
    const began = performance.now();
    const { stopped } = sandbox.start(allowance, 'GET\nhttp://localhost/x\nhost\nlocalhost', undefined);
    const us = (performance.now() - began) * 1_000;
    const [reply] = replies;
    if (stopped !== undefined || reply === undefined || reply.startsWith('a throw')) throw new Error(`a call ended with ${reply}`);
    sandbox.forget(id);
    return us;
  };
  call();
  return { sandbox, call, answer: replies[0], steps: () => limits.loopBudget - sandbox.fuelLeft() };
}

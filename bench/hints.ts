/**
 * Hints on traces: executors that follow nbox's hints, Knative's formula, an HPA on CPU, and a perfect forecast, second by second. It
 * simulates, so that it is the same in every run and on every machine.
 */

import { parseArgs } from 'node:util';
import { type Column, table } from '../host/cli/table.ts';
import { criteriaLines } from './lib/criteria.ts';
import { MissingError } from './lib/missing.ts';
import { type Compared, compare, criteriaOf, percent, reactionS } from './lib/scaling/comparison.ts';
import { defaultOptions } from './lib/scaling/simulation.ts';
import { generatedTraces } from './lib/traces/generated.ts';
import { readTrace } from './lib/traces/read-trace.ts';
import { exponential, type Trace } from './lib/traces/trace.ts';

const help = `npm run bench -- hints [options]
  --trace FILE  a trace of your own: time,value in seconds and calls per second, or the Azure Functions trace of 2019
  --cores N     of that: the processors that it asks for on average (6)
  --call-ms N   of that: what a call takes on average (100)
  --quick       the first hour of the generated traces only`;

export async function run(args: readonly string[]): Promise<boolean> {
  const traces = await tracesOf(args);
  console.log(
    `executors: ${defaultOptions.min} to ${defaultOptions.max}, ready ${defaultOptions.startS} s after they are asked for; short: a call waits for more than ${defaultOptions.shortWaitS * 1_000} ms\n`,
  );
  const compared = traces.map(compare);
  console.log(`${table(columns, compared.flatMap(rowsOf))}\n`);
  const criteria = compared.flatMap(criteriaOf);
  console.log(criteriaLines(criteria));
  console.log(JSON.stringify({ bench: 'hints', options: defaultOptions, reactionS, compared, criteria }));
  return criteria.every(({ pass }) => pass);
}

async function tracesOf(args: readonly string[]): Promise<readonly Trace[]> {
  const option = { type: 'string' } as const;
  let values: { trace?: string; cores?: string; 'call-ms'?: string; quick?: boolean };
  try {
    ({ values } = parseArgs({ args: [...args], options: { trace: option, cores: option, 'call-ms': option, quick: { type: 'boolean' } } }));
  } catch (error) {
    throw new MissingError(`${(error as Error).message}\n\n${help}`);
  }
  if (values.trace === undefined)
    return values.quick === true ? generatedTraces.filter(({ seconds }) => seconds <= 3_600) : generatedTraces;
  const number = (name: 'cores' | 'call-ms', otherwise: number): number => {
    const text = values[name] ?? String(otherwise);
    if (!/^[1-9]\d{0,3}$/.test(text)) throw new MissingError(`--${name} is ${JSON.stringify(text)}; it may be a number from 1 to 9999`);
    return Number(text);
  };
  return [await readTrace(values.trace, { cores: number('cores', 6), callS: exponential(number('call-ms', 100) / 1_000), seed: 17 })];
}

const columns: readonly Column[] = [
  { head: 'trace' },
  { head: '' },
  ...['short s', 'longest', 'over', 'executors', 'changes', 'flaps'].map((head) => ({ head, align: 'right' as const })),
];

function rowsOf({ trace, outcomes }: Compared): string[][] {
  return outcomes.map((one, i) => [
    ...[i === 0 ? trace : '', one.policy, String(one.shortSeconds), `${one.longestShort} s`, `${percent(one)}%`],
    ...[one.meanExecutors.toFixed(2), String(one.changes), String(one.flaps)],
  ]);
}

/** The options that all benches share. */

import { parseArgs } from 'node:util';
import { MissingError } from './missing.ts';

export interface BenchOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
  readonly pushes: number;
  readonly warmupPushes: number;
  /** A smoke test: its figures say nothing, and its criteria fail nothing. */
  readonly quick: boolean;
}

export const optionsHelp = `Options:
  --rounds N   throughput: rounds, with the peers in turn (5)
  --seconds N  throughput: length of each run (8)
  --pushes N   publish: pushes of each block (100)
  --quick      smoke test: one short round; criteria are shown, and fail nothing
The last line is one JSON object. Exit code: 0; 1 where a criterion is missed or a reply was wrong; 2 where something is missing.`;

/** @throws MissingError */
export function readOptions(args: readonly string[]): BenchOptions {
  const option = { type: 'string' } as const;
  let values: { rounds?: string | undefined; seconds?: string | undefined; pushes?: string | undefined; quick?: boolean | undefined };
  try {
    ({ values } = parseArgs({ args: [...args], options: { rounds: option, seconds: option, pushes: option, quick: { type: 'boolean' } } }));
  } catch (error) {
    throw new MissingError(`${(error as Error).message}\n\n${optionsHelp}`);
  }
  const quick = values.quick === true;
  return Object.freeze({
    rounds: count('--rounds', values.rounds, quick ? 1 : 5),
    seconds: count('--seconds', values.seconds, quick ? 1 : 8),
    warmupSeconds: quick ? 1 : 3,
    pushes: count('--pushes', values.pushes, quick ? 5 : 100),
    warmupPushes: quick ? 2 : 10,
    quick,
  });
}

function count(flag: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new MissingError(`${flag} is ${JSON.stringify(text)}; it may be a number from 1 to 9999`);
  return Number(text);
}

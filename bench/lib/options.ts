/** The options that all benches share. */

import { parseArgs } from 'node:util';
import { MissingError } from './missing.ts';

export interface BenchOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
  readonly pushes: number;
  readonly warmupPushes: number;
  readonly plugins: number;
  readonly stored: number;
  readonly calls: number;
  /** What a call of the busy plugin takes. */
  readonly callMs: number;
  /** A smoke test: its figures say nothing, and its criteria fail nothing. */
  readonly quick: boolean;
}

/** What a bench takes where nothing is given. */
export interface BenchDefaults {
  readonly rounds?: number;
  readonly seconds?: number;
  readonly plugins?: number;
  readonly calls?: number;
}

export const optionsHelp = `Options:
  --rounds N   throughput, density, guards: rounds, with what is compared in turn (5); noisy, overload: the same (3); attribution: the same (12); wake: rounds of all plugins (3); metrics: scrapes of each kind (20); usage: times of each question (20); metering: rounds, each with fresh hosts (12); dashboard: rounds of what it costs (16)
  --seconds N  throughput, density, soak, overload: length of each run (8); noisy: the same (10); attribution: of each turn (6); metering: of each load, both hosts together (8); dashboard: how long it is looked at (600)
  --pushes N   publish: pushes of each block (100); dev: saves of each plugin (100)
  --plugins N  density, metrics, dashboard: plugins that are live at once (1500); wake: plugins that are evicted and called (200); usage: plugins that were called (1500); metering: plugins that are called where they are many (200)
  --stored N   density: plugins that are stored before a restart (10000)
  --calls N    wake: calls of each of the plugins whose isolation is compared (3000); guards: calls of each program in a round (300)
  --call-ms N  overload: how long each call computes (20)
  --trace FILE hints: another trace, time,value or that of Azure Functions 2019; with --cores N (6) and --call-ms N (100)
  --quick      smoke test: one short round; criteria are shown, and fail nothing
The last line is one JSON object. Exit code: 0; 1 where a criterion is missed or a reply was wrong; 2 where something is missing.`;

const option = { type: 'string' } as const;
const numbers = { rounds: option, seconds: option, pushes: option, plugins: option, stored: option, calls: option, 'call-ms': option };

/** @throws MissingError */
export function readOptions(args: readonly string[], defaults: BenchDefaults = {}): BenchOptions {
  let values: Partial<Record<keyof typeof numbers, string>> & { quick?: boolean };
  try {
    ({ values } = parseArgs({ args: [...args], options: { ...numbers, quick: { type: 'boolean' } } }));
  } catch (error) {
    throw new MissingError(`${(error as Error).message}\n\n${optionsHelp}`);
  }
  const quick = values.quick === true;
  const count = (name: keyof typeof numbers, otherwise: number, whenQuick: number): number => {
    const text = values[name];
    if (text === undefined) return quick ? whenQuick : otherwise;
    if (!/^[1-9]\d{0,4}$/.test(text)) throw new MissingError(`--${name} is ${JSON.stringify(text)}; it may be a number from 1 to 99999`);
    return Number(text);
  };
  return Object.freeze({
    rounds: count('rounds', defaults.rounds ?? 5, 1),
    seconds: count('seconds', defaults.seconds ?? 8, 1),
    warmupSeconds: quick ? 1 : 3,
    pushes: count('pushes', 100, 5),
    warmupPushes: quick ? 2 : 10,
    plugins: count('plugins', defaults.plugins ?? 1_500, 20),
    stored: count('stored', 10_000, 100),
    calls: count('calls', defaults.calls ?? 3_000, 100),
    callMs: count('call-ms', 20, 5),
    quick,
  });
}

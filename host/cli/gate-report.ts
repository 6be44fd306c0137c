/** What the gates have found in a push, as lines for people. */

import { z } from 'zod';
import { describeTests, testsSchema } from './tests-summary.ts';

const costSchema = z.object({ cpuUs: z.number(), steps: z.number(), memoryBytes: z.number() });

const replaySchema = z.object({
  against: z.number(),
  requests: z.number(),
  same: z.number(),
  changed: z.array(z.object({ request: z.string(), changes: z.array(z.string()) })),
  unanswered: z.array(z.object({ request: z.string(), missed: z.array(z.string()) })),
  cost: z.object({ before: costSchema, after: costSchema }),
});

/** Of those that this command knows; others are left out. */
export const gatesSchema = z
  .looseObject({ tests: testsSchema.optional().catch(undefined), replay: replaySchema.optional().catch(undefined) })
  .default({});
export type Gates = z.infer<typeof gatesSchema>;

export function gateLines({ replay }: Gates): string[] {
  if (replay === undefined) return [];
  const { against, requests, same, changed, unanswered, cost } = replay;
  const head = `${requests} recorded requests against release ${against}: ${same} answered alike, ${changed.length} otherwise`;
  return [
    unanswered.length === 0 ? head : `${head}, ${unanswered.length} tell nothing`,
    `CPU ${change(cost.before.cpuUs, cost.after.cpuUs)}, steps ${change(cost.before.steps, cost.after.steps)}, memory ${change(cost.before.memoryBytes, cost.after.memoryBytes)}`,
    ...changed.flatMap(({ request, changes }) => [request, ...changes.map((one) => `  ${one}`)]),
    ...unanswered.map(({ request, missed }) => `${request} tells nothing; not recorded, or not run: ${missed.join(', ')}`),
  ];
}

/** For the summary of what has passed them. */
export function gateRows(gates: Gates): [name: string, text: string][] {
  return [
    ...(gates.tests === undefined ? [] : ([['tests', describeTests(gates.tests)]] as [string, string][])),
    ...gateLines(gates).map((line, i): [string, string] => [i === 0 ? 'replay' : '', line]),
  ];
}

function change(before: number, after: number): string {
  if (before === 0) return after === 0 ? 'the same' : 'more';
  const percent = Math.round((after / before - 1) * 100);
  return percent === 0 ? 'the same' : `${percent > 0 ? '+' : ''}${percent}%`;
}

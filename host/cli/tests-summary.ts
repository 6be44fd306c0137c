/** What came of a plugin's tests, in a line. */

import { z } from 'zod';
import { ms } from './duration.ts';

export const testsSchema = z.discriminatedUnion('result', [
  z.object({
    ...{ result: z.literal('passed'), passed: z.number(), skipped: z.number(), only: z.boolean().optional(), durationMs: z.number() },
    slow: z.array(z.object({ test: z.string(), durationMs: z.number() })).default([]),
  }),
  z.object({ result: z.literal('skipped'), reason: z.string() }),
]);

export type Tests = z.infer<typeof testsSchema>;

export function describeTests(tests: Tests): string {
  if (tests.result === 'skipped') return `not run: ${tests.reason}`;
  const { passed, skipped, only, durationMs } = tests;
  const left = skipped === 0 ? '' : `, ${skipped} skipped${only === true ? ' (some are marked to be run alone)' : ''}`;
  return `${passed} passed${left}, in ${ms(durationMs)}`;
}

/** What plugins' tests come to, in answers. */

import { z } from 'zod';
import { pluginId } from './names.ts';
import { diagnostic, problem } from './problem.ts';

export const testReport = z
  .object({
    result: z.enum(['passed', 'skipped']),
    reason: z.string().describe('Where they were skipped, the message of the push').optional(),
    passed: z.int().optional(),
    failed: z.literal(0).optional(),
    skipped: z.int().describe('Tests that were told to be left out, or were since others are marked `only`').optional(),
    only: z.boolean().describe('Whether some are marked `only`').optional(),
    durationMs: z.number().optional(),
    slow: z
      .array(z.object({ test: z.string(), durationMs: z.number() }))
      .describe('The slowest of those that took long')
      .optional(),
  })
  .meta({ id: 'TestReport', description: 'What came of the tests of which none failed, or why they were not run' });

export const tested = z
  .object({
    plugin: pluginId,
    tests: testReport.nullable().describe('`null` where the source has no tests'),
    diagnostics: z.array(diagnostic).describe('Warnings'),
  })
  .meta({ id: 'Tested' });

export const failedTests = z
  .object({
    ...problem.shape,
    tests: z.object({
      result: z.literal('failed'),
      passed: z.int(),
      failed: z.int(),
      skipped: z.int(),
      notRun: z.int().describe('Not begun, since time was up or too many had to be stopped'),
      durationMs: z.number(),
      failures: z
        .array(
          z.object({
            file: z.string(),
            line: z.int().min(1),
            column: z.int().min(1),
            test: z.string().describe('Its title, with those of its suites; empty where the files themselves failed'),
            message: z.string(),
            expected: z.string().optional(),
            actual: z.string().optional(),
            diff: z.string().describe('From what was expected to what was there').optional(),
          }),
        )
        .max(50),
    }),
  })
  .meta({
    id: 'FailedTests',
    description: "A problem `tests_failed`. Its `diagnostics` name each failure's place, under the code `nbox/test`.",
  });

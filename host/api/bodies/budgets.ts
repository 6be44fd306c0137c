/** The body of a budget. */

import { z } from 'zod';
import { budgetWindows } from '../../budgets/budget.ts';
import { message } from './why.ts';

const most = Number.MAX_SAFE_INTEGER;

export const budgetBody = z
  .strictObject({
    window: z.enum(budgetWindows).describe('How long back it counts'),
    calls: z.int().min(1).max(most).nullish().describe('Calls that are let in'),
    cpuSeconds: z.number().min(0.001).max(1_000_000_000).nullish().describe('CPU time of calls that have ended'),
    memoryBytes: z.int().min(1).max(most).nullish().describe('The largest sandbox of each plugin, added up'),
    mode: z
      .enum(['soft', 'hard'])
      .default('soft')
      .describe('`soft`: what goes beyond it is told. `hard`: calls are refused, too, as 429 `budget_exceeded`.'),
    warnAt: z.number().min(0.01).max(1).default(0.8).describe('The part of a limit from which on it is told'),
    message,
  })
  .refine(
    ({ calls, cpuSeconds, memoryBytes }) => (calls ?? cpuSeconds ?? memoryBytes ?? undefined) !== undefined,
    'One of "calls", "cpuSeconds" and "memoryBytes" is needed at least',
  )
  .meta({ id: 'BudgetTerms', description: 'At least one of `calls`, `cpuSeconds` and `memoryBytes`.' });

/** Budgets, in answers. */

import { z } from 'zod';
import { time } from './names.ts';

export const budgetWindow = z
  .enum(['1m', '5m', '15m', '1h', '6h', '1d', '7d', '30d'])
  .meta({ id: 'BudgetWindow', description: 'How long back it counts' });

export const budgetMetric = z.enum(['calls', 'cpuSeconds', 'memoryBytes']).meta({ id: 'BudgetMetric' });

export const budgetMode = z.enum(['soft', 'hard']).meta({
  id: 'BudgetMode',
  description: '`soft`: what goes beyond it is told. `hard`: calls are refused, too, as 429 `budget_exceeded`.',
});

export const budget = z
  .object({
    scope: z.string().describe('`domain`, `domain/group` or `domain/group/name`'),
    version: z.int(),
    window: budgetWindow,
    calls: z.int().nullable(),
    cpuSeconds: z.number().nullable(),
    memoryBytes: z.int().nullable(),
    mode: budgetMode,
    warnAt: z.number(),
    used: z.object({ calls: z.int(), cpuSeconds: z.number(), memoryBytes: z.int() }),
    state: z.enum(['ok', 'warned', 'exceeded']).describe('Of the metric that is furthest'),
    actor: z.string(),
    message: z.string(),
    setAt: time,
  })
  .meta({ id: 'Budget' });

export const budgetEvent = z
  .object({
    kind: z.enum(['warned', 'exceeded']),
    scope: z.string(),
    metric: budgetMetric,
    window: budgetWindow,
    mode: budgetMode,
    limit: z.number(),
    used: z.number(),
    at: time,
  })
  .meta({ id: 'BudgetEvent' });

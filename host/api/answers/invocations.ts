/** What calls by hand come to, in answers. */

import { z } from 'zod';
import { interfaceName, pluginId } from './names.ts';
import { problem } from './problem.ts';

export const messageOutcome = z
  .object({
    id: z.string(),
    outcome: z.enum(['ack', 'retry']).describe('`retry`: to be delivered again'),
    delaySeconds: z.number().min(0).max(43200).optional(),
  })
  .meta({ id: 'MessageOutcome' });

export const invocationResult = z
  .object({
    plugin: pluginId,
    interface: interfaceName,
    outcome: z.literal('ok'),
    messages: z.array(messageOutcome).describe('Of a batch: one for each message, in their order').optional(),
    noRetry: z.boolean().describe('Of a scheduled time: the handler asked not to be called again for it').optional(),
    result: z.unknown().describe('Of a method: what it returned; absent where that was undefined').optional(),
  })
  .meta({ id: 'InvocationResult' });

export const invoked = z
  .object({ ...invocationResult.shape, release: z.int().describe('Number of the release that ran') })
  .meta({ id: 'Invoked' });

export const failedInvocation = z
  .object({ ...problem.shape, messages: z.array(messageOutcome).optional(), noRetry: z.boolean().optional() })
  .meta({ id: 'FailedInvocation' });

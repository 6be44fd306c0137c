/** What came of requests to previews, in answers. */

import { z } from 'zod';
import { position } from './editor.ts';
import { logEntry } from './logs.ts';
import { problem } from './problem.ts';

export const previewAnswer = z
  .object({
    call: z.string().describe('Its id in the log'),
    reply: z
      .object({
        status: z.int(),
        statusText: z.string(),
        headers: z.array(z.array(z.string()).min(2).max(2)),
        body: z.string().describe('Its first 256 KiB'),
        base64: z.boolean().describe('Whether `body` is base64, since it is no text'),
        bytes: z.int().describe('Of all of it'),
        cut: z.boolean().describe('Whether `body` is only its beginning'),
      })
      .nullable(),
    error: problem.nullable(),
    stack: z
      .array(z.object({ ...position.shape, name: z.string().describe("The function's; empty where it has none") }))
      .describe("In the author's source, the innermost frame first"),
    usage: z.object({
      outcome: z.string(),
      executor: z.int(),
      waitUs: z.int(),
      initUs: z.int(),
      cpuUs: z.int(),
      wallUs: z.int(),
      steps: z.int(),
      memoryPeakBytes: z.int(),
      hostCalls: z.int(),
      bytesIn: z.int(),
      bytesOut: z.int(),
    }),
    logs: z.array(logEntry),
  })
  .meta({ id: 'PreviewAnswer' });

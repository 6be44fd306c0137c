/** Entries of plugins' logs, in answers. */

import { z } from 'zod';
import { time } from './names.ts';

export const logEntry = z
  .object({
    kind: z.enum(['line', 'dropped']),
    sequence: z.int().describe('Grows with each entry of any plugin.'),
    at: time,
    release: z.int().nullable().optional(),
    preview: z.string().nullable().describe("The preview's id."),
    for: z.enum(['tests', 'replay']).nullable(),
    interface: z.string().nullable().optional(),
    call: z.string().nullable().describe("What its reply's header `nbox-call` says; `null` where nobody waits for it any more.").optional(),
    executor: z.int().optional(),
    level: z.enum(['debug', 'info', 'warn', 'error']).optional(),
    text: z.string().describe('Printable but for newlines and tabs; at most 8192 UTF-16 code units.').optional(),
    cut: z.boolean().describe('Whether the text went on.').optional(),
    last: z.boolean().describe('Whether what the call wrote after it was dropped.').optional(),
    lines: z.int().describe('How many were dropped.').optional(),
  })
  .meta({
    id: 'LogEntry',
    description:
      'A line (`kind` is `line`), or word of lines that were dropped right there (`dropped`), since there were more than a plugin may write. `release` is null where `preview` or `for` is not.',
  });

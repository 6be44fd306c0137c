/** What the host runs with, in answers. */

import { z } from 'zod';
import { time } from './names.ts';

export const settings = z
  .object({
    host: z.object({
      version: z.string(),
      node: z.string(),
      platform: z.string(),
      processors: z.int(),
      memoryBytes: z.int(),
      startedAt: time,
    }),
    settings: z.array(
      z.object({
        name: z.string(),
        flag: z.string().nullable().describe('`null` where the value must not be seen in a list of processes'),
        variable: z.string(),
        what: z.string(),
        values: z.string().describe('What it may be'),
        default: z.string(),
        secret: z.boolean(),
        value: z.string().nullable().describe('As it would be written; `null` where nothing is set. Of a secret only that it is set'),
      }),
    ),
  })
  .meta({ id: 'Settings' });

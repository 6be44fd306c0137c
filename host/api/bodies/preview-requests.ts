/** The body that has a request sent to a preview. */

import { z } from 'zod';

export const previewRequestBody = z.strictObject({
  method: z
    .string()
    .regex(/^[A-Z]{1,20}$/, 'must be a method such as GET')
    .refine((method) => method !== 'CONNECT' && method !== 'TRACE', 'is no method that a plugin is called by')
    .default('GET'),
  path: z
    .string()
    .regex(/^\/[^\0-\x20\x7f]*$/, 'must begin with a slash, and have no spaces')
    .max(8_000)
    .default('/')
    .describe('With the query'),
  headers: z
    .array(z.tuple([z.string().max(200), z.string().max(8_000)]))
    .max(100)
    .default([])
    .describe('Names and values'),
  body: z.string().optional(),
  base64: z.boolean().default(false).describe('Whether `body` is base64'),
});

export type PreviewRequest = z.output<typeof previewRequestBody>;

/** What editors are answered. */

import { z } from 'zod';
import { diagnostic } from './problem.ts';

export const position = z.object({ file: z.string(), line: z.int().min(1), column: z.int().min(1) }).meta({ id: 'Position' });

export const span = z.object({ from: z.int().min(0).describe('In UTF-16 code units'), to: z.int().min(0) }).meta({ id: 'Span' });

export const completions = z
  .object({
    from: z.int().min(0).describe('Where the word begins that a completion replaces'),
    items: z.array(
      z.object({
        name: z.string(),
        kind: z.enum(['class', 'constant', 'enum', 'function', 'interface', 'keyword', 'method', 'module', 'property', 'type', 'variable']),
        insert: z.string().describe('What is written, where that is not the name').optional(),
        detail: z.string().optional(),
        boost: z.int().min(-99).max(99).describe('Those with more come first').optional(),
      }),
    ),
  })
  .meta({ id: 'Completions' });

export const described = z
  .object({
    signature: z.string().meta({ examples: ['const names: string[]'] }),
    documentation: z.string().describe('Text in which names stand in backquotes'),
    tags: z.array(z.object({ name: z.string().meta({ examples: ['param', 'throws'] }), text: z.string() })),
  })
  .meta({ id: 'Described' });

export const finding = z
  .object({ ...diagnostic.shape, ...span.shape, tags: z.array(z.enum(['unnecessary', 'deprecated'])).optional() })
  .meta({ id: 'Finding' });

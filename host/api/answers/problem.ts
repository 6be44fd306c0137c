/** Problems as answers (RFC 9457), and what they point to. */

import { z } from 'zod';

export const diagnostic = z
  .object({
    file: z.string(),
    line: z.int().min(1),
    column: z.int().min(1),
    severity: z.enum(['error', 'warning']),
    code: z.string().meta({ examples: ['TS2322', 'esbuild', 'nbox/nesting'] }),
    message: z.string(),
  })
  .meta({ id: 'Diagnostic' });

export const problem = z
  .object({
    type: z.string().meta({ examples: ['urn:nbox:error:type_errors'] }),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ examples: ['type_errors'] }),
    detail: z.string(),
    pointer: z.string().describe('JSON pointer to the field at fault').optional(),
    handover: z
      .object({
        step: z.enum(['dispose', 'evaluate']),
        from: z.int().min(1).describe("The live release's number"),
        position: z.record(z.string(), z.unknown()).describe('As `position`, in the source of the release whose step it was').optional(),
      })
      .describe(
        'Of `handover_failed`. `dispose`, the live release could not give its state; `evaluate`, the new one does not start with it.',
      )
      .optional(),
    position: z
      .object({ file: z.string(), line: z.int().min(1), column: z.int().min(1) })
      .describe('Where in the source, or in the body where `file` is empty.')
      .optional(),
    diagnostics: z.array(diagnostic).optional(),
    replay: z.record(z.string(), z.unknown()).describe('Of `replay_changed`: a ReplayReport.').optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details. `code` is stable; the texts are for people.' });

export const maybePosition = z
  .object({ file: z.string(), line: z.int().min(1), column: z.int().min(1) })
  .nullable()
  .meta({ id: 'MaybePosition', description: "In the author's source, where it is known" });

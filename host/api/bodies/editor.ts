/** What editors ask with: files, or what has changed of them, and a place in one. */

import { z } from 'zod';

const version = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Own keys by hand: `z.record` drops a file that is called `__proto__` without a word. */
const files = z
  .custom<Record<string, string | null>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'must be an object',
  )
  .meta({ override: { type: 'object' } })
  .superRefine((given, issues) => {
    for (const [name, text] of Object.entries(given)) {
      if (typeof text !== 'string' && text !== null) {
        issues.addIssue({ code: 'custom', path: [name], message: 'a file must be a string, or null where there is none any more' });
      }
    }
  })
  .meta({
    description: 'By path; `null` where there is no such file any more',
    override: { type: 'object', additionalProperties: { type: ['string', 'null'] } },
  });

const edited = {
  session: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 of A-Z, a-z, 0-9, "_" and "-"')
    .describe("The editor's own name for these files"),
  version: version.describe('Of the files as they are now; grows with each change'),
  since: version.optional(),
  files,
};
const place = {
  file: z.string().min(1).max(400),
  offset: z
    .int()
    .min(0)
    .max(2 ** 31)
    .describe('In UTF-16 code units'),
};

const description =
  'What an editor has. With `since` the files that differ from that version, which the host has answered; without it all of them.';

export const editedBody = z.strictObject(edited).meta({ id: 'Edited', description });
export const placeBody = z.strictObject({ ...edited, ...place }).meta({ id: 'EditorPlace', description });
export const detailsBody = z
  .strictObject({
    ...edited,
    ...place,
    name: z.string().min(1).max(400).describe('As `editor/complete` has given it, at this place'),
  })
  .meta({ description });

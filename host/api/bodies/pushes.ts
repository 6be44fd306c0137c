/** Bodies that bring a source: pushes, previews, runs of tests. What is inside manifests and files is checked by their own parsers. */

import { z } from 'zod';
import { ttlBounds } from '../../preview/preview.ts';
import { message } from './why.ts';

/** In one transaction. */
const mostInBulk = 100;

const plainObject = () =>
  z
    .custom<Record<string, unknown>>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'must be an object')
    .meta({ override: { type: 'object' } });

/** Own keys by hand: `z.record` drops a file that is called `__proto__` without a word. */
const filesByName = plainObject()
  .superRefine((files, issues) => {
    for (const [name, text] of Object.entries(files)) {
      if (typeof text !== 'string') issues.addIssue({ code: 'custom', path: [name], message: 'a file must be a string' });
    }
  })
  .meta({ override: { type: 'object', minProperties: 1, maxProperties: 500, additionalProperties: { type: 'string' } } });

export const pushFields = {
  source: z
    .string()
    .meta({ override: { minLength: 1 } })
    .optional()
    .describe('A lone file; becomes index.ts'),
  files: filesByName.optional().describe('Contents by relative path.'),
  manifest: plainObject().optional().describe('What nbox.json would hold. Not beside files that have a manifest of their own.'),
};
const hasOneSource = (body: { source?: unknown; files?: unknown }) => (body.source === undefined) !== (body.files === undefined);
const oneSource = 'Either "source" or "files" is needed, and not both';
/** What `refine` checks, for the document. */
const override = { oneOf: [{ required: ['source'] }, { required: ['files'] }] };
const description = 'Exactly one of `source` and `files`.';

export const pushBody = z
  .strictObject({ ...pushFields, message })
  .refine(hasOneSource, oneSource)
  .meta({
    ...{ id: 'Push', description, override },
    examples: [
      { source: 'export default (request: Request) => ({ hello: new URL(request.url).pathname })' },
      {
        files: {
          'index.ts': "import { greet } from './greet.ts';\nexport default () => greet('world');",
          'greet.ts': 'export const greet = (name: string) => ({ hello: name });',
          'nbox.json': '{ "owner": "team-detail" }',
        },
      },
    ],
  });

export const bulkBody = z.strictObject({
  plugins: z
    .array(
      z
        .strictObject({ plugin: z.string().meta({ description: 'Its id: `domain/group/name`' }), ...pushFields })
        .refine(hasOneSource, oneSource)
        .meta({ description, override }),
    )
    .min(1)
    .max(mostInBulk),
  message,
});

const ttlSeconds = z.int().min(ttlBounds.least).max(ttlBounds.most).default(ttlBounds.default).describe('How long it is there');

export const previewBody = z
  .strictObject({ ...pushFields, message, ttlSeconds })
  .refine(hasOneSource, oneSource)
  .meta({ description, override });

export const testBody = z
  .strictObject(pushFields)
  .refine(hasOneSource, oneSource)
  .meta({ id: 'TestRun', description: `A push without its message. ${description}`, override });

/** What a push brings. */
export type Brought = z.output<typeof testBody>;

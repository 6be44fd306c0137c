/** The operations of editor: what they take, answer and are refused by. */

import { z } from 'zod';
import { completions, described, finding, position, span } from '../answers/editor.ts';
import { detailsBody, editedBody, placeBody } from '../bodies/editor.ts';
import { onePlugin, operation } from '../operation.ts';
import { editorBadRequest, editorConflict, editorNoSource, editorTooLarge, editorUnavailable } from '../refusals.ts';

export const listTemplates = operation({
  ...{ operation: 'listTemplates', method: 'GET', pattern: '/v1/templates', access: 'read', of: 'reach', tag: 'editor' },
  summary: 'What a plugin can begin with',
  answers: {
    200: {
      says: 'The templates, each a plugin that passes its own tests.',
      json: z.object({ templates: z.array(z.object({ name: z.string(), what: z.string(), files: z.record(z.string(), z.string()) })) }),
    },
  },
});

export const complete = operation({
  ...{ operation: 'complete', method: 'POST', pattern: `${onePlugin}/editor/complete`, access: 'deploy', of: 'plugin', tag: 'editor' },
  isKept: false,
  summary: 'What may be written at a place',
  description: 'Members, what is in scope, what can be imported: by the type checker that gates a push, with its types.',
  body: placeBody,
  what: 'a question of an editor',
  answers: {
    200: {
      says: 'What there is to say; `null` where that is nothing.',
      json: z.object({ version: z.int().describe('Of the files that it was said of'), result: completions.nullable() }),
    },
    204: { says: 'Something newer was asked meanwhile, and is answered in its place.' },
  },
  errors: [editorBadRequest, editorConflict, editorTooLarge, editorNoSource, editorUnavailable],
});

export const completionDetails = operation({
  ...{
    operation: 'completionDetails',
    method: 'POST',
    pattern: `${onePlugin}/editor/details`,
    access: 'deploy',
    of: 'plugin',
    tag: 'editor',
  },
  isKept: false,
  summary: 'What a completion stands for',
  description: 'Its type and its comment.',
  body: detailsBody,
  what: 'a question of an editor',
  answers: {
    200: {
      says: 'What there is to say; `null` where that is nothing.',
      json: z.object({ version: z.int().describe('Of the files that it was said of'), result: described.nullable() }),
    },
    204: { says: 'Something newer was asked meanwhile, and is answered in its place.' },
  },
  errors: [editorBadRequest, editorConflict, editorTooLarge, editorNoSource, editorUnavailable],
});

export const hover = operation({
  ...{ operation: 'hover', method: 'POST', pattern: `${onePlugin}/editor/hover`, access: 'deploy', of: 'plugin', tag: 'editor' },
  isKept: false,
  summary: 'What the name at a place stands for',
  description: 'Its type there, and its comment.',
  body: placeBody,
  what: 'a question of an editor',
  answers: {
    200: {
      says: 'What there is to say; `null` where that is nothing.',
      json: z.object({
        version: z.int().describe('Of the files that it was said of'),
        result: z.object({ ...described.shape, ...span.shape }).nullable(),
      }),
    },
    204: { says: 'Something newer was asked meanwhile, and is answered in its place.' },
  },
  errors: [editorBadRequest, editorConflict, editorTooLarge, editorNoSource, editorUnavailable],
});

export const definition = operation({
  ...{ operation: 'definition', method: 'POST', pattern: `${onePlugin}/editor/definition`, access: 'deploy', of: 'plugin', tag: 'editor' },
  isKept: false,
  summary: 'Where the name at a place is declared',
  description: "Among the plugin's files; `null` where that is elsewhere.",
  body: placeBody,
  what: 'a question of an editor',
  answers: {
    200: {
      says: 'What there is to say; `null` where that is nothing.',
      json: z.object({ version: z.int().describe('Of the files that it was said of'), result: position.nullable() }),
    },
    204: { says: 'Something newer was asked meanwhile, and is answered in its place.' },
  },
  errors: [editorBadRequest, editorConflict, editorTooLarge, editorNoSource, editorUnavailable],
});

export const diagnose = operation({
  ...{ operation: 'diagnose', method: 'POST', pattern: `${onePlugin}/editor/diagnose`, access: 'deploy', of: 'plugin', tag: 'editor' },
  isKept: false,
  summary: 'What the gates of a push would say of the files',
  description:
    "All that a push would be told before anything of it is run: of the files' names, the manifest, the types and the bundle. What has `tags` is a hint, and gates nothing.",
  body: editedBody,
  what: 'a question of an editor',
  answers: {
    200: {
      says: 'What there is to say; `null` where that is nothing.',
      json: z.object({ version: z.int().describe('Of the files that it was said of'), result: z.array(finding).nullable() }),
    },
    204: { says: 'Something newer was asked meanwhile, and is answered in its place.' },
  },
  errors: [editorBadRequest, editorConflict, editorTooLarge, editorNoSource, editorUnavailable],
});

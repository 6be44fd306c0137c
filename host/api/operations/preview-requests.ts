/** The operations of preview-requests: what they take, answer and are refused by. */

import { z } from 'zod';
import { previewAnswer } from '../answers/preview-requests.ts';
import { previewRequestBody } from '../bodies/preview-requests.ts';
import { onePlugin, operation, refused } from '../operation.ts';

export const requestPreview = operation({
  ...{
    operation: 'requestPreview',
    method: 'POST',
    pattern: `${onePlugin}/previews/:id/requests`,
    access: 'deploy',
    of: 'plugin',
    tag: 'previews',
  },
  isKept: false,
  summary: 'Send a request to a preview, and be told all that came of it',
  description:
    "A call like one of the traffic port, metered and held to the limits of the draft, for whoever may push: the reply, what it cost, what its console said and, where it failed, why and the stack in the author's source. A failed call is 200 here, with `error`. A reply that streams is shown as far as it came in 10 s, and then cut.",
  params: {
    id: z
      .string()
      .regex(/^[0-9a-f]{20}$/)
      .describe("A preview's"),
  },
  body: previewRequestBody,
  what: 'a request to a preview',
  answers: { 200: { says: 'What came of it.', json: previewAnswer } },
  errors: [
    refused(['invalid_plugin_id', 'malformed_json', 'invalid_body', 'invalid_query', 'bad_request']),
    refused(['no_such_preview', 'no_such_interface'], '`no_such_preview`, or `no_such_interface`: the draft answers no requests'),
    refused(['request_too_large']),
  ],
});

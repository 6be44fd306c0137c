/** Bodies of the admin API, held against their schemas. */

import type { z } from 'zod';
import { NboxError } from '../../guards/errors.ts';

/**
 * @param what the body is, for the error
 * @throws NboxError `invalid_body` with the place of the first fault
 */
export function parseBody<S extends z.ZodType>(schema: S, body: unknown, what: string): z.infer<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const detail =
    issue?.code === 'unrecognized_keys' ? `There is no such field in ${what}` : (issue?.message.slice(0, 300) ?? `The body is not ${what}`);
  throw new NboxError('invalid_body', { detail, pointer: issuePointer(issue) });
}

/** The place at fault as a JSON pointer; names are the sender's, and so are cut. */
function issuePointer(issue: z.core.$ZodIssue | undefined): string {
  const path = [...(issue?.path ?? []), ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])];
  return path.map((key) => `/${String(key).slice(0, 200).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

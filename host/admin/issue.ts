/** What zod says of a body, as this API says it. */

import type { z } from 'zod';

/** The place at fault as a JSON pointer; names are the sender's, and so are cut. */
export function issuePointer(issue: z.core.$ZodIssue | undefined): string {
  const path = [...(issue?.path ?? []), ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])];
  return path.map((key) => `/${String(key).slice(0, 200).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Headers that requests may have, for the document. They are read in admin/if-match.ts and where they are used. */

import { z } from 'zod';
import type { Header } from './operation.ts';

const header = (name: string, says: string, schema = z.string()): Header => ({ name, schema: schema.optional().describe(says) });

export const ifMatch = header(
  'If-Match',
  'The ETag of what was seen, such as `"7"`: the change is made only while that deployment is live',
);
export const breakerIfMatch = header(
  'If-Match',
  'The ETag of what was seen, such as `"7"`: the change is made only while that release is live',
);
export const ifNoneMatch = header('If-None-Match', '`*`: only where the plugin is not deployed');
export const budgetIfMatch = header(
  'If-Match',
  'The ETag of what was seen, such as `"7"`: the change is made only while the budget has that version',
);
export const budgetIfNoneMatch = header('If-None-Match', '`*`: only where the scope has no budget');
export const idempotencyKey = header(
  'Idempotency-Key',
  "The sender's own, such as a UUID. For a day the same push under it does nothing again, and is answered as it was, with `Idempotency-Replayed: true`; another push under it is 422 `idempotency_mismatch`.",
  z.string().min(1).max(255),
);

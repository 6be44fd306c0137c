/** A refusal for a release's own limit (its concurrency, its breaker): however many executors there were, the call would not run. */

import type { ErrorDetails } from '../../guards/errors.ts';
import { CallError, nothingSpent } from './dispatch.ts';

/** `overloaded` to its caller, and nothing that the hints count as asked for. */
export class OwnLimit extends CallError {
  constructor(details: ErrorDetails) {
    super('overloaded', details, nothingSpent);
  }
}

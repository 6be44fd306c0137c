/** Failures that tell nothing of a release: no executor had the time to begin the call. It may be tried again, whatever it does. */

import { isNboxError } from '../../guards/errors.ts';
import { CallError } from './dispatch.ts';

export function isNotBegun(error: unknown): boolean {
  if (isNboxError(error, 'overloaded') || isNboxError(error, 'budget_exceeded')) return true;
  if (!(error instanceof CallError) || error.code !== 'deadline_exceeded') return false;
  // It was taken, and then waited until its deadline. One that was run before, in an executor that was lost, has used something.
  return error.spent.executor === 0 && error.spent.cpuUs === 0;
}

/** host/dispatch/not-begun.ts */

import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../guards/errors.ts';
import { CallError, nothingSpent } from '../../../host/dispatch/dispatch.ts';
import { isNotBegun } from '../../../host/dispatch/not-begun.ts';

describe('isNotBegun(error)', () => {
  it('is true of calls that were turned away, or that waited for an executor until their deadline', () => {
    const of = (code: ErrorCode, executor = 0) => isNotBegun(new CallError(code, 'x', { ...nothingSpent, executor }));
    assert.deepEqual([of('overloaded'), of('budget_exceeded'), of('deadline_exceeded')], [true, true, true]);
    assert.deepEqual(
      [of('deadline_exceeded', 1), of('plugin_error'), of('executor_lost'), isNotBegun(new Error('x'))],
      Array(4).fill(false),
    );
    // It ran before, in an executor that was lost.
    assert.equal(isNotBegun(new CallError('deadline_exceeded', 'x', { ...nothingSpent, cpuUs: 5 })), false);
  });
});

/** node:assert/strict */

import { strict } from '../assert.ts';

export { AssertionError, doesNotMatch, doesNotReject, doesNotThrow, fail, ifError, match, ok, rejects, throws } from '../assert.ts';
export { strict };
export const { deepEqual, deepStrictEqual, equal, notDeepEqual, notDeepStrictEqual, notEqual, notStrictEqual, strictEqual } = strict;
export default strict;

/** loader/testing/title.ts */

import assert from 'node:assert/strict';
import { titleOf } from '../../../loader/testing/title.ts';

describe('titleOf(title, args, index)', () => {
  for (const [title, args, expected] of [
    ['%s and %s', ['a', { b: 1 }], 'a and { b: 1 }'],
    ['%d %f %i', ['5', 1.5, '7.9px'], '5 1.5 7'],
    ['%j of %#', [{ a: [1] }], '{"a":[1]} of 3'],
    ['100%% of $name, $none', [{ name: 'mug' }], '100% of mug, $none'],
    ['%s %s', ['only one'], 'only one %s'],
    ['$x', [5], '$x'],
  ] as const) {
    it(`${title} → ${expected}`, () => assert.equal(titleOf(title, args, 3), expected));
  }
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { offsetOf, placeOf, wordEnd, wordStart } from '../../../loader/language/text-place.ts';

describe('text places', () => {
  const text = fc.array(fc.constantFrom('a', 'é', '😀', '\n', '\r', '\r\n', '\u2028', ' '), { maxLength: 30 }).map((all) => all.join(''));

  it('go from an offset to line and column and back, but between the two of a line’s end', () => {
    fc.assert(
      fc.property(text, fc.nat(60), (one, at) => {
        const offset = Math.min(at, one.length);
        fc.pre(!(one[offset - 1] === '\r' && one[offset] === '\n'));
        assert.equal(offsetOf(one, placeOf(one, offset)), offset);
      }),
    );
  });

  it('beyond a line or the text are their ends', () => {
    assert.equal(offsetOf('ab\ncd', { line: 1, column: 9 }), 2);
    assert.equal(offsetOf('ab\ncd', { line: 9, column: 1 }), 5);
  });

  it('of words are their beginnings and ends', () => {
    assert.deepEqual([wordStart('a.bcd ', 5), wordEnd('a.bcd ', 2), wordEnd('a.bcd', 1), wordEnd('a ', 1)], [2, 5, 2, 1]);
  });
});

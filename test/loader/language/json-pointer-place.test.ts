import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonPointerSpan } from '../../../loader/language/json-pointer-place.ts';

describe('jsonPointerSpan(text, pointer)', () => {
  const shown = (text: string, pointer: string) => {
    const { from, to } = jsonPointerSpan(text, pointer);
    return text.slice(from, to);
  };

  it('finds the name of a member, and an item', () => {
    const text = '{ "a": { "b\\"c": [1, {"d": "x}"}, "y"] }, "e~/f": null }';
    assert.equal(shown(text, '/a/b"c'), '"b\\"c"');
    assert.equal(shown(text, '/a/b"c/1'), '{"d": "x}"}');
    assert.equal(shown(text, '/a/b"c/1/d'), '"d"');
    assert.equal(shown(text, '/a/b"c/2'), '"y"');
    assert.equal(shown(text, '/e~0~1f'), '"e~/f"');
  });

  it('finds what is nearest where there is no such thing', () => {
    assert.equal(shown('{"a": {"b": 1}}', '/a/nope/more'), '"a"');
    assert.equal(shown(' [1] ', ''), '[1]');
  });

  it('ends on any JSON, within it', () => {
    fc.assert(
      fc.property(fc.json(), fc.array(fc.constantFrom('a', '0', '1', '', '~0'), { maxLength: 4 }), (text, parts) => {
        const { from, to } = jsonPointerSpan(text, parts.map((part) => `/${part}`).join(''));
        assert.ok(0 <= from && from <= to && to <= text.length);
      }),
    );
  });
});

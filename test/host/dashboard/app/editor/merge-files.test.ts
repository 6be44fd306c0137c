/** Two who have changed the same files: what is brought together, and what is left to decide. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mergeFiles, mergeTexts } from '../../../../../host/dashboard/app/views/editor/merge-files.ts';

describe('mergeTexts(base, mine, theirs)', () => {
  const base = 'a\nb\nc\nd\ne\nf';

  it('takes what each has changed elsewhere', () => {
    assert.equal(mergeTexts(base, 'a\nB\nc\nd\ne\nf', 'a\nb\nc\nd\nE1\nE2\nf'), 'a\nB\nc\nd\nE1\nE2\nf');
    assert.equal(mergeTexts(base, 'first\na\nb\nc\nd\ne\nf', 'a\nb\nc\nd\nf'), 'first\na\nb\nc\nd\nf');
  });

  it('takes once what both have changed alike', () => {
    assert.equal(mergeTexts(base, 'a\nB\nc\nd\ne\nf', 'a\nB\nc\nd\ne\nF'), 'a\nB\nc\nd\ne\nF');
  });

  it('does not decide on lines that both have changed, nor on lines side by side', () => {
    assert.equal(mergeTexts(base, 'a\nB\nc\nd\ne\nf', 'a\nX\nc\nd\ne\nf'), undefined);
    assert.equal(mergeTexts(base, 'a\nB\nc\nd\ne\nf', 'a\nb\nC\nd\ne\nf'), undefined);
    assert.equal(mergeTexts('a', 'mine\na', 'theirs\na'), undefined);
    assert.equal(mergeTexts('a\nb', 'a', 'a\n'), undefined);
  });

  const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 8 }).map((lines) => lines.join('\n'));

  it('is the other one where one has changed nothing, and the same whichever is whose', () => {
    fc.assert(
      fc.property(text, text, text, (before, one, other) => {
        assert.equal(mergeTexts(before, before, other), other);
        assert.equal(mergeTexts(before, one, before), one);
        assert.equal(mergeTexts(before, one, other), mergeTexts(before, other, one));
      }),
    );
  });
});

describe('mergeFiles(base, mine, theirs)', () => {
  const of = (files: Record<string, string>) => new Map(Object.entries(files));

  it('takes files that one has added, changed or taken away', () => {
    const merged = mergeFiles(of({ a: '1', b: '1', c: '1' }), of({ a: '2', b: '1', mine: 'x' }), of({ a: '1', c: '1', theirs: 'y' }));
    assert.deepEqual(Object.fromEntries(merged.files), { a: '2', mine: 'x', theirs: 'y' });
    assert.deepEqual(merged.conflicts, []);
  });

  it('leaves to decide what both have changed, with what is mine until then', () => {
    const merged = mergeFiles(of({ a: '1', b: '1', c: '1' }), of({ a: '2', b: '2', new: 'm' }), of({ a: '3', c: '2', new: 't' }));
    assert.deepEqual(merged.conflicts, [
      { file: 'a', mine: '2', theirs: '3' },
      { file: 'b', mine: '2', theirs: undefined },
      { file: 'c', mine: undefined, theirs: '2' },
      { file: 'new', mine: 'm', theirs: 't' },
    ]);
    assert.deepEqual(Object.fromEntries(merged.files), { a: '2', b: '2', new: 'm' });
  });
});

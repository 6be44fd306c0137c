/** host/nearest.ts */

import assert from 'node:assert/strict';
import { nearest } from '../../host/nearest.ts';

describe('nearest(word, known)', () => {
  it('is the one that fewest letters part it from', () => {
    assert.equal(nearest('--prot', ['--host', '--port', '--data']), '--port');
    assert.equal(nearest('', ['abc', 'a']), 'a');
    assert.equal(nearest('x'.repeat(100_000), ['abc']), 'abc');
  });
});

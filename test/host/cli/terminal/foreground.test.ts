/** host/cli/terminal/foreground.ts */

import assert from 'node:assert/strict';
import { isForeground } from '../../../../host/cli/terminal/foreground.ts';
import { statFields } from '../../../../host/process-stat.ts';

describe('isForeground(fields)', () => {
  it('is true where the terminal is its group’s, whatever its name', () => {
    assert.equal(isForeground(statFields('10 (node) S 1 10 10 34816 10 4194560')), true);
    assert.equal(isForeground(statFields('10 (a) b (c) S 1 10 10 34816 10 4194560')), true);
  });

  it('is false in the background, and without a terminal', () => {
    assert.equal(isForeground(statFields('10 (node) S 1 10 9 34816 9 4194560')), false);
    assert.equal(isForeground(statFields('10 (node) S 1 10 9 0 -1 4194560')), false);
  });
});

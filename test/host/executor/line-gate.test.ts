/** host/executor/line-gate.ts */

import assert from 'node:assert/strict';
import { gateLine } from '../../../host/executor/line-gate.ts';

describe('gateLine(said, callLines, now)', () => {
  it('takes a hundred lines of a call, and says which is the last', () => {
    const said = { second: 0, lines: 0 };
    assert.equal(gateLine(said, 0, 0), 'taken');
    assert.equal(gateLine(said, 98, 0), 'taken');
    assert.equal(gateLine(said, 99, 0), 'last');
    assert.equal(gateLine(said, 100, 0), 'dropped');
  });

  it('takes one line a call of a release that has said too much in this second', () => {
    const said = { second: 0, lines: 0 };
    for (let n = 0; n < 500; n += 1) assert.equal(gateLine(said, n % 50, 999), 'taken');
    assert.equal(gateLine(said, 0, 999), 'last');
    assert.equal(gateLine(said, 0, 999), 'last');
    assert.equal(gateLine(said, 0, 1_000), 'taken');
  });
});

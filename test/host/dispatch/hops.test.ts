import assert from 'node:assert/strict';
import { isNboxError } from '../../../guards/errors.ts';
import { checkHops, markIn, mostHops, nextHops } from '../../../host/dispatch/hops.ts';

const times = (count: number, member = 'nbox') => Array(count).fill(member).join(', ');

describe('checkHops(came)', () => {
  for (const came of [undefined, '', ',', 'nbox', times(15), times(40, 'other'), times(40, 'nboxes'), times(40, 'x; nbox'), 'not-nbox']) {
    it(`takes ${came?.slice(0, 30)} (${came?.length})`, () => checkHops(came));
  }

  for (const came of [times(16), times(17), `${times(8)}, other, ${times(8)}`, times(16, 'NBOX'), times(16, ' nbox ; a="b" ')]) {
    it(`refuses ${came.slice(0, 30)} (${came.length})`, () =>
      assert.throws(
        () => checkHops(came),
        (error) => isNboxError(error, 'loop_detected') && error.status === 508,
      ));
  }

  it('counts what stands behind an open quote', () => assert.throws(() => checkHops(`x="a, ${times(16)}`)));
});

describe('nextHops(came, given)', () => {
  for (const [came, given, next] of [
    [undefined, '', 'nbox'],
    ['', '', 'nbox'],
    ['nbox', '', 'nbox, nbox'],
    ['a; loops=1, nbox', '', 'a; loops=1, nbox, nbox'],
    // A plugin that hands its request's headers on, one that leaves them out, one that sets what it likes.
    ['a, nbox', 'a, nbox', 'a, nbox, nbox'],
    ['nbox, nbox', 'b', 'nbox, nbox, b, nbox'],
    ['nbox', 'nbox, nbox, NBOX;x, b', 'nbox, b, nbox'],
    ['nbox', 'x="', 'nbox, x=", nbox'],
  ] as const) {
    it(`of ${JSON.stringify(came)} and ${JSON.stringify(given)} is ${JSON.stringify(next)}`, () =>
      assert.equal(nextHops(came, given), next));
  }

  it('names the plugin by its mark, which nothing but the host writes', () => {
    assert.equal(nextHops('nbox;by=a', 'nbox;by=b, x', 'c'), 'nbox;by=a, x, nbox;by=c');
    assert.equal(markIn(nextHops('nbox;by=a', 'other;by=d', 'c')), 'c');
    assert.equal(markIn(`${nextHops('nbox;by=a', '', 'c')}, proxy;by=e`), 'c');
    assert.equal(markIn(nextHops('nbox;by=a', '')), undefined);
    assert.equal(markIn(undefined), undefined);
  });

  it(`grows by one a pass, whatever plugins do, until it is refused after ${mostHops}`, () => {
    let came: string | undefined;
    for (let pass = 0; pass < mostHops; pass += 1) {
      checkHops(came);
      came = nextHops(came, pass % 2 === 0 ? `${came}, "` : '');
    }
    assert.throws(() => checkHops(came), { code: 'loop_detected' });
  });
});

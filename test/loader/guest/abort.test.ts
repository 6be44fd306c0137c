/** AbortController and AbortSignal, measured against Node's. */

import assert from 'node:assert/strict';
import { compareWithNode } from './differential.ts';
import { openRealm } from './realm.ts';

compareWithNode(
  'AbortController and AbortSignal',
  [
    `(() => { const c = new AbortController(); const before = [c.signal.aborted, c.signal.reason]; c.abort(); return [before, c.signal.aborted, c.signal.reason.name, c.signal.reason.code, c.signal === c.signal]; })()`,
    `(() => { const c = new AbortController(); c.abort(null); c.abort('x'); return c.signal.reason; })()`,
    `(() => { const c = new AbortController(); const seen = []; c.signal.onabort = function (e) { seen.push('on', this === c.signal, e.type, e.isTrusted); }; c.signal.addEventListener('abort', () => seen.push('listener')); c.abort(); c.abort(); return seen; })()`,
    `(() => { const c = new AbortController(); c.signal.onabort = () => {}; c.signal.onabort = 1; return c.signal.onabort; })()`,
    `(() => { const c = new AbortController(); c.signal.throwIfAborted(); c.abort(new RangeError()); c.signal.throwIfAborted(); })()`,
    `AbortSignal.abort().reason.name`,
    `AbortSignal.abort('x').reason`,
    `new AbortSignal()`,
    `AbortSignal()`,
    `AbortSignal.timeout()`,
    `AbortSignal.timeout(0).aborted`,
    `AbortSignal.any()`,
    `AbortSignal.any([1])`,
    `AbortSignal.any([]).aborted`,
    `AbortSignal.any([AbortSignal.abort('x'), AbortSignal.abort('y')]).reason`,
    `(() => { const a = new AbortController(), b = new AbortController(); const any = AbortSignal.any([a.signal, b.signal]); let n = 0; any.onabort = () => n++; b.abort('b'); a.abort('a'); return [any.aborted, any.reason, n]; })()`,
    `(() => { const a = new AbortController(); const one = AbortSignal.any([a.signal]); const two = AbortSignal.any([one]); const seen = []; a.signal.onabort = () => seen.push('a', one.aborted, two.aborted); one.onabort = () => seen.push('one'); two.onabort = () => seen.push('two'); a.abort('x'); return [seen, two.reason]; })()`,
    `Object.prototype.toString.call(new AbortController().signal)`,
    `new AbortController().signal instanceof EventTarget`,
    `AbortController.prototype.abort.call({})`,
  ],
  {
    // Node throws a RangeError, where Web IDL's [EnforceRange] is a TypeError.
    'AbortSignal.timeout(-1)': 'throws TypeError',
  },
);

describe('AbortSignal.timeout(ms)', () => {
  it('aborts with a TimeoutError when the time has passed', async () => {
    using realm = await openRealm();
    await realm.run(`globalThis.signal = AbortSignal.timeout(100), 0`);
    realm.advance(99);
    assert.equal(await realm.run(`signal.aborted`), false);
    realm.advance(1);
    assert.deepEqual(await realm.run(`[signal.aborted, signal.reason.name, signal.reason.code]`), [true, 'TimeoutError', 23]);
  });
});

/** Timers and microtasks, by a clock that the test moves. */

import assert from 'node:assert/strict';
import { openRealm, type Realm } from './realm.ts';

describe('timers', () => {
  let realm: Realm;
  beforeEach(async () => {
    realm = await openRealm();
    await realm.run(`globalThis.seen = []`);
  });
  afterEach(() => realm[Symbol.dispose]());
  const seen = (): Promise<unknown> => realm.run(`seen.splice(0)`);

  it('setTimeout(handler, timeout, …args)', async () => {
    assert.equal(await realm.run(`typeof setTimeout((...args) => seen.push(...args), 10, 'a', 'b')`), 'number');
    realm.advance(9);
    assert.deepEqual(await seen(), []);
    realm.advance(1);
    assert.deepEqual(await seen(), ['a', 'b']);
    realm.advance(100);
    assert.deepEqual(await seen(), []);
  });

  it('takes any delay', async () => {
    await realm.run(
      `(setTimeout(() => seen.push(1)), setTimeout(() => seen.push(2), -5), setTimeout(() => seen.push(3), 'x'), setTimeout(() => seen.push(4), null))`,
    );
    realm.advance(0);
    assert.deepEqual(await seen(), [1, 2, 3, 4]);
  });

  it('setInterval(handler, timeout), until cleared', async () => {
    await realm.run(`globalThis.id = setInterval(() => seen.push('x'), 10)`);
    realm.advance(35);
    assert.deepEqual(await seen(), ['x', 'x', 'x']);
    await realm.run(`clearInterval(id)`);
    realm.advance(100);
    assert.deepEqual(await seen(), []);
    assert.equal(realm.timers.size, 0);
  });

  it('may be cleared by its own callback, and by the other kind’s function', async () => {
    await realm.run(`globalThis.id = setInterval(() => { seen.push('x'); clearTimeout(id); }, 10)`);
    realm.advance(100);
    assert.deepEqual(await seen(), ['x']);
  });

  it('clearTimeout(id) takes anything', async () => {
    await realm.run(
      `(clearTimeout(setTimeout(() => seen.push(1), 1)), clearTimeout(), clearTimeout(null), clearTimeout(99), clearTimeout({}))`,
    );
    realm.advance(10);
    assert.deepEqual(await seen(), []);
    assert.equal(realm.timers.size, 0);
  });

  it('takes functions only', async () => {
    for (const handler of [`'seen.push(1)'`, 'undefined', '{}'])
      assert.equal(await realm.run(`setTimeout(${handler}, 1)`), 'throws TypeError');
    assert.equal(await realm.run(`queueMicrotask('x')`), 'throws TypeError');
  });

  it('are at most 1,000', async () => {
    assert.equal(
      await realm.run(
        `(() => { for (let i = 0; i < 1_000; i++) setTimeout(() => {}, 1); try { setTimeout(() => {}); } catch { return 'refused'; } })()`,
      ),
      'refused',
    );
    realm.advance(1);
    assert.equal(await realm.run(`setTimeout(() => {}) > 1_000`), true);
  });

  it('log what their callbacks throw, and go on', async () => {
    await realm.run(`(setInterval(() => { throw new RangeError('boom'); }, 10), queueMicrotask(() => { throw 'micro'; }))`);
    realm.advance(20);
    assert.deepEqual(
      realm.lines.map(([level, text]) => [level, text.split('\n')[0]]),
      [
        [3, "Uncaught 'micro'"],
        [3, 'Uncaught RangeError: boom'],
        [3, 'Uncaught RangeError: boom'],
      ],
    );
  });

  it('queueMicrotask(callback) runs before any timer', async () => {
    await realm.run(`(setTimeout(() => seen.push('timer')), queueMicrotask(() => seen.push('micro')), seen.push('now'))`);
    realm.advance(0);
    assert.deepEqual(await seen(), ['now', 'micro', 'timer']);
  });
});

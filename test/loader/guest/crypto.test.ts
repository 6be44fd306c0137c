/** crypto and performance. */

import assert from 'node:assert/strict';
import { compareWithNode } from './differential.ts';
import { openRealm, type Realm } from './realm.ts';

compareWithNode(
  'crypto',
  [
    ...[
      'Int8Array',
      'Uint8Array',
      'Uint8ClampedArray',
      'Int16Array',
      'Uint16Array',
      'Int32Array',
      'Uint32Array',
      'BigInt64Array',
      'BigUint64Array',
      'Float32Array',
      'Float64Array',
      'Float16Array',
    ].map((name) => `(() => { const a = new ${name}(2); return crypto.getRandomValues(a) === a; })()`),
    `crypto.getRandomValues(new DataView(new ArrayBuffer(1)))`,
    `crypto.getRandomValues(new Uint8Array(65_537))`,
    `crypto.getRandomValues(new Uint8Array(65_536)).length`,
    `crypto.getRandomValues(new Uint8Array(0)).length`,
    `crypto.getRandomValues()`,
    `/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID())`,
    `crypto.randomUUID() === crypto.randomUUID()`,
    `new Crypto()`,
    `Object.prototype.toString.call(crypto)`,
    `Object.prototype.toString.call(performance)`,
    `performance instanceof EventTarget`,
  ],
  {
    // Node does not convert the argument first.
    'crypto.getRandomValues({})': 'throws TypeError',
  },
);

describe('random and time', () => {
  let realm: Realm;
  before(async () => {
    realm = await openRealm();
  });
  after(() => realm[Symbol.dispose]());

  it('crypto.getRandomValues(view) fills the view and nothing else', async () => {
    assert.deepEqual(
      await realm.run(
        `(() => { const all = new Uint8Array(100); crypto.getRandomValues(all.subarray(40, 60)); return [all.subarray(0, 40).some((x) => x), all.subarray(40, 60).some((x) => x), all.subarray(60).some((x) => x)]; })()`,
      ),
      [false, true, false],
    );
  });

  it('performance.now() counts milliseconds from timeOrigin', async () => {
    assert.deepEqual(await realm.run(`[performance.timeOrigin, performance.now()]`), [1_699_999_999_999, 1]);
    realm.advance(25);
    assert.equal(await realm.run(`performance.now()`), 26);
    assert.deepEqual(await realm.run(`performance.toJSON()`), { timeOrigin: 1_699_999_999_999 });
  });

  it('Math.random() asks the host', async () => {
    assert.equal(await realm.run(`(() => { const x = Math.random(); return x >= 0 && x < 1 && x !== Math.random(); })()`), true);
  });
});

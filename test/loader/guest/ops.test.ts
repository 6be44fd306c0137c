import assert from 'node:assert/strict';
import { openRealm, type Realm } from './realm.ts';

describe('hostOp(op, data, bytes)', () => {
  let realm: Realm;
  beforeEach(async () => {
    realm = await openRealm();
    await realm.run(`(globalThis.seen = [], globalThis.note = (promise) => promise.then(
      ({ data, bytes }) => seen.push([data, bytes === undefined ? null : [...new Uint8Array(bytes)]]),
      (error) => seen.push(error.constructor.name + ' ' + error.name + ': ' + error.message)), 0)`);
  });
  afterEach(() => realm[Symbol.dispose]());

  it('goes out with its data and bytes, and comes back with the answer’s', async () => {
    await realm.run("void note(prelude.hostOp('a.b', { n: '\\0ü\\ud800' }, new Uint8Array([1, 0, 2]).buffer, 7))");
    assert.deepEqual(realm.ops, [{ id: 1, call: 7, op: 'a.b', json: '{"n":"\\u0000ü\\ud800"}', bytes: [1, 0, 2] }]);
    assert.deepEqual(await realm.run('seen'), []);
    realm.answer(1, true, '{"m":[1]}', new Uint8Array([9]));
    assert.deepEqual(await realm.run('seen'), [[{ m: [1] }, [9]]]);
  });

  it('has neither where there is none', async () => {
    await realm.run("void note(prelude.hostOp('a'))");
    assert.deepEqual(realm.ops, [{ id: 1, call: 0, op: 'a', json: '', bytes: undefined }]);
    realm.answer(1, true, '');
    assert.deepEqual(await realm.run('seen'), [['<undefined>', null]]);
  });

  it('rejects with an error of the name that the host gives', async () => {
    await realm.run("(void note(prelude.hostOp('a')), void note(prelude.hostOp('b')), void note(prelude.hostOp('c')), 0)");
    realm.answer(2, false, '{"name":"TypeError","message":"no b"}');
    realm.answer(1, false, '{"name":"Error","message":"no a"}');
    realm.answer(3, false, '{"name":"AbortError","message":"no c"}');
    assert.deepEqual(await realm.run('seen'), ['TypeError TypeError: no b', 'Error Error: no a', 'Error AbortError: no c']);
  });

  it('rejects where it cannot be begun', async () => {
    await realm.run("(Array.from({ length: 1_001 }, () => void note(prelude.hostOp('a'))), 0)");
    assert.deepEqual(await realm.run('seen'), ['Error Error: Too many operations are pending']);
  });

  it('is forgotten with its call, and answered once', async () => {
    await realm.run("(void note(prelude.hostOp('a')), void note(prelude.hostOp('b')), prelude.forgetOps('1,2'), 0)");
    realm.answer(1, true, '');
    await realm.run("void note(prelude.hostOp('c'))");
    realm.answer(3, true, '1');
    realm.answer(3, true, '2');
    assert.deepEqual(await realm.run('seen'), [[1, null]]);
  });

  it('works on where the plugin has replaced what it is made of', async () => {
    await realm.run('(Promise = null, Map.prototype.get = null, Map.prototype.set = null, JSON.parse = null, 0)');
    await realm.run("void prelude.hostOp('a', [1]).then(({ data }) => { globalThis.got = data.b })");
    realm.answer(1, true, '{"b":2}');
    assert.equal(await realm.run('got'), 2);
  });

  it('tellHost(op, data) waits for nothing', async () => {
    await realm.run("void prelude.tellHost('a.cancel', 5)");
    assert.deepEqual(realm.ops, [{ id: 0, call: 0, op: 'a.cancel', json: '5', bytes: undefined }]);
  });
});

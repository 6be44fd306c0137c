import assert from 'node:assert/strict';
import { callerBy, callerName } from '../../../host/hygiene/caller.ts';

describe('callerName(from, name)', () => {
  it('names where the name is from, in 100 characters at most', () => {
    assert.equal(callerName('header', 'shop'), 'header:shop');
    assert.equal(callerName('token', 'x'.repeat(500)), `token:${'x'.repeat(100)}`);
  });

  it('has no characters that a terminal obeys', () => {
    const name = callerName('header', 'a\u009b2J\u009d0;title\u0007\u001b[31m\n\tb');
    assert.doesNotMatch(name, /[\u0000-\u001f\u007f-\u009f]/);
    assert.equal(name, 'header:a\\u009b2J\\u009d0;title\\u0007\\u001b[31m\\u000a\\u0009b');
    assert.equal(callerName('header', '\u009b'.repeat(100)).length, 'header:'.length + 100);
  });
});

describe('callerBy(header, pluginOf)', () => {
  const pluginOf = (mark: string) => (mark === 'm-1_' ? 'shop/price/base' : undefined);

  it('reads the header, and gives no name where there is none', () => {
    const of = callerBy('x-caller', pluginOf);
    assert.equal(of({ headers: { 'x-caller': 'shop' } }), 'header:shop');
    assert.equal(of({ headers: { 'x-caller': '' } }), undefined);
    assert.equal(of({ headers: {} }), undefined);
    assert.equal(callerBy(undefined, pluginOf)({ headers: { 'x-caller': 'shop' } }), undefined);
  });

  it('names the plugin whose fetch it was, before what the request says', () => {
    const of = callerBy('x-caller', pluginOf);
    assert.equal(of({ headers: { 'x-caller': 'shop', 'cdn-loop': 'other, nbox;by=m-1_' } }), 'plugin:shop/price/base');
    assert.equal(callerBy(undefined, pluginOf)({ headers: { 'cdn-loop': 'nbox; By=m-1_; x=y, other;by=z' } }), 'plugin:shop/price/base');
    for (const hops of ['nbox', 'nbox;by=unknown', 'nbox;by=m-1_, nbox', 'other;by=m-1_', 'nbox;by=', `nbox;by=${'m'.repeat(9_000)}`]) {
      assert.equal(of({ headers: { 'x-caller': 'shop', 'cdn-loop': hops } }), 'header:shop');
      assert.equal(callerBy(undefined, pluginOf)({ headers: { 'cdn-loop': hops } }), undefined);
    }
  });
});

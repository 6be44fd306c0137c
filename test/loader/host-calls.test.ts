import assert from 'node:assert/strict';
import { hostCalls, withHostCalls } from '../../loader/host-calls.ts';

describe('withHostCalls(source)', () => {
  const number = (name: string) => (hostCalls as readonly string[]).indexOf(name);

  it('puts numbers where names were, with and without arguments', () => {
    assert.equal(withHostCalls('const at = host.now();'), `const at = host(${number('now')});`);
    assert.equal(withHostCalls('host.log(3, text(host.uuid( )))'), `host(${number('log')}, 3, text(host(${number('uuid')})))`);
    assert.equal(withHostCalls('host.fail(\n  call,\n)'), `host(${number('fail')}, \n  call,\n)`);
  });

  it('leaves all else as it is', () => {
    for (const text of ["import { host } from './host.ts';", 'localhost.now()', 'parts.host', 'ghost(1)'])
      assert.equal(withHostCalls(text), text);
  });

  it('refuses a name that there is not', () => {
    assert.throws(() => withHostCalls('host.exit()'), /no function exit/);
  });
});

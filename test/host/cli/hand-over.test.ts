/** `--no-handover`, and how a hand-over that fails is shown. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HandOverError } from '../../../host/release/hand-over-error.ts';
import { hotName } from '../../../loader/builder/esbuild-options.ts';
import { TempDir } from '../doubles.ts';
import { CliHost } from './cli-host.ts';

const plugin = 'demo/hello/carries';

describe('nbox push, deploy and rollback, of a plugin that carries its state over', () => {
  let host: CliHost;
  let temp: TempDir;
  let version = 0;
  before(async () => {
    host = await CliHost.start();
    temp = new TempDir();
    host.admin.loader.hot = true;
    assert.equal((await push()).code, 0);
  });
  after(async () => {
    await host.close();
    temp[Symbol.dispose]();
  });

  function push(...flags: string[]) {
    const file = join(temp.path, 'carries.ts');
    version += 1;
    writeFileSync(file, `export default () => [${version}, ${hotName}];`);
    return host.run(['push', file, '--as', plugin, ...flags]);
  }

  const handedOver = () => host.admin.loader.heldWhenGiven.splice(0).length;

  it('carry it over, and with --no-handover do not', async () => {
    assert.equal((await push()).code, 0);
    assert.equal(handedOver(), 1);
    assert.equal((await push('--no-handover')).code, 0);
    assert.equal(handedOver(), 0);
    assert.equal((await host.run(['rollback', plugin, '--no-handover'])).code, 0);
    assert.equal(handedOver(), 0);
    assert.equal((await host.run(['deploy', plugin, '3', '--no-handover'])).code, 0);
    assert.equal(handedOver(), 0);
    assert.equal((await host.run(['rollback', plugin])).code, 0);
    assert.equal((await host.run(['deploy', plugin, '3'])).code, 0);
    assert.equal(handedOver(), 2);
  });

  it('tell what went wrong, and the way out', async () => {
    host.admin.loader.failLoad = new HandOverError('dispose', 'Error: no');
    try {
      for (const { code, stderr } of [await push(), await host.run(['rollback', plugin])]) {
        assert.equal(code, 1);
        assert.equal(
          stderr,
          'nbox: handover_failed: Release 3 cannot hand its state over: Error: no\n  With --no-handover the new release starts fresh\n',
        );
      }
    } finally {
      host.admin.loader.failLoad = undefined;
    }
  });
});

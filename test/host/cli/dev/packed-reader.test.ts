/** host/cli/dev/packed-reader.ts and host-libraries.ts */

import assert from 'node:assert/strict';
import { PackedReader } from '../../../../host/cli/dev/packed-reader.ts';
import { TempDir } from '../../doubles.ts';

describe('PackedReader', () => {
  let temp: TempDir;
  beforeEach(() => {
    temp = new TempDir();
    temp.write('plugin/package.json', '{"dependencies":{"lib":"1.0.0"}}');
    temp.write('plugin/node_modules/lib/package.json', '{"name":"lib","version":"1.0.0","main":"index.js"}');
    temp.write('plugin/node_modules/lib/index.js', "export { a } from './a.js';");
    temp.write('plugin/node_modules/lib/a.js', 'export const a = 1;');
    temp.write('plugin/node_modules/lib/more.js', 'export const more = 2;');
    temp.write('plugin/index.ts', "import { a } from 'lib';\nexport default () => a;\n");
  });
  afterEach(() => temp[Symbol.dispose]());
  const names = async (reader: PackedReader) =>
    Object.keys((await reader.read()).body['files'] as object).filter((name) => name.startsWith('node_modules'));

  it('looks for what is packed once, and anew where an import, or what lists the libraries, has changed', async () => {
    const reader = new PackedReader(`${temp.path}/plugin`, false);
    const all = ['a.js', 'index.js', 'package.json'].map((file) => `node_modules/lib/${file}`);
    assert.deepEqual((await names(reader)).sort(), all);
    assert.equal(reader.wasRemembered, false);
    temp.write('plugin/index.ts', "import { a } from 'lib';\nexport default () => a + 1;\n");
    const again = await reader.read();
    assert.equal(reader.wasRemembered, true);
    assert.match((again.body['files'] as Record<string, string>)['index.ts'] ?? '', /a \+ 1/);
    assert.equal(again.files.get('node_modules/lib/a.js'), 'export const a = 1;');
    temp.write('plugin/index.ts', "import { more } from 'lib/more.js';\nexport default () => more;\n");
    assert.ok((await names(reader)).includes('node_modules/lib/more.js'));
    assert.equal(reader.wasRemembered, false);
    temp.write('plugin/package-lock.json', '{"packages":{"node_modules/lib":{"version":"1.0.0"}}}');
    await reader.read();
    assert.equal(reader.wasRemembered, false);
    await reader.read();
    assert.equal(reader.wasRemembered, true);
    reader.forget();
    await reader.read();
    assert.equal(reader.wasRemembered, false);
  }).timeout(60_000);

  it('packs nothing that the host has in the same version, and everything where one differs', async () => {
    temp.write('same/package.json', '{"dependencies":{"lib":"1.0.0"}}');
    temp.write('other/package.json', '{"dependencies":{"lib":"^1.0.0"}}');
    assert.deepEqual(await names(new PackedReader(`${temp.path}/plugin`, false, `${temp.path}/same`)), []);
    assert.equal((await names(new PackedReader(`${temp.path}/plugin`, false, `${temp.path}/other`))).length, 3);
  }).timeout(60_000);
});

/** host/cli/publish.ts, against the real admin API. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { TempDir } from '../doubles.ts';
import { CliHost } from './cli-host.ts';

describe('nbox publish', () => {
  let host: CliHost;
  let temp: TempDir;
  before(async () => {
    host = await CliHost.start();
    temp = new TempDir();
    for (const name of ['prices', 'stock']) temp.write(`shop/detail/${name}/index.ts`, `export default '${name}';\n`);
    temp.write('shop/detail/wrong/index.ts', 'const a = 1;\nTYPE ERROR\n');
  });
  after(async () => {
    await host.close();
    temp[Symbol.dispose]();
  });
  const folder = (name: string) => join(temp.path, 'shop/detail', name);
  const live = async () => JSON.parse((await host.run(['ls', '--json'])).stdout).map(({ plugin }: { plugin: string }) => plugin);

  it('publishes none where one is refused, and says which and where', async () => {
    const { code, stdout, stderr } = await host.run(['publish', folder('prices'), folder('wrong')]);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /wrong\/index\.ts:1:2 {2}error {2}TS2322/);
    assert.match(stderr, /refused {2}shop\/detail\/wrong {2}1 error {2}type_errors/);
    assert.deepEqual(await live(), []);
  });

  it('publishes all, and says what is unchanged', async () => {
    const first = await host.run(['publish', folder('prices'), folder('stock'), '-m', 'new units']);
    assert.deepEqual([first.code, first.stderr], [0, '']);
    assert.match(first.stdout, /^shop\/detail\/prices {2}release 1, deployment 1 {2}live\nshop\/detail\/stock .*\n2 plugins in /);
    assert.deepEqual(await live(), ['shop/detail/prices', 'shop/detail/stock']);
    const again = await host.run(['publish', folder('prices'), folder('stock'), '--json']);
    assert.deepEqual(
      JSON.parse(again.stdout).plugins.map(({ created }: { created: boolean }) => created),
      [false, false],
    );
  });

  it('takes no plugin twice, and no folder that stands for none', async () => {
    assert.equal((await host.run(['publish', folder('prices'), folder('prices')])).code, 2);
    temp.write('Some Where/index.ts', 'export default 1;\n');
    assert.match((await host.run(['publish', join(temp.path, 'Some Where')])).stderr, /Which plugin is this/);
  });
});

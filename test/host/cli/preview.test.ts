/** host/cli/preview.ts, against the real admin API. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { secondsOf } from '../../../host/cli/preview.ts';
import { TempDir } from '../doubles.ts';
import { CliHost } from './cli-host.ts';

describe('nbox preview and previews', () => {
  const plugin = 'demo/hello/world';
  let host: CliHost;
  let temp: TempDir;
  before(async () => {
    host = await CliHost.start();
    temp = new TempDir();
  });
  after(async () => {
    await host.close();
    temp[Symbol.dispose]();
  });

  const write = (path: string, text: string) => temp.write(path, text);
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await host.run(args, { env: { NBOX_TRAFFIC_URL: 'https://plugins.example.com' } });
    assert.equal(code, 0, stderr);
    return stdout;
  };

  it('prints the address with the token, what it serves and until when', async () => {
    const stdout = await run(
      'preview',
      write('hello.ts', 'export default () => 1'),
      '--as',
      plugin,
      '--ttl',
      '90m',
      '-m',
      'try \u001b[31m',
    );
    const [, id] = /^demo\/hello\/world {2}preview ([0-9a-f]{20})\n/.exec(stdout) ?? [];
    assert.ok(id, stdout);
    assert.match(stdout, new RegExp(`open +https://plugins\\.example\\.com/~preview/${id}/\\?nbox-preview-token=nboxp_[\\w-]{43}\\n`));
    assert.match(stdout, /serves +fetch\n/);
    const [row] = JSON.parse(await run('previews', plugin, '--json'));
    assert.equal(row.id, id);
    assert.equal(Math.round((Date.parse(row.expiresAt) - Date.parse(row.createdAt)) / 1_000), 5_400);
    const listed = await run('previews', plugin);
    assert.match(listed, /^PREVIEW +AGE +LEFT +SERVES +WHO +WHY\n/);
    assert.ok(listed.includes('try \\u001b[31m') && !listed.includes('nboxp_'));
    assert.equal(host.admin.registry.size, 0);
  });

  it('publishes one, and ends it', async () => {
    const folder = join(write('shop/detail/price/index.ts', 'export default () => 2'), '..');
    const { preview } = JSON.parse(await run('preview', folder, '--json'));
    assert.match(preview.token, /^nboxp_/);
    const at = 'shop/detail/price';
    assert.equal(await run('preview', 'publish', at, preview.id, '-m', 'why', '--url', host.url), `${at}  release 1, deployment 1\n`);
    assert.equal(await run('preview', 'publish', at, preview.id), `${at}  release 1, deployment 1 (it was live already)\n`);
    assert.equal(await run('preview', 'rm', at, preview.id), `${preview.id} of ${at} is over\n`);
    assert.match(await run('previews', at), /There is none; `nbox preview` makes one/);
    const again = await host.run(['preview', 'rm', at, preview.id]);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /^nbox: no_such_preview: /);
  });

  it('tells what is wrong with the source as a push does', async () => {
    const { code, stdout, stderr } = await host.run(['preview', write('wrong.ts', 'TYPE ERROR'), '--as', plugin]);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /wrong\.ts:1:2/);
    assert.match(stderr, /refused {2}demo\/hello\/world {2}1 error {2}type_errors/);
    assert.match(await run('preview', join(temp.path, 'wrong.ts'), '--as', plugin, '--warn'), /preview [0-9a-f]{20}\n/);
  });

  it('is wrong usage without a plugin, an id or a time', async () => {
    const file = write('hello.ts', 'export default () => 1');
    for (const args of [
      ['preview'],
      ['preview', file],
      ['preview', 'rm', plugin],
      ['preview', file, '--as', plugin, '--ttl', 'soon'],
      ['previews'],
    ]) {
      assert.equal((await host.run(args)).code, 2, args.join(' '));
    }
    assert.match((await host.run(['preview', file, '--as', plugin, '--ttl', '25h'])).stderr, /invalid_body: .*\/ttlSeconds/);
  });
});

describe('secondsOf(text)', () => {
  it('is seconds, or a number with its unit', () => {
    assert.deepEqual(['90', '90s', '5m', '24h'].map(secondsOf), [90, 90, 300, 86_400]);
  });
});

/** `nbox dev`: a plugin that is edited while it runs. */

import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../host/cli/run-cli.ts';
import { TempDir } from '../host/doubles.ts';
import { DevProcess } from '../support/dev-process.ts';

describe('nbox dev', function () {
  this.slow(10_000);
  let temp: TempDir;
  let folder: string;
  const write = (text: string) => writeFileSync(join(folder, 'index.ts'), text);
  beforeEach(async () => {
    temp = new TempDir();
    folder = join(temp.path, 'demo/hello/world');
    assert.equal((await runCli(['init', folder])).code, 0);
  });
  afterEach(() => temp[Symbol.dispose]());

  const start = (...args: string[]) => new DevProcess([folder, '--json', '--port', '0', ...args], { TMPDIR: temp.path });

  it('serves each save, and tells of errors, requests, the console, failures and tests', async () => {
    await using dev = start();
    const { plugin, url } = await dev.next('ready');
    assert.equal(plugin, 'demo/hello/world');
    assert.equal((await dev.next('live')).release, 1);
    assert.equal((await dev.next('tests')).passed, true);
    assert.equal(await (await fetch(`${url}you`)).text(), '{"hello":"/you"}');
    const request = await dev.next('request');
    assert.deepEqual([request.method, request.path, request.status], ['GET', '/you', 200]);

    write('export default () => {\n  console.log("was here");\n  return { edited: true };\n};\n');
    const live = await dev.next('live');
    assert.equal(live.release, 2);
    assert.ok(live.savedMs > 0 && live.timings.totalMs > 0);
    assert.equal(await (await fetch(url)).text(), '{"edited":true}');
    assert.equal((await dev.next('tests', ({ passed }) => !passed)).code, 'tests_failed');
    assert.ok(dev.told.some(({ event }) => event === 'request'));

    write('export default (): number => "x";\n');
    const refused = await dev.next('refused');
    assert.deepEqual([refused.code, refused.diagnostics[0].file, refused.diagnostics[0].line], ['type_errors', 'index.ts', 1]);
    assert.equal(await (await fetch(url)).text(), '{"edited":true}');

    write('export default () => {\n  throw new Error("broken");\n};\n');
    await dev.next('live');
    assert.equal((await fetch(url)).status, 502);
    const failure = await dev.next('failure');
    assert.deepEqual([failure.code, failure.position.file, failure.position.line], ['plugin_error', 'index.ts', 2]);
    assert.match(failure.message, /broken/);
    assert.ok(dev.told.some(({ event, entry }) => event === 'log' && entry.text === 'was here'));
  });

  it('ends by a signal, with 0, and leaves nothing behind', async () => {
    await using dev = start();
    await dev.next('live');
    assert.ok(readdirSync(temp.path).some((name) => name.startsWith('nbox-dev-')));
    assert.equal(await dev.end('SIGINT'), 0);
    assert.deepEqual(
      readdirSync(temp.path).filter((name) => name.startsWith('nbox-')),
      [],
    );
    assert.equal(dev.told.at(-1).event, 'stopping');
  });

  it('keeps data where it is told to, opens a browser, gives the host its flags, and follows a source that is wrong at first', async () => {
    write('export default 1 +;\n');
    const opened = join(temp.path, 'opened');
    const browser = temp.write('browser', `#!/bin/sh\nprintf '%s' "$1" > '${opened}.part' && mv '${opened}.part' '${opened}'\n`);
    chmodSync(browser, 0o755);
    const data = join(temp.path, 'data');
    const args = [folder, '--json', '--port', '0', '--open', '--no-tests', '--data', data, '--', '--lanes', 'batch=1'];
    await using dev = new DevProcess(args, { TMPDIR: temp.path, BROWSER: browser });
    const { url, admin, token } = await dev.next('ready');
    assert.equal((await dev.next('refused')).code, 'type_errors');
    write('export default () => "mended";\n');
    assert.equal((await dev.next('live')).release, 1);
    assert.equal(await (await fetch(url)).text(), '"mended"');
    while (!existsSync(opened)) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(readFileSync(opened, 'utf8'), url);
    const ls = await runCli(['ls', '--json'], { env: { NBOX_URL: admin, NBOX_TOKEN: token } });
    assert.equal(JSON.parse(ls.stdout)[0].plugin, 'demo/hello/world');
    // A lane that the host has not is an error.
    const lane = await fetch(`${admin}/v1/hints/lanes/batch`, { headers: { authorization: `Bearer ${token}` } });
    assert.notEqual(((await lane.json()) as { code?: string }).code, 'no_such_lane');
    assert.equal(await dev.end('SIGTERM'), 0);
    assert.ok(existsSync(join(data, 'nbox.db')));
    assert.ok(!dev.told.some(({ event }) => event === 'tests'));
  });

  it('takes a lone file under an id of its own, and says what is wrong with flags', async () => {
    const file = temp.write('Hello There.ts', 'export default () => "lone";\n');
    await using dev = new DevProcess([file, '--json', '--port', '0'], { TMPDIR: temp.path });
    const { plugin, url } = await dev.next('ready');
    assert.equal(plugin, 'dev/local/hello-there');
    await dev.next('live');
    writeFileSync(file, 'export default () => "edited";\n');
    await dev.next('live');
    assert.equal(await (await fetch(url)).text(), '"edited"');
    await dev.end();
    const wrong = await runCli(['dev', folder, '--', '--prot', '1']);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /--prot: there is no such flag/);
    assert.equal((await runCli(['dev', join(temp.path, 'none')])).code, 2);
  });
});

/** README.md, "A first plugin": its four commands, as they stand, from nothing to a plugin that is edited while it runs. */

import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { TempDir } from '../host/doubles.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const hasShell = ['bash', 'curl'].every((tool) => spawnSync(tool, ['--version']).status === 0);

describe('README.md: a first plugin', function () {
  this.slow(15_000);

  it(`four commands: made, live, edited, called${hasShell ? '' : ' (skipped: it takes bash and curl)'}`, async function () {
    if (!hasShell) this.skip();
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const block = /^## A first plugin\n[\s\S]*?^```\n([\s\S]*?)^```/m.exec(readme)?.[1] ?? '';
    const commands = block
      .split('\n')
      .map((line) => line.replace(/ +# .*$/, ''))
      .filter((line) => line !== '');
    assert.equal(commands.length, 4);
    const [init, dev, edit, call] = commands as [string, string, string, string];
    const expected = / # (.*)$/.exec(block.trim().split('\n').at(-1) ?? '')?.[1];

    using temp = new TempDir();
    const env = { ...process.env, TMPDIR: temp.path };
    const shell = (command: string) => promisify(execFile)('bash', ['-euo', 'pipefail', '-c', as(command)], { cwd: temp.path, env });
    let port = '';
    const as = (command: string) =>
      command.replaceAll('npx nbox', `"${join(root, 'bin/nbox')}"`).replaceAll('localhost:8080', `localhost:${port}`);

    await shell(init);
    assert.match(dev, / &$/);
    // In the foreground, so that it is this test's to end; the port is what is free on the reader's machine, too.
    const host = spawn('bash', ['-c', `exec ${as(dev.replace(/ &$/, ''))}`], { cwd: temp.path, env, stdio: ['ignore', 'pipe', 'inherit'] });
    const closed = once(host, 'close');
    let output = '';
    let wake = () => {};
    host.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      wake();
    });
    const until = async (pattern: RegExp) => {
      while (!pattern.test(output)) {
        assert.equal(host.exitCode, null, output);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    };
    try {
      await until(/live +release 1 in/);
      port = /http:\/\/127\.0\.0\.1:(\d+)\/demo/.exec(output)?.[1] ?? '';
      await shell(edit);
      await until(/live +release 2 in/);
      const { stdout } = await shell(`${call} -s`);
      assert.ok(expected !== undefined && stdout.includes(expected), stdout);
    } finally {
      host.kill('SIGINT');
      await closed;
    }
    assert.equal(host.exitCode, 0);
  });
});

/** host/cli/completion.ts: its script in a real bash, which asks the real command line. */

import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { promisify } from 'node:util';
import { hasTmux, Terminal } from '../../support/tmux.ts';
import { token } from '../admin/admin-host.ts';
import { TempDir } from '../doubles.ts';
import { CliHost } from './cli-host.ts';
import { cliEntry, runCli } from './run-cli.ts';

const [hasFish, hasZsh] = ['fish', 'zsh'].map((shell) => spawnSync(shell, ['--version']).status === 0) as [boolean, boolean];

describe('nbox completion', function () {
  this.slow(5_000);
  let host: CliHost;
  let temp: TempDir;
  let env: Record<string, string>;
  before(async () => {
    host = await CliHost.start();
    temp = new TempDir();
    // `nbox`, as a shell finds it.
    chmodSync(temp.write('bin/nbox', `#!/bin/sh\nexec "${process.execPath}" "${cliEntry}" "$@"\n`), 0o755);
    env = { PATH: `${temp.path}/bin:${process.env['PATH']}`, NBOX_URL: host.url, NBOX_TOKEN: token };
    for (const name of ['prices', 'stock']) await host.admin.push({ source: 'x' }, { path: `/v1/plugins/shop/detail/${name}` });
    temp.write('folder/file.txt', '');
  });
  after(async () => {
    await host.close();
    temp[Symbol.dispose]();
  });

  /** What bash would offer for the words behind `nbox`. */
  async function offered(...words: string[]): Promise<string[]> {
    const script = `source <(nbox completion bash); COMP_WORDS=(nbox "$@"); COMP_CWORD=$#; _nbox_complete nbox 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', script, 'bash', ...words], {
      env: { HOME: '/nonexistent', ...env },
    });
    return stdout.split('\n').filter((line) => line !== '');
  }

  it('bash: offers commands, options, values, and ids of plugins that the host has', async () => {
    assert.deepEqual(await offered('roll'), ['rollback', 'rollout'].filter((name) => name !== '').sort());
    assert.deepEqual(await offered('top', '--int'), ['--interval']);
    assert.deepEqual(await offered('top', '--sort', 'p'), ['p50', 'p99']);
    assert.deepEqual(await offered('logs', 'shop/'), ['shop/detail/prices', 'shop/detail/stock']);
    assert.deepEqual(await offered('logs', 'shop/detail/s'), ['shop/detail/stock']);
    assert.deepEqual(await offered('ls', ''), []);
  });

  it(`bash: the Tab key completes in a terminal${hasTmux ? '' : ' (skipped: it takes tmux)'}`, async function () {
    if (!hasTmux) this.skip();
    await using terminal = await Terminal.open({ width: 100, env });
    await terminal.type(`cd ${temp.path}; source <(nbox completion bash); clear; echo re''ady`);
    await terminal.press('Enter');
    await terminal.until(/^ready$/m);
    await terminal.type('nbox show shop/detail/st');
    await terminal.press('Tab');
    await terminal.until(/nbox show shop\/detail\/stock/);
    await terminal.press('C-c');
    await terminal.type('nbox check fol');
    await terminal.press('Tab');
    await terminal.until(/nbox check folder\//);
  });

  it(`fish: offers the same${hasFish ? '' : ' (skipped: it takes fish)'}`, async function () {
    if (!hasFish) this.skip();
    const offer = async (line: string) => {
      const script = `nbox completion fish | source; complete -C ${JSON.stringify(line)}`;
      const { stdout } = await promisify(execFile)('fish', ['--no-config', '-c', script], {
        cwd: temp.path,
        env: { HOME: temp.path, ...env },
      });
      return stdout
        .split('\n')
        .map((row) => row.split('\t', 1)[0])
        .filter((word) => word !== '');
    };
    assert.deepEqual(await offer('nbox top --sort p'), ['p50', 'p99']);
    assert.deepEqual(await offer('nbox logs shop/detail/s'), ['shop/detail/stock']);
    assert.deepEqual(await offer('nbox check fol'), ['folder/']);
  });

  it(`zsh: the Tab key completes in a terminal${hasZsh && hasTmux ? '' : ' (skipped: it takes zsh and tmux)'}`, async function () {
    if (!hasZsh || !hasTmux) this.skip();
    await using terminal = await Terminal.open({ width: 100, env });
    await terminal.type(`cd ${temp.path}; PS1='> ' zsh -f`);
    await terminal.press('Enter');
    await terminal.until(/zsh -f\n> $/);
    await terminal.type(`autoload -U compinit; compinit -D -u; eval "$(nbox completion zsh)"; clear; echo re''ady`);
    await terminal.press('Enter');
    await terminal.until(/^ready$/m);
    await terminal.type('nbox show shop/detail/st');
    await terminal.press('Tab');
    await terminal.until(/nbox show shop\/detail\/stock/);
    await terminal.press('C-c');
    await terminal.type('nbox check fol');
    await terminal.press('Tab');
    await terminal.until(/nbox check folder/);
    await terminal.press('C-c');
    await terminal.type('nbox roll');
    await terminal.press('Tab');
    await terminal.until(/rollback +-- Deploys again/);
  });

  it('offers nothing where the host does not answer, is strange, or there is no token; soon, and without a word', async () => {
    for (const strange of [{ NBOX_URL: 'http://127.0.0.1:9', NBOX_TOKEN: token }, { NBOX_URL: host.url, NBOX_TOKEN: 'wrong' }, {}]) {
      const { code, stdout, stderr } = await runCli(['__complete', '--', 'logs', ''], { env: strange as Record<string, string> });
      assert.deepEqual([code, stdout, stderr], [0, '', '']);
    }
  });

  it('has a script for each shell, which is what it prints and nothing else', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { code, stdout } = await runCli(['completion', shell]);
      assert.equal(code, 0);
      assert.match(stdout, /nbox completion for|#compdef nbox/);
      assert.match(stdout, /__complete/);
    }
    assert.equal((await runCli(['completion', 'csh'])).code, 2);
  });
});

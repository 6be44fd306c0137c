/** `nbox dev` in a terminal: what it looks like, its keys, and that the terminal is as it was. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cliEntry, runCli } from '../host/cli/run-cli.ts';
import { TempDir } from '../host/doubles.ts';
import { hasTmux, Terminal } from '../support/tmux.ts';

describe(`nbox dev in a terminal${hasTmux ? '' : ' (skipped: it takes tmux)'}`, function () {
  this.slow(15_000);
  let temp: TempDir;
  before(async function () {
    if (!hasTmux) this.skip();
    temp = new TempDir();
    assert.equal((await runCli(['init', 'demo/hello/world'], { cwd: temp.path })).code, 0);
  });
  after(() => temp?.[Symbol.dispose]());

  it('shows errors in the code, restarts on r, ends on Ctrl-C', async () => {
    await using terminal = await Terminal.open({ width: 110, height: 40, env: { TMPDIR: temp.path } });
    await terminal.type(`cd ${temp.path}; clear; "${process.execPath}" "${cliEntry}" dev demo/hello/world --port 0; echo "code $?"`);
    await terminal.press('Enter');
    const first = await terminal.until(/tests +1 passed/);
    assert.match(first, /demo\/hello\/world {2}ready after/);
    assert.match(first, /keys +o open in a browser, r restart the host, q quit/);
    assert.match(first, /live +release 1 in \d/);
    writeFileSync(join(temp.path, 'demo/hello/world/index.ts'), 'export default (): number => "x";\n');
    const refused = await terminal.until(/refused 1 error/);
    assert.match(refused, /demo\/hello\/world\/index\.ts:1:\d+ {2}error {2}TS2322/);
    assert.match(refused, /1 │ export default \(\): number => "x";\n +│ +\^/);
    writeFileSync(
      join(temp.path, 'demo/hello/world/index.ts'),
      'export default (request: Request) => ({ hello: new URL(request.url).pathname });\n',
    );
    await terminal.until(/refused[\s\S]*live +release 2 in/);
    await terminal.type('r');
    await terminal.until(/restarting …[\s\S]*ready after[\s\S]*live +release 2, as before/);
    await terminal.press('C-c');
    await terminal.until(/stopping …[\s\S]*^code 0$/m);
    await terminal.type('stty -a | grep -c -- "-icanon" ; echo typed');
    await terminal.press('Enter');
    await terminal.until(/^0\ntyped$/m);
  });
});

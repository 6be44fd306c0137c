/** host/cli/init.ts on a terminal: it asks for what is not given. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasTmux, Terminal } from '../../support/tmux.ts';
import { TempDir } from '../doubles.ts';
import { cliEntry } from './run-cli.ts';

describe(`nbox init in a terminal${hasTmux ? '' : ' (skipped: it takes tmux)'}`, function () {
  this.slow(10_000);
  before(function () {
    if (!hasTmux) this.skip();
  });

  it('asks for the id and the template, and makes nothing where it is ended', async () => {
    using temp = new TempDir();
    await using terminal = await Terminal.open({ width: 110, height: 30 });
    await terminal.type(`cd ${temp.path}; clear; "${process.execPath}" "${cliEntry}" init; echo "code $?"`);
    await terminal.press('Enter');
    await terminal.until(/Id of the plugin.*\(demo\/hello\/world\) ?$/);
    await terminal.press('C-c');
    await terminal.until(/Nothing was done\n {0,2}code 1|Nothing was done[\s\S]*code 1/);
    assert.equal(existsSync(join(temp.path, 'demo')), false);

    await terminal.type(`clear; "${process.execPath}" "${cliEntry}" init; echo "code $?"`);
    await terminal.press('Enter');
    await terminal.until(/Id of the plugin.*\(demo\/hello\/world\) ?$/);
    await terminal.type('shop/detail/prices');
    await terminal.press('Enter');
    await terminal.until(/2 hono: a micro app[\s\S]*Template \(1\) ?$/);
    await terminal.type('2');
    await terminal.press('Enter');
    await terminal.until(/^shop\/detail\/prices {2}made of the template hono[\s\S]*code 0$/m);
    assert.match(readFileSync(join(temp.path, 'shop/detail/prices/index.ts'), 'utf8'), /from 'hono'/);
  });
});

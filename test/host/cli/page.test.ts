/** docs/cli.md: the page is what the commands say. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exitCodes } from '../../../host/cli/cli-error.ts';
import { createProgram } from '../../../host/cli/program.ts';
import { cliPage } from '../../../tools/cli-page.ts';

const page = fileURLToPath(new URL('../../../docs/cli.md', import.meta.url));

describe('docs/cli.md', () => {
  it('is up to date; `npm run cli-page` writes it anew', () => {
    assert.equal(readFileSync(page, 'utf8'), cliPage());
  });

  it('has every command and every exit code', () => {
    const text = cliPage();
    for (const command of createProgram().commands) {
      if (command.name() !== '__complete') assert.ok(text.includes(`\n## nbox ${command.name()}\n`), command.name());
    }
    for (const code of Object.values(exitCodes)) assert.ok(text.includes(`\n| ${code} | `), String(code));
  });
});

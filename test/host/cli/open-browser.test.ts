/** host/cli/open-browser.ts */

import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { browserCommand, openBrowser } from '../../../host/cli/open-browser.ts';
import { TempDir } from '../doubles.ts';

describe('openBrowser(url)', () => {
  it('goes by BROWSER, else by the system', () => {
    assert.deepEqual(browserCommand('http://x/', 'linux', {}), ['xdg-open', 'http://x/']);
    assert.deepEqual(browserCommand('http://x/', 'darwin', { BROWSER: '' }), ['open', 'http://x/']);
    assert.deepEqual(browserCommand('http://x/', 'win32', {}), ['cmd', '/c', 'start', '""', 'http://x/']);
    assert.deepEqual(browserCommand('http://x/', 'linux', { BROWSER: 'firefox' }), ['firefox', 'http://x/']);
  });

  it('starts it, and says what to do where there is none', async () => {
    using temp = new TempDir();
    const out = join(temp.path, 'opened');
    const program = temp.write('browser', `#!/bin/sh\nprintf '%s' "$1" > '${out}.part' && mv '${out}.part' '${out}'\n`);
    chmodSync(program, 0o755);
    await openBrowser('http://127.0.0.1:1/x y', { BROWSER: program });
    while (!existsSync(out)) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(readFileSync(out, 'utf8'), 'http://127.0.0.1:1/x y');
    await assert.rejects(openBrowser('http://x/', { BROWSER: join(temp.path, 'none') }), /No browser could be started/);
  });
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

describe('the hot lines of a sandbox’s memory', () => {
  it('are those that calls touch: else `npm run hot-lines` writes them anew', () => {
    // A process of its own, since its engine is another.
    const program = fileURLToPath(new URL('../../../tools/hot-lines/main.ts', import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, '--check'], { encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
  });
});

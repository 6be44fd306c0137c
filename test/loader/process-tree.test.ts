import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { residentBytes, treeOf, treeResidentBytes } from '../../loader/process-tree.ts';

describe('treeOf(pid)', () => {
  it('has those that descend from it', async function () {
    if (residentBytes(process.pid) === 0) this.skip();
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    await once(child, 'spawn');
    assert.ok(treeOf(process.pid).includes(child.pid as number));
    assert.ok(treeResidentBytes(process.pid) > residentBytes(process.pid));
    child.kill();
    await once(child, 'close');
  });
});

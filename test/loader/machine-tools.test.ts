import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { allButFirst, fewerProcessors } from '../../loader/machine-tools.ts';

describe('allButFirst(list)', () => {
  for (const [list, rest] of [
    ['0-1', '1'],
    ['0-7', '1-7'],
    ['2-3,8-9', '3,8-9'],
    ['4,6', '6'],
    ['0,2-5,7', '2-5,7'],
    ['5', '5'],
    ['3-3', '3-3'],
  ] as const) {
    it(`${list} → ${rest}`, () => assert.equal(allButFirst(list), rest));
  }
});

describe('fewerProcessors', () => {
  it('has a program run on those that are left', function () {
    if (!fewerProcessors.isThere) this.skip();
    const allowed = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
    const { execPath, execArgv } = fewerProcessors.before({ execPath: '/bin/cat', execArgv: ['/proc/self/status'] });
    const { stdout } = spawnSync(execPath, execArgv, { encoding: 'utf8' });
    assert.equal(/^Cpus_allowed_list:\s*(\S+)$/m.exec(stdout)?.[1], allButFirst(allowed));
  });
});

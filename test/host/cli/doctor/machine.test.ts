/** host/cli/doctor/machine.ts */

import assert from 'node:assert/strict';
import { type Machine, machineFindings, thisMachine } from '../../../../host/cli/doctor/machine.ts';

const fine: Machine = {
  ...{ node: '26.10.0', platform: 'linux', processors: 4, memoryBytes: 8 * 1_073_741_824, now: Date.UTC(2027, 0) },
  hasTool: () => true,
  readText: (path) => (path === '/proc/self/limits' ? 'Limit  Soft\nMax open files            65536                65536   files\n' : '1'),
};
const notGood = (machine: Partial<Machine>) =>
  machineFindings({ ...fine, ...machine })
    .filter(({ state }) => state !== 'good')
    .map(({ name, state }) => `${state} ${name}`);

describe('machineFindings(machine)', () => {
  it('finds nothing wrong with a machine that is well', () => {
    assert.deepEqual(notGood({}), []);
  });

  for (const [title, machine, expected] of [
    ['an old runtime', { node: '24.1.0' }, ['wrong runtime']],
    ['another system', { platform: 'darwin' }, ['warning system']],
    ['one processor', { processors: 1 }, ['warning processors']],
    ['little memory', { memoryBytes: 512 * 1_048_576 }, ['warning memory']],
    ['missing programs', { hasTool: (name: string) => name === 'taskset' }, ['warning programs']],
    ['few files', { readText: () => 'Max open files            1024                4096   files\n' }, ['warning open files']],
    ['no /proc', { readText: () => undefined }, ['wrong /proc']],
    ['a clock in the past', { now: 0 }, ['wrong clock']],
  ] as const) {
    it(`tells ${title}, and what to do`, () => {
      assert.deepEqual(notGood(machine as Partial<Machine>), expected);
      for (const { state, advice } of machineFindings({ ...fine, ...(machine as Partial<Machine>) }))
        assert.equal(advice === undefined, state === 'good');
    });
  }

  it('looks at this machine', () => {
    const names = machineFindings(thisMachine()).map(({ name }) => name);
    assert.ok(names.includes('runtime') && names.includes('memory'));
  });
});

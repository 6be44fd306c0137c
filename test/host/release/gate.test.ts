/** host/release/gate.ts */

import assert from 'node:assert/strict';
import { NboxError } from '../../../guards/errors.ts';
import { type Candidate, type Gate, passAgain, passGates } from '../../../host/release/gate.ts';

const candidate = {} as Candidate;
const gate = (name: string, report: object | undefined, again?: object): Gate => ({
  name,
  check: async () => report,
  ...(again === undefined ? {} : { recheck: async () => again }),
});
const closed = (name: string, passed: string[]): Gate => ({
  name,
  check: async () => {
    passed.push(name);
    throw new NboxError('tests_failed', name);
  },
  recheck: async () => {
    throw new NboxError('tests_failed', name);
  },
});

describe('gates', () => {
  it('passGates(gates, candidate) has the reports of those that had something to look at', async () => {
    assert.deepEqual(await passGates([gate('a', { n: 1 }), gate('b', undefined), gate('c', {})], candidate), { a: { n: 1 }, c: {} });
    assert.deepEqual(await passGates([], candidate), {});
  });

  it('passGates(gates, candidate) ends at the first that refuses', async () => {
    const passed: string[] = [];
    await assert.rejects(passGates([gate('a', {}), closed('b', passed), closed('c', passed)], candidate), {
      code: 'tests_failed',
      message: 'b',
    });
    assert.deepEqual(passed, ['b']);
  });

  it('passAgain(gates, pushed, reports) leaves what stands, and takes what was looked at again', async () => {
    const reports = { a: { n: 1 }, b: { n: 2 }, gone: { n: 3 } };
    assert.deepEqual(await passAgain([gate('a', {}), gate('b', {}, { n: 4 })], candidate, reports), {
      a: { n: 1 },
      b: { n: 4 },
      gone: { n: 3 },
    });
    await assert.rejects(passAgain([closed('a', [])], candidate, reports), { code: 'tests_failed' });
  });
});

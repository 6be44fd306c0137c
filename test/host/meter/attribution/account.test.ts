import assert from 'node:assert/strict';
import { Account } from '../../../../host/meter/attribution/account.ts';
import { divide } from '../../../../host/meter/attribution/divide.ts';
import type { Division } from '../../../../host/meter/division.ts';

/** One second in which a plugin has used so much, and the host 5 µs. */
function division(at: number, plugin: string, callsUs: number, bytes = 0, pushesUs = 0): Division {
  const parts = { ingress: 5, executors: 0, builder: 0 };
  const resident = { plugins: new Map([[plugin, bytes]]), parts: { ingress: 7, executors: 0, builder: 0 }, totalBytes: bytes + 7 };
  return divide(
    { from: at, to: at + 1_000, lengthMs: 1_000 },
    { plugins: new Map([[plugin, { callsUs, pushesUs }]]), parts },
    resident,
    callsUs + pushesUs + 6,
  );
}

describe('Account', () => {
  it('adds the last ten up, with the memory of the last', () => {
    const account = new Account(() => true);
    assert.deepEqual([account.latest(), account.sinceStart()], [undefined, undefined]);
    for (let i = 0; i < 12; i += 1) account.divided(division(i * 1_000, 'a/b/c', 10 + i, i, 1));
    const latest = account.latest();
    assert.deepEqual([latest?.from, latest?.to, latest?.lengthMs], [2_000, 12_000, 10_000]);
    // 12 to 21.
    assert.deepEqual(latest?.plugins.get('a/b/c'), { cpuUs: 175, callsCpuUs: 165, pushesCpuUs: 10, memoryBytes: 11 });
    assert.deepEqual([latest?.host.ingress, latest?.residual.cpuUs], [{ cpuUs: 50, memoryBytes: 7 }, 10]);
    assert.deepEqual(account.of('a/b/c').latest, latest?.plugins.get('a/b/c'));
  });

  it('adds all up since the start, so that the sums are the total', () => {
    const account = new Account(() => true);
    for (let i = 0; i < 12; i += 1) account.divided(division(i * 1_000, i % 2 === 0 ? 'a/b/c' : 'a/b/d', 10, 0, 1));
    const sums = account.sinceStart();
    assert.deepEqual([sums?.from, sums?.to, sums?.totalUs, sums?.residualUs, sums?.host.ingress], [0, 12_000, 12 * 17, 12, 60]);
    assert.deepEqual(sums?.plugins.get('a/b/d'), { cpuUs: 66, callsCpuUs: 60, pushesCpuUs: 6 });
  });

  it('loses nothing of a plugin that is gone, nor of what it does after that', () => {
    const plugins = new Set(['a/b/c']);
    const account = new Account((plugin) => plugins.has(plugin));
    account.divided(division(0, 'a/b/c', 10));
    plugins.delete('a/b/c');
    account.forget('a/b/c');
    account.divided(division(1_000, 'a/b/c', 3));
    const sums = account.sinceStart();
    assert.deepEqual([sums?.plugins.size, sums?.removed.callsCpuUs, sums?.totalUs], [0, 13, 25]);
  });

  it('gives a plugin what was pushed before it went live', () => {
    const plugins = new Set<string>();
    const account = new Account((plugin) => plugins.has(plugin));
    account.divided(division(0, 'a/b/c', 0, 0, 50));
    assert.equal(account.sinceStart()?.removed.pushesCpuUs, 50);
    plugins.add('a/b/c');
    assert.equal(account.sinceStart()?.plugins.get('a/b/c')?.pushesCpuUs, 50);
  });

  it('keeps few of the names that are no plugins, and all that they have used', () => {
    const account = new Account((plugin) => plugin === 'a/b/c');
    account.divided(division(0, 'a/b/c', 1));
    for (let i = 0; i < 1_500; i += 1) account.divided(division(i, `a/b/x${i}`, 0, 0, 2));
    const sums = account.sinceStart();
    assert.deepEqual([sums?.plugins.size, sums?.removed.pushesCpuUs], [1, 3_000]);
    assert.equal(account.of('a/b/x0').sinceStart.cpuUs, 0);
    assert.equal(account.of('a/b/x1499').sinceStart.cpuUs, 2);
  });
});

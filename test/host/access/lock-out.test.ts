/** host/access/lock-out.ts */

import assert from 'node:assert/strict';
import { LockOut, lockOutBounds } from '../../../host/access/lock-out.ts';

const bounds = { ...lockOutBounds, free: 3, addresses: 5 };

describe('LockOut', () => {
  let now = 0;
  let lockOut: LockOut;
  beforeEach(() => {
    now = 1_000_000;
    lockOut = new LockOut(() => now, bounds);
  });
  const wrong = (address: string, times = 1) => {
    for (let i = 0; i < times; i++) lockOut.note(address);
  };

  it('costs nothing at first, then twice as much with each further one, up to a bound', () => {
    wrong('a', 3);
    assert.equal(lockOut.waitS('a'), 0);
    const waits = Array.from({ length: 14 }, () => {
      wrong('a');
      return lockOut.waitS('a');
    });
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]);
  });

  it('is over when its time is, and counts on from where it was', () => {
    wrong('a', 4);
    now += 999;
    assert.equal(lockOut.waitS('a'), 1);
    now += 1;
    assert.equal(lockOut.waitS('a'), 0);
    wrong('a');
    assert.equal(lockOut.waitS('a'), 2);
  });

  it('forgets who was not wrong for long', () => {
    wrong('a', 8);
    now += lockOutBounds.forgottenMs;
    wrong('a');
    assert.equal(lockOut.waitS('a'), 0);
  });

  it('holds nothing against other addresses, but leaves them one try while many guess', () => {
    lockOut = new LockOut(() => now, { ...bounds, inAll: 10 });
    wrong('a', 10);
    assert.equal(lockOut.waitS('b'), 0);
    wrong('b');
    assert.equal(lockOut.waitS('b'), 1, 'the eleventh of all within a minute');
    assert.equal(lockOut.waitS('c'), 0);
    now += 60_000;
    wrong('c');
    assert.equal(lockOut.waitS('c'), 0, 'another minute');
  });

  it('takes the addresses of an IPv6 network for one', () => {
    wrong('2001:db8:1:2::1', 2);
    wrong('2001:db8:1:2:ffff:ffff:ffff:ffff', 2);
    assert.equal(lockOut.waitS('2001:db8:1:2:3::'), 1);
    assert.equal(lockOut.waitS('2001:db8:1:3::1'), 0);
    wrong('::ffff:10.0.0.1', 4);
    assert.equal(lockOut.waitS('::ffff:10.0.0.2'), 0, 'IPv4 in IPv6 is an address each');
    wrong('fe80::1%eth0', 4);
    assert.equal(lockOut.waitS('fe80::2%eth1'), 1);
  });

  it('remembers so many addresses and no more', () => {
    wrong('first', 4);
    for (const address of ['b', 'c', 'd', 'e', 'f']) wrong(address);
    assert.equal(lockOut.waitS('first'), 0);
  });
});

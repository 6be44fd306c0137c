import assert from 'node:assert/strict';
import { Backlog } from '../../../host/pool/backlog.ts';

describe('Backlog', () => {
  it('has room for cheap calls up to a number', () => {
    const backlog = new Backlog();
    let calls = 0;
    while (backlog.hasRoom) backlog.add(++calls, 10);
    assert.equal(calls, 64);
  });

  it('has room for one call, however long it takes, and not for a second', () => {
    const backlog = new Backlog();
    backlog.add(1, 1_000_000);
    assert.equal(backlog.hasRoom, false);
    assert.equal(backlog.delete(1), true);
    assert.equal(backlog.hasRoom, true);
  });

  it('once full, has room again when half of it is left', () => {
    const backlog = new Backlog();
    for (let i = 1; i <= 64; i += 1) backlog.add(i, 10);
    for (let i = 1; i <= 31; i += 1) backlog.delete(i);
    assert.equal(backlog.hasRoom, false);
    backlog.delete(32);
    assert.equal(backlog.hasRoom, true);
    backlog.add(65, 10);
    assert.equal(backlog.hasRoom, true);
    const long = new Backlog();
    for (let i = 1; i <= 4; i += 1) long.add(i, 1_000);
    long.delete(1);
    assert.equal(long.hasRoom, false);
    long.delete(2);
    assert.equal(long.hasRoom, true);
  });

  it('delete(call) is false for what is not in it', () => {
    const backlog = new Backlog();
    backlog.add(1, 5);
    assert.equal(backlog.delete(2), false);
    assert.equal(backlog.delete(1), true);
    assert.equal(backlog.delete(1), false);
  });

  it('expectedUs is nothing when it is empty, whatever was rounded on the way', () => {
    const backlog = new Backlog();
    for (let i = 1; i <= 10; i += 1) backlog.add(i, 0.1);
    for (let i = 1; i <= 10; i += 1) backlog.delete(i);
    assert.equal(backlog.expectedUs, 0);
  });

  it('count(weight) is of those that are in it', () => {
    const backlog = new Backlog();
    backlog.add(1, 5);
    backlog.add(2, 9_000, 'costly');
    backlog.add(3, 9_000, 'costly');
    backlog.delete(2);
    assert.deepEqual([backlog.count('light'), backlog.count('costly'), backlog.count('unknown')], [1, 1, 0]);
  });
});

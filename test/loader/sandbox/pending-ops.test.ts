import assert from 'node:assert/strict';
import { PendingOps } from '../../../loader/sandbox/pending-ops.ts';

describe('PendingOps', () => {
  it('add(call, bytes) refuses more than 1,000, and takes one more when one is answered', () => {
    const ops = new PendingOps();
    const ids = Array.from({ length: 1_000 }, () => ops.add(1, 0));
    assert.equal(new Set(ids).size, 1_000);
    assert.equal(ops.add(1, 0), 'Too many operations are pending');
    assert.equal(ops.delete(ids[3] as number), true);
    assert.equal(typeof ops.add(1, 0), 'number');
  });

  it('add(call, bytes) refuses more than 64 MiB in all, and 32 MiB with one', () => {
    const ops = new PendingOps();
    assert.equal(ops.add(1, 33 * 1_048_576), 'Too many bytes are pending');
    const first = ops.add(1, 32 * 1_048_576) as number;
    ops.add(1, 32 * 1_048_576);
    assert.equal(ops.add(1, 1), 'Too many bytes are pending');
    ops.delete(first);
    assert.equal(typeof ops.add(1, 1), 'number');
  });

  it('forget(call) drops that call’s, and tells once which', () => {
    const ops = new PendingOps();
    const [a, b, c] = [ops.add(1, 5), ops.add(2, 5), ops.add(1, 5)] as number[];
    ops.forget(1);
    assert.deepEqual([ops.has(a as number), ops.has(b as number), ops.size], [false, true, 1]);
    assert.deepEqual([ops.hasForgotten, ops.takeForgotten(), ops.takeForgotten(), ops.hasForgotten], [true, [a, c], [], false]);
  });
});

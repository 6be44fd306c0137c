import assert from 'node:assert/strict';
import { CallQueue } from '../../../host/pool/call-queue.ts';

const item = (plugin: string, id: number) => ({ plugin, id });
const always = () => true;

function filled(...items: ReturnType<typeof item>[]) {
  const queue = new CallQueue<ReturnType<typeof item>>();
  for (const one of items) queue.push(one);
  return queue;
}

describe('CallQueue', () => {
  it('shift(ready) serves plugins in turn, each in order of arrival', () => {
    const queue = filled(item('a', 1), item('a', 2), item('a', 3), item('b', 4), item('c', 5), item('b', 6));
    const order = Array.from({ length: 6 }, () => queue.shift(always)?.id);
    assert.deepEqual(order, [1, 4, 5, 2, 6, 3]);
    assert.equal(queue.shift(always), undefined);
    assert.equal(queue.size, 0);
  });

  it('shift(ready) passes over a plugin whose first call may not start, without losing its place', () => {
    const queue = filled(item('a', 1), item('b', 2));
    assert.equal(queue.shift((one) => one.plugin !== 'a')?.id, 2);
    assert.equal(
      queue.shift((one) => one.plugin !== 'a'),
      undefined,
    );
    assert.equal(queue.shift(always)?.id, 1);
  });

  it('putBack(item) makes it the first of its plugin again', () => {
    const queue = filled(item('a', 1), item('a', 2));
    const first = queue.shift(always);
    queue.putBack(first as never);
    assert.equal(queue.sizeOf('a'), 2);
    assert.equal(queue.shift(always)?.id, 1);
  });

  it('remove(item) takes out one that waits, once', () => {
    const gone = item('a', 2);
    const queue = filled(item('a', 1), gone, item('a', 3));
    assert.equal(queue.remove(gone), true);
    assert.equal(queue.remove(gone), false);
    assert.deepEqual([queue.shift(always)?.id, queue.shift(always)?.id], [1, 3]);
  });

  it('expire(over) takes out the old heads of every queue', () => {
    const queue = filled(item('a', 1), item('b', 2), item('a', 3), item('b', 9));
    assert.deepEqual(
      [...queue.expire((one) => one.id < 4)].map(({ id }) => id),
      [1, 3, 2],
    );
    assert.equal(queue.size, 1);
    assert.equal(queue.sizeOf('a'), 0);
  });

  it('keeps its order over thousands of calls', () => {
    const queue = filled();
    let next = 0;
    for (let i = 0; i < 5_000; i += 1) {
      queue.push(item('a', i));
      if (i % 3 === 2) assert.equal(queue.shift(always)?.id, next++);
    }
    while (queue.size > 0) assert.equal(queue.shift(always)?.id, next++);
    assert.equal(next, 5_000);
  });
});

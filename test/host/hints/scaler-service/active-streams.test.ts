import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { ActiveStreams, type IsActive } from '../../../../host/hints/scaler-service/active-streams.ts';
import { ScalerError, status } from '../../../../host/hints/scaler-service/scaled-object.ts';

/** A stream whose client reads nothing. */
class Unread extends EventEmitter {
  readonly written: boolean[] = [];
  error: ScalerError | undefined;

  constructor() {
    super();
    this.on('error', (error) => {
      this.error = error;
    });
  }

  get writableLength(): number {
    return this.written.length;
  }

  write({ result }: IsActive): boolean {
    this.written.push(result);
    return false;
  }

  get stream(): ServerWritableStream<object, IsActive> {
    return this as unknown as ServerWritableStream<object, IsActive>;
  }
}

const one = async () => 1;

describe('ActiveStreams', () => {
  it('has room for 256, and for another when one has gone', async () => {
    const streams = new ActiveStreams<object>();
    const all = Array.from({ length: 256 }, () => new Unread());
    for (const each of all) await streams.open(each.stream, one);
    const open = () => streams.open(new Unread().stream, one);
    await assert.rejects(open, { code: status.resourceExhausted });
    all[0]?.emit('cancelled');
    await open();
    assert.equal(streams.size, 256);
  });

  it('ends one that is not read', async () => {
    const streams = new ActiveStreams<object>();
    let wanted = 1;
    const unread = new Unread();
    await streams.open(unread.stream, async () => wanted);
    for (let i = 0; i < 100; i += 1) {
      wanted = i % 2;
      await streams.tell();
    }
    assert.equal(unread.error?.code, status.resourceExhausted);
    assert.equal(unread.written.length, 16);
    assert.equal(streams.size, 0);
  });

  it('asks for each once at a time, and tells nothing to who has gone meanwhile', async () => {
    const streams = new ActiveStreams<object>();
    const slow = Promise.withResolvers<number>();
    let asked = 0;
    const unread = new Unread();
    const opening = streams.open(unread.stream, () => {
      asked += 1;
      return slow.promise;
    });
    await streams.tell();
    assert.equal(asked, 1);
    unread.emit('cancelled');
    slow.resolve(1);
    await opening;
    assert.deepEqual(unread.written, []);
  });

  it('ends one of which it is not known any more', async () => {
    const streams = new ActiveStreams<object>();
    const unread = new Unread();
    await streams.open(unread.stream, () => Promise.reject(new ScalerError(status.unavailable, 'why')));
    assert.deepEqual([unread.error?.message, streams.size], ['why', 0]);
  });

  it('ends all of them when it closes', async () => {
    const streams = new ActiveStreams<object>();
    const unread = new Unread();
    await streams.open(unread.stream, one);
    streams.close();
    assert.equal(unread.error?.code, status.unavailable);
    assert.equal(streams.size, 0);
  });
});

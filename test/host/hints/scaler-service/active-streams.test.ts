import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { ActiveStreams, type IsActive } from '../../../../host/hints/scaler-service/active-streams.ts';
import { type ScalerError, type Subject, status } from '../../../../host/hints/scaler-service/scaled-object.ts';

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

class Flipping {
  wanted = 1;
  readonly subject: Subject = {
    metricName: 'x',
    read: () => ({
      ...{ kind: 'known', wanted: this.wanted, present: 1, reason: '' },
      ...{ demandCores: 0, cpuCores: 0, concurrency: 0, callsPerSecond: 0, waitUs: 0 },
    }),
  };
}

describe('ActiveStreams', () => {
  it('has room for 256, and for another when one has gone', () => {
    const streams = new ActiveStreams<object>();
    const { subject } = new Flipping();
    const all = Array.from({ length: 256 }, () => new Unread());
    for (const one of all) streams.open(one.stream, subject);
    const open = () => streams.open(new Unread().stream, subject);
    assert.throws(open, { code: status.resourceExhausted });
    all[0]?.emit('cancelled');
    open();
    assert.equal(streams.size, 256);
  });

  it('ends one that is not read', () => {
    const streams = new ActiveStreams<object>();
    const flipping = new Flipping();
    const unread = new Unread();
    streams.open(unread.stream, flipping.subject);
    for (let i = 0; i < 100; i += 1) {
      flipping.wanted = i % 2;
      streams.tell();
    }
    assert.equal(unread.error?.code, status.resourceExhausted);
    assert.equal(unread.written.length, 16);
    assert.equal(streams.size, 0);
  });

  it('ends all of them when it closes', () => {
    const streams = new ActiveStreams<object>();
    const unread = new Unread();
    streams.open(unread.stream, new Flipping().subject);
    streams.close();
    assert.equal(unread.error?.code, status.unavailable);
    assert.equal(streams.size, 0);
  });
});

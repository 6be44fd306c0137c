/** Events for readers who come, go, come back, and do not read. */

import assert from 'node:assert/strict';
import { isNboxError } from '../../../guards/errors.ts';
import { EventHub, type EventSink } from '../../../host/telemetry/event-hub.ts';

class Sink implements EventSink {
  text = '';
  waitingBytes = 0;
  state: 'open' | 'ended' | 'cut' = 'open';

  write(text: string): void {
    this.text += text;
  }

  end(): void {
    this.state = 'ended';
  }

  cut(): void {
    this.state = 'cut';
  }

  /** Type and data of what was written since. */
  take(): string[] {
    const found = [...this.text.matchAll(/event: (.*)\ndata: (.*)\n\n/g)].map(([, type, data]) => `${type} ${data}`);
    this.text = '';
    return found;
  }
}

describe('event hub', () => {
  let now = 0;
  const hub = (mostReaders = 3) => new EventHub({ elapsed: () => now, life: 'life', mostReaders });

  it('tells all readers, those who want some types only of these', () => {
    const events = hub();
    const [all, some] = [new Sink(), new Sink()];
    events.read(all, undefined, undefined);
    const leave = events.read(some, new Set(['push']), undefined);
    events.emit('push', { plugin: 'a' });
    events.emit('trip', { plugin: 'b' });
    assert.match(all.text, /^retry: 2000\n\nid: life-1\nevent: push\ndata: \{"plugin":"a"\}\n\nid: life-2\n/);
    assert.deepEqual(some.take(), ['push {"plugin":"a"}']);
    leave();
    events.emit('push', { plugin: 'c' });
    assert.deepEqual(some.take(), []);
    assert.equal(events.readers, 1);
  });

  it('tells nobody of plugins that he may not see, when he comes back neither', () => {
    const events = hub();
    const [now, later] = [new Sink(), new Sink()];
    const isMine = (plugin: string) => plugin === 'mine';
    events.read(now, undefined, undefined, isMine);
    events.emit('push', { plugin: 'mine' });
    events.emit('push', { plugin: 'other' });
    events.emit('executor_lost', { lane: 'standard' });
    const seen = ['push {"plugin":"mine"}', 'executor_lost {"lane":"standard"}'];
    assert.deepEqual(now.take(), seen);
    events.read(later, undefined, 'life-0', isMine);
    assert.deepEqual(later.take(), seen);
  });

  it('tells who comes back what came after the last event', () => {
    const events = hub();
    for (const n of [1, 2, 3]) events.emit('push', { n });
    const sink = new Sink();
    events.read(sink, undefined, 'life-1');
    assert.deepEqual(sink.take(), ['push {"n":2}', 'push {"n":3}']);
    const other = new Sink();
    events.read(other, new Set(['trip']), 'life-1');
    assert.deepEqual(other.take(), []);
  });

  it('tells that something is missing where the last event is of another life, forgotten, or nonsense', () => {
    for (const lastId of ['another-2', 'life-1', 'life-x', 'life-9999999', 'life-', 'life--4', 'life-1e9', '\u0000']) {
      const events = hub();
      for (let n = 1; n <= 520; n += 1) events.emit('push', { n });
      const sink = new Sink();
      events.read(sink, undefined, lastId);
      const told = sink.take();
      assert.match(told[0] as string, /^gap /);
      assert.equal(told.length, 513, lastId);
    }
  });

  it('remembers no more than a megabyte', () => {
    const events = hub();
    for (let n = 1; n <= 100; n += 1) events.emit('push', { n, text: 'x'.repeat(20_000) });
    const sink = new Sink();
    events.read(sink, undefined, 'life-0');
    assert.ok(sink.text.length < 1_100_000);
    assert.match(sink.text, /"n":100,/);
  });

  it('cuts off who does not read, and nobody else', () => {
    const events = hub();
    const [slow, fast] = [new Sink(), new Sink()];
    events.read(slow, undefined, undefined);
    events.read(fast, undefined, undefined);
    slow.waitingBytes = 300_000;
    events.emit('push', {});
    assert.deepEqual([slow.state, fast.state, events.readers], ['cut', 'open', 1]);
  });

  it('refuses readers beyond its bound, and all once it is closed', () => {
    const events = hub(1);
    const sink = new Sink();
    events.read(sink, undefined, undefined);
    assert.throws(
      () => events.read(new Sink(), undefined, undefined),
      (error) => isNboxError(error, 'too_many_readers') && error.details.retryAfterS === 10,
    );
    events.close();
    assert.equal(sink.state, 'ended');
    assert.throws(
      () => events.check(),
      (error) => isNboxError(error, 'stopping'),
    );
  });

  it('shows how things are without remembering it, and asks for it only while anyone reads', () => {
    const events = hub();
    let asked = 0;
    const show = () => events.show('overview', () => ({ asked: ++asked }));
    show();
    const sink = new Sink();
    events.read(sink, undefined, undefined);
    show();
    assert.equal(asked, 1);
    assert.match(sink.text, /\n\nevent: overview\n/);
    const back = new Sink();
    events.read(back, undefined, 'life-0');
    assert.deepEqual(back.take(), []);
  });

  it('keeps a silent connection alive', () => {
    const events = hub();
    const sink = new Sink();
    events.read(sink, undefined, undefined);
    sink.text = '';
    now += 14_999;
    events.beat();
    assert.equal(sink.text, '');
    now += 1;
    events.beat();
    events.beat();
    assert.equal(sink.text, ':\n\n');
  });
});

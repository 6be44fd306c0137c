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

const wanted = (types?: ReadonlySet<string>, lastId?: string, isVisible: (id: string) => boolean = () => true) => ({
  ...{ tokenId: 'mine', types, lastId, isVisible },
});

describe('event hub', () => {
  let now = 0;
  const hub = (mostReaders = 3) => new EventHub({ elapsed: () => now, life: 'life', mostReaders });

  it('tells all readers, those who want some types only of these', () => {
    const events = hub();
    const [all, some] = [new Sink(), new Sink()];
    events.read(all, wanted(undefined, undefined));
    const leave = events.read(some, wanted(new Set(['push']), undefined));
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
    events.read(now, wanted(undefined, undefined, isMine));
    events.emit('push', { plugin: 'mine' });
    events.emit('push', { plugin: 'other' });
    events.emit('budget', { scope: 'other' });
    events.emit('executor_lost', { lane: 'standard' });
    const seen = ['push {"plugin":"mine"}', 'executor_lost {"lane":"standard"}'];
    assert.deepEqual(now.take(), seen);
    events.read(later, wanted(undefined, 'life-0', isMine));
    assert.deepEqual(later.take(), seen);
  });

  it('tells who comes back what came after the last event', () => {
    const events = hub();
    for (const n of [1, 2, 3]) events.emit('push', { n });
    const sink = new Sink();
    events.read(sink, wanted(undefined, 'life-1'));
    assert.deepEqual(sink.take(), ['push {"n":2}', 'push {"n":3}']);
    const other = new Sink();
    events.read(other, wanted(new Set(['trip']), 'life-1'));
    assert.deepEqual(other.take(), []);
  });

  it('tells that something is missing where the last event is of another life, forgotten, or nonsense', () => {
    for (const lastId of ['another-2', 'life-1', 'life-x', 'life-9999999', 'life-', 'life--4', 'life-1e9', '\u0000']) {
      const events = hub();
      for (let n = 1; n <= 520; n += 1) events.emit('push', { n });
      const sink = new Sink();
      events.read(sink, wanted(undefined, lastId));
      const told = sink.take();
      assert.match(told[0] as string, /^gap /);
      assert.equal(told.length, 513, lastId);
    }
  });

  it('tells no gap to who wants some types, where only others are forgotten', () => {
    const events = hub();
    events.emit('rollout', { n: 1 });
    for (let n = 1; n <= 600; n += 1) events.emit('trip', { n });
    const told = (types: string[], lastId: string) => {
      const sink = new Sink();
      events.read(sink, wanted(new Set(types), lastId))();
      return sink.take();
    };
    assert.deepEqual(told(['rollout'], 'life-1'), []);
    assert.match(told(['rollout'], 'life-0')[0] as string, /^gap /);
    assert.match(told(['rollout', 'trip'], 'life-1')[0] as string, /^gap /);
    assert.equal(told(['rollout', 'trip'], 'life-89').length, 512);
    events.emit('rollout', { n: 2 });
    assert.deepEqual(told(['rollout'], 'life-1'), ['rollout {"n":2}']);
    assert.deepEqual(told(['push'], 'life-0'), []);
  });

  it('remembers no more than a megabyte', () => {
    const events = hub();
    for (let n = 1; n <= 100; n += 1) events.emit('push', { n, text: 'x'.repeat(20_000) });
    const sink = new Sink();
    events.read(sink, wanted(undefined, 'life-0'));
    assert.ok(sink.text.length < 1_100_000);
    assert.match(sink.text, /"n":100,/);
  });

  it('cuts off who does not read, and nobody else', () => {
    const events = hub();
    const [slow, fast] = [new Sink(), new Sink()];
    events.read(slow, wanted(undefined, undefined));
    events.read(fast, wanted(undefined, undefined));
    slow.waitingBytes = 300_000;
    events.emit('push', {});
    assert.deepEqual([slow.state, fast.state, events.readers], ['cut', 'open', 1]);
  });

  it('refuses readers beyond its bound, and all once it is closed', () => {
    const events = hub(1);
    const sink = new Sink();
    events.read(sink, wanted(undefined, undefined));
    assert.throws(
      () => events.read(new Sink(), wanted(undefined, undefined)),
      (error) => isNboxError(error, 'too_many_readers') && error.details.retryAfterS === 10,
    );
    events.close();
    assert.equal(sink.state, 'ended');
    assert.throws(
      () => events.check('mine'),
      (error) => isNboxError(error, 'stopping'),
    );
  });

  it('refuses readers of one token beyond their bound, and leaves room for others', () => {
    const events = new EventHub({ elapsed: () => now, life: 'life', mostReaders: 3, mostOfToken: 2 });
    for (let i = 0; i < 2; i += 1) events.read(new Sink(), wanted());
    assert.throws(
      () => events.check('mine'),
      (error) => isNboxError(error, 'too_many_readers') && /2 read events with this token/.test(error.details.detail),
    );
    events.check('another');
  });

  it('cuts off a reader for whom something has waited for half a minute, and no slow one', () => {
    const events = hub();
    const [gone, slow] = [new Sink(), new Sink()];
    for (const sink of [gone, slow]) {
      events.read(sink, wanted(new Set(['removal'])));
      sink.waitingBytes = 3;
    }
    events.beat();
    now += 29_999;
    events.beat();
    slow.waitingBytes = 0;
    now += 1;
    events.beat();
    assert.deepEqual([gone.state, slow.state, events.readers], ['cut', 'open', 1]);
  });

  it('ends a reader after a quarter of an hour, to be asked anew', () => {
    const events = hub();
    const sink = new Sink();
    events.read(sink, wanted());
    for (let i = 0; i < 899; i += 1) {
      now += 1_000;
      events.beat();
    }
    assert.equal(sink.state, 'open');
    now += 1_000;
    events.beat();
    assert.equal(sink.state, 'ended');
    assert.match(sink.text, /event: end\ndata: \{"why":"renew"\}\n\n$/);
    assert.equal(events.readers, 0);
  });

  it('shows how things are without remembering it, and asks for it only while anyone reads', () => {
    const events = hub();
    let asked = 0;
    const show = () => events.show('overview', () => ({ asked: ++asked }));
    show();
    const sink = new Sink();
    events.read(sink, wanted(undefined, undefined));
    show();
    assert.equal(asked, 1);
    assert.match(sink.text, /\n\nevent: overview\n/);
    const back = new Sink();
    events.read(back, wanted(undefined, 'life-0'));
    assert.deepEqual(back.take(), []);
  });

  it('keeps a silent connection alive', () => {
    const events = hub();
    const sink = new Sink();
    events.read(sink, wanted(undefined, undefined));
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

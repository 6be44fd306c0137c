/** The page's event stream: opened again when it breaks, from where it was. */

import assert from 'node:assert/strict';
import { backoff } from '../../../../host/dashboard/app/data/backoff.ts';
import { EventStream, type StreamEvent } from '../../../../host/dashboard/app/data/event-stream.ts';

/** A host whose streams the test writes. */
class Streams {
  readonly opened: {
    readonly lastId: string | undefined;
    readonly signal: AbortSignal;
    readonly writer: WritableStreamDefaultWriter<Uint8Array>;
  }[] = [];
  readonly events: StreamEvent[] = [];
  readonly timers: { readonly ms: number; readonly work: () => void; isCancelled: boolean }[] = [];
  gaps = 0;
  refuses = false;
  readonly #settled: (() => void)[] = [];

  readonly stream = new EventStream({
    open: async (lastId, signal) => {
      if (this.refuses) throw new Error('refused');
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const writer = writable.getWriter();
      signal.addEventListener('abort', () => void writer.abort(new Error('aborted')).catch(() => {}));
      this.opened.push({ lastId, signal, writer });
      return new Response(readable);
    },
    onEvent: (event) => {
      this.events.push(event);
      this.#settled.shift()?.();
    },
    onGap: () => {
      this.gaps += 1;
    },
    after: (ms, work) => {
      const timer = { ms, work, isCancelled: false };
      this.timers.push(timer);
      return () => {
        timer.isCancelled = true;
      };
    },
    backoff: backoff(() => 1),
  });

  /** Resolves when the stream's state is this one. */
  async until(state: string): Promise<void> {
    while (this.stream.state.value !== state) await new Promise(setImmediate);
  }

  /** Resolves when one more event was taken. */
  async write(text: string): Promise<void> {
    const taken = new Promise<void>((resolve) => this.#settled.push(resolve));
    await this.opened.at(-1)?.writer.write(new TextEncoder().encode(text));
    await taken;
  }

  get retry(): { readonly ms: number; readonly work: () => void; isCancelled: boolean } | undefined {
    return this.timers.findLast(({ ms, isCancelled }) => ms <= 30_000 && !isCancelled);
  }
}

const push = (id: string) => `id: ${id}\nevent: push\ndata: {"plugin":"a/b/c"}\n\n`;

describe('EventStream', () => {
  let host: Streams;
  beforeEach(() => {
    host = new Streams();
  });
  afterEach(() => host.stream.stop('closed'));

  it('gives events as they come, cut wherever', async () => {
    host.stream.start();
    await host.until('open');
    const [head, tail] = [push('x-1').slice(0, 20), push('x-1').slice(20)];
    await host.opened[0]?.writer.write(new TextEncoder().encode(head));
    await host.write(tail);
    assert.deepEqual(host.events, [{ type: 'push', data: { plugin: 'a/b/c' } }]);
  });

  it('comes back after a break, from the last event on, and at longer intervals while it fails', async () => {
    host.stream.start();
    await host.until('open');
    await host.write(push('x-7'));
    await host.opened[0]?.writer.close();
    await host.until('waiting');
    assert.equal(host.retry?.ms, 1_000);
    host.refuses = true;
    for (const ms of [2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      host.retry?.work();
      await host.until('waiting');
      assert.equal(host.timers.at(-1)?.ms, ms);
    }
    host.refuses = false;
    host.retry?.work();
    await host.until('open');
    assert.equal(host.opened.at(-1)?.lastId, 'x-7');
    await host.write(push('x-8'));
    await host.opened.at(-1)?.writer.close();
    await host.until('waiting');
    assert.equal(host.timers.at(-1)?.ms, 1_000, 'what was well again begins anew');
  });

  it('takes a connection that says nothing for dead', async () => {
    host.stream.start();
    await host.until('open');
    await host.write(push('x-1'));
    const silence = host.timers.findLast(({ ms, isCancelled }) => ms === 40_000 && !isCancelled);
    assert.ok(silence);
    silence.work();
    await host.until('waiting');
    assert.equal(host.opened[0]?.signal.aborted, true);
  });

  it('ends while nobody looks, and goes on from where it was', async () => {
    host.stream.start();
    await host.until('open');
    await host.write(push('x-3'));
    host.stream.stop('paused');
    assert.equal(host.opened[0]?.signal.aborted, true);
    assert.equal(host.stream.state.value, 'paused');
    host.stream.start();
    await host.until('open');
    assert.equal(host.opened.at(-1)?.lastId, 'x-3');
  });

  it('of another user begins anew', async () => {
    host.stream.start();
    await host.until('open');
    await host.write(push('x-3'));
    host.stream.stop('closed');
    host.stream.start();
    await host.until('open');
    assert.equal(host.opened.at(-1)?.lastId, undefined);
  });

  it('tells that something is missing, and gives nothing that is no JSON', async () => {
    host.stream.start();
    await host.until('open');
    await host.opened[0]?.writer.write(new TextEncoder().encode('id: x-9\nevent: gap\ndata: {}\n\nevent: push\ndata: {\n\n'));
    await host.write(push('x-10'));
    assert.equal(host.gaps, 1);
    assert.equal(host.events.length, 1);
  });

  it('is opened anew at once, without a word, where the host asks for that', async () => {
    host.stream.start();
    await host.until('open');
    const states: string[] = [];
    const leave = host.stream.state.subscribe((state) => void states.push(state));
    await host.write(push('x-4'));
    await host.opened[0]?.writer.write(new TextEncoder().encode('event: end\ndata: {"why":"renew"}\n\n'));
    await host.opened[0]?.writer.close();
    while (host.opened.length < 2) await new Promise(setImmediate);
    await host.until('open');
    leave();
    assert.deepEqual([host.opened[1]?.lastId, states.includes('waiting')], ['x-4', false]);
    assert.equal(host.events.length, 1);
  });

  it('is opened once, however often it is started', async () => {
    host.stream.start();
    host.stream.start();
    await host.until('open');
    assert.equal(host.opened.length, 1);
  });
});

describe('backoff(random)', () => {
  it('waits for half of its time at least, and the rest by chance', () => {
    assert.deepEqual([backoff(() => 0).next(), backoff(() => 1).next()], [500, 1_000]);
  });
});

import assert from 'node:assert/strict';
import { FrameReader, FrameWriter } from '../../../host/executor/frames.ts';
import type { FromExecutor } from '../../../host/executor/wire.ts';

const cost = { initUs: 5, initCpuUs: 6, cpuUs: 1234.5, steps: 1e7, memoryBytes: 2 ** 24 };

/** Everything that `fill` writes, as one run of bytes. */
function written(fill: (writer: FrameWriter) => void): Buffer {
  const chunks: Buffer[] = [];
  const writer = new FrameWriter((bytes) => chunks.push(Buffer.from(bytes)));
  fill(writer);
  writer.flush();
  return Buffer.concat(chunks);
}

/** What a reader makes of the bytes when they come in pieces of `size`. */
function read(bytes: Buffer, size = bytes.length, most = 1_000_000): FromExecutor[] {
  const frames: FromExecutor[] = [];
  const reader = new FrameReader(
    (frame) => frames.push(frame.kind === 'replied' ? { ...frame, body: Buffer.from(frame.body) } : frame),
    most,
  );
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
  return frames;
}

const part = (bytes: Buffer, start = 0, end = bytes.length) => ({ bytes, start, end });

function sample(writer: FrameWriter): void {
  const memory = Buffer.from('xx200\n\nname\nvälue-body-');
  writer.enter('call', 4_294_967_295, 99.2);
  const end = memory.indexOf('-body-');
  const at = writer.replied(7, true, part(memory, 2, end), part(memory, end + 1, end + 5));
  writer.log(7, 1, 2, 'grüße', true);
  writer.patch(at, cost);
  writer.leave();
  writer.enter('load', 3, 0);
  writer.patch(writer.replied(8, false, part(memory, 2, 3), part(Buffer.from([0, 255]))), cost);
  writer.op(7, 4_294_967_295, 'reply.write', '', Buffer.from([1, 0, 2]));
  writer.op(7, 0, 'fetch', '{"ü":1}', undefined);
  writer.op(9, 1, 'fetch', '', Buffer.alloc(0));
}

const expected: FromExecutor[] = [
  { kind: 'enter', subject: 'call', id: 4_294_967_295, budgetMs: 100 },
  { kind: 'replied', call: 7, open: true, streamed: false, cost, head: '200\n\nname\nvälue', body: Buffer.from('body') },
  { kind: 'log', call: 7, key: 1, level: 2, last: true, text: Buffer.from('grüße') },
  { kind: 'leave' },
  { kind: 'enter', subject: 'load', id: 3, budgetMs: 0 },
  { kind: 'replied', call: 8, open: false, streamed: false, cost, head: '2', body: Buffer.from([0, 255]) },
  { kind: 'op', call: 7, op: 4_294_967_295, name: 'reply.write', json: '', bytes: Buffer.from([1, 0, 2]) },
  { kind: 'op', call: 7, op: 0, name: 'fetch', json: '{"ü":1}', bytes: undefined },
  { kind: 'op', call: 9, op: 1, name: 'fetch', json: '', bytes: Buffer.alloc(0) },
];

describe('frames', () => {
  it('come out as they went in', () => {
    assert.deepEqual(read(written(sample)), expected);
  });

  it('come out whole however the pipe cuts them', () => {
    const bytes = written(sample);
    for (const size of [1, 2, 3, 5, 7, 11, 64]) assert.deepEqual(read(bytes, size), expected, `in pieces of ${size}`);
  });

  it('withdraw(at) takes a reply back', () => {
    const body = Buffer.from('x');
    const bytes = written((writer) => {
      writer.withdraw(writer.replied(1, false, part(body), part(body)));
      writer.leave();
    });
    assert.deepEqual(read(bytes), [{ kind: 'leave' }]);
  });

  it('may be larger than the writer’s first buffer', () => {
    const body = Buffer.alloc(300_000, 'ab');
    const bytes = written((writer) => writer.patch(writer.replied(1, false, part(body, 0, 3), part(body)), cost));
    const [frame] = read(bytes, 65_536);
    assert.ok(frame?.kind === 'replied' && frame.body.equals(body));
  });

  it('push(chunk) refuses a frame that is too long', () => {
    assert.throws(() => read(written(sample), 1_000, 10), /frame of \d+ bytes/);
  });

  it('push(chunk) refuses a frame of an unknown kind', () => {
    assert.throws(() => read(Buffer.from([0, 0, 0, 0, 9])), /kind 9/);
  });

  describe('push(chunk) refuses', () => {
    const body = Buffer.from('body');
    const reply = (more: Partial<typeof cost> = {}) =>
      written((writer) => writer.patch(writer.replied(1, false, part(body), part(body)), { ...cost, ...more }));
    const broken = (bytes: Buffer) => assert.throws(() => read(bytes), /frame that is not one|out of range|outside buffer bounds/);
    /** The same with one byte another. */
    const changed = (bytes: Buffer, at: number, to: number) => {
      const copy = Buffer.from(bytes);
      copy[at] = to;
      return copy;
    };

    it('costs that cannot be added up', () => {
      assert.equal(read(reply()).length, 1);
      for (const name of ['cpuUs', 'steps', 'memoryBytes'] as const) {
        for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, -1e15, 1e300])
          broken(reply({ [name]: value }));
      }
    });

    it('lengths that are not those of what follows', () => {
      const bytes = reply();
      const lengthsAt = 5 + 37;
      for (const [at, to] of [
        [lengthsAt, 3],
        [lengthsAt, 5],
        [lengthsAt + 3, 255],
        [lengthsAt + 4, 3],
        [lengthsAt + 4, 255],
      ] as const) {
        broken(changed(bytes, at, to));
      }
      const op = written((writer) => writer.op(1, 1, 'fetch', '{}', undefined));
      for (const [at, to] of [
        [5 + 9, 200],
        [5 + 9, 4],
        [5 + 13, 3],
        [5 + 13, 1],
      ] as const) {
        broken(changed(op, at, to));
      }
      const log = written((writer) => writer.log(1, 1, 1, 'x'.repeat(100_000), false));
      broken(log);
    });

    it('frames that end too soon, and stays for nobody', () => {
      for (const kind of [1, 3, 5, 6]) broken(Buffer.from([2, 0, 0, 0, kind, 1, 2]));
      const enter = written((writer) => writer.enter('call', 1, 1));
      for (const subject of [4, 255]) broken(changed(enter, 5 + 8, subject));
    });

    it('JSON that is none of these frames', () => {
      const json = (text: string) => Buffer.concat([Buffer.from([text.length, 0, 0, 0, 0]), Buffer.from(text)]);
      broken(json('null'));
      assert.throws(() => read(json('{"kind":"leave"}')), /unknown kind/);
      assert.throws(() => read(json('{')), SyntaxError);
    });
  });

  it('flush() writes nothing where there is nothing', () => {
    let writes = 0;
    new FrameWriter(() => (writes += 1)).flush();
    assert.equal(writes, 0);
  });
});

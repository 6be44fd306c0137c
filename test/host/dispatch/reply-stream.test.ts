import assert from 'node:assert/strict';
import { NboxError } from '../../../guards/errors.ts';
import { ReplyStream } from '../../../host/dispatch/reply-stream.ts';

/** A client that takes so many chunks until it is asked to take more. */
class Client {
  readonly told: string[] = [];
  room: number;

  constructor(room = Number.POSITIVE_INFINITY) {
    this.room = room;
  }

  write(bytes: Buffer): boolean {
    this.told.push(bytes.toString());
    this.room -= 1;
    return this.room > 0;
  }

  end(): void {
    this.told.push('<end>');
  }

  cut(error: NboxError): void {
    this.told.push(`<cut: ${error.code}>`);
  }
}

const settled = async (promise: Promise<void> | undefined): Promise<string> =>
  promise === undefined
    ? 'at once'
    : Promise.race([
        promise.then(
          () => 'room',
          (error: Error) => error.name,
        ),
        new Promise<string>((resolve) => setImmediate(resolve, 'waits')),
      ]);

describe('ReplyStream', () => {
  const open = () => {
    let canceled = 0;
    const stream = new ReplyStream(() => (canceled += 1));
    return { stream, canceled: () => canceled };
  };

  it('holds what is written until there is a client, and passes it on as it comes from then on', async () => {
    const { stream } = open();
    const client = new Client();
    const first = stream.write(Buffer.from('a'));
    assert.deepEqual([await settled(first), stream.waitingBytes], ['waits', 1]);
    stream.pipe(client);
    assert.deepEqual([await settled(first), stream.waitingBytes, client.told], ['room', 0, ['a']]);
    assert.equal(await settled(stream.write(Buffer.from('b'))), 'at once');
    stream.end();
    assert.deepEqual([client.told, stream.bytes, stream.open], [['a', 'b', '<end>'], 2, false]);
  });

  it('acknowledges what a slow client was given when it has room again, and ends after it', async () => {
    const { stream } = open();
    const client = new Client(1);
    stream.pipe(client);
    const [a, b] = [stream.write(Buffer.from('a')), stream.write(Buffer.from('b'))];
    stream.end();
    assert.deepEqual([await settled(a), await settled(b), client.told], ['waits', 'waits', ['a']]);
    client.room = 1;
    stream.drained();
    assert.deepEqual([await settled(a), client.told], ['waits', ['a', 'b', '<end>']]);
    stream.drained();
    assert.deepEqual(client.told, ['a', 'b', '<end>']);
  });

  it('takes only so much that nobody has acknowledged', () => {
    const { stream } = open();
    stream.pipe(new Client(1));
    stream.write(Buffer.alloc(1));
    for (let i = 0; i < 4; i += 1) void stream.write(Buffer.alloc(65_536));
    assert.throws(() => stream.write(Buffer.alloc(1)), { name: 'Error', message: /More was written/ });
    assert.equal(stream.waitingBytes, 262_144);
  });

  it('cut(error) drops what waits, and tells the client and the writer', async () => {
    const { stream, canceled } = open();
    const client = new Client(1);
    stream.pipe(client);
    const [a] = [stream.write(Buffer.from('a')), stream.write(Buffer.from('b'))];
    stream.cut(new NboxError('executor_lost', 'x'));
    stream.end();
    stream.drained();
    assert.deepEqual([await settled(a), client.told, stream.error?.code], ['AbortError', ['a', '<cut: executor_lost>'], 'executor_lost']);
    assert.equal(canceled(), 0);
  });

  it('cut(error) reaches a client that comes later', () => {
    const { stream } = open();
    const client = new Client();
    stream.write(Buffer.from('a'))?.catch(() => {});
    stream.cut(new NboxError('plugin_error', 'x'));
    stream.pipe(client);
    assert.deepEqual(client.told, ['<cut: plugin_error>']);
  });

  it('cancel() tells the writer once, and refuses what it writes from then on', async () => {
    const { stream, canceled } = open();
    stream.pipe(new Client(1));
    const a = stream.write(Buffer.from('a'));
    stream.cancel();
    stream.cancel();
    assert.deepEqual([await settled(a), canceled(), stream.waitingBytes], ['AbortError', 1, 0]);
    assert.throws(() => stream.write(Buffer.from('b')), { name: 'AbortError' });
  });
});

/**
 * A reply whose body is a stream: read as fast as the client takes it. Of what was read, so much may be on its way; the
 * host acknowledges what the client's connection has taken.
 */

import type { ByteStream, Reader } from './body.ts';
import { readerOf } from './body-stream.ts';
import { bytesOf } from './buffer-source.ts';
import { host } from './host.ts';
import { hostOp, tellHost } from './ops.ts';
import { Bytes, min, promiseThen, push, setBytes, sliceBuffer } from './primordials.ts';
import { type Splice, spliceOf } from './splice.ts';

/** Bytes that may be on their way, and in how many pieces: those are operations, of which a sandbox has only so many. */
const windowBytes = 65_536;
const windowPieces = 16;
/** Chunks that come together and are smaller leave together. */
const joinedBytes = 16_384;
/** So many of them leave although they are small, and the next wait for the host: other calls want their turn, too. */
const joinedChunks = 512;

/** Those that have something to send at the end of this stay. */
let unflushed: ReplyStream[] = [];

export class ReplyStream {
  readonly #call: number;
  readonly #reader: Reader;
  /** Where the host has the body itself. */
  readonly #splice: Splice | undefined;
  readonly #over: () => void;
  readonly #describe: (error: unknown) => { message: string; stack: string };
  #state: 'open' | 'over' = 'open';
  #reading = false;
  /** Small chunks, joined. */
  #joined: Uint8Array<ArrayBuffer> | undefined;
  #length = 0;
  #chunks = 0;
  #flushes = false;
  /** What is left of a chunk larger than the window. */
  #rest: Uint8Array<ArrayBuffer> | undefined;
  #onItsWay = 0;
  #pieces = 0;

  /**
   * @param over called once, when nothing more will be done
   * @throws TypeError where the stream is locked
   */
  constructor(call: number, stream: ByteStream, describe: (error: unknown) => { message: string; stack: string }, over: () => void) {
    this.#call = call;
    this.#reader = readerOf(stream);
    const splice = spliceOf(stream);
    this.#splice = splice?.call === call ? splice : undefined;
    this.#describe = describe;
    this.#over = over;
  }

  /** Once the head is on its way. */
  start(): void {
    if (this.#splice === undefined) this.#goOn();
    else this.#pass(this.#splice);
  }

  /** What is here leaves first; the rest does not come here. */
  #pass(splice: Splice): void {
    const early = splice.takeEarly();
    promiseThen(
      hostOp('fetch.pass', { fetch: splice.fetch }, early, this.#call),
      () => {
        splice.done();
        this.#take(true, undefined);
      },
      (error) => this.#fail(error),
    );
  }

  /** Nobody takes it any more. */
  cancel(reason: unknown): void {
    if (this.#state === 'over') return;
    this.#drop();
    const over = () => this.#over();
    try {
      promiseThen(this.#reader.cancel(reason), over, over);
    } catch {
      over();
    }
  }

  /** Sends what was joined. */
  flush(): void {
    this.#flushes = false;
    const length = this.#length;
    if (this.#state === 'over' || length === 0) return;
    this.#length = 0;
    this.#chunks = 0;
    this.#send(sliceBuffer((this.#joined as Uint8Array<ArrayBuffer>).buffer, 0, length) as ArrayBuffer);
  }

  #goOn(): void {
    if (this.#state === 'over') return;
    while (this.#rest !== undefined && this.#onItsWay < windowBytes) this.#cut(this.#rest);
    if (this.#reading || this.#rest !== undefined) return;
    if (this.#onItsWay + this.#length >= windowBytes || this.#pieces >= windowPieces) return;
    if (this.#chunks >= joinedChunks) {
      // The answer goes on.
      this.flush();
      return;
    }
    this.#reading = true;
    try {
      promiseThen(
        this.#reader.read(),
        ({ done, value }) => {
          this.#reading = false;
          this.#take(done, value);
        },
        (error) => this.#fail(error),
      );
    } catch (error) {
      this.#fail(error);
    }
  }

  #take(done: boolean, value: unknown): void {
    if (this.#state === 'over') return;
    if (done) {
      this.flush();
      tellHost('reply.end', undefined, undefined, this.#call);
      this.#drop();
      this.#over();
      return;
    }
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = bytesOf(value);
    } catch {
      const error = new TypeError('A chunk of the reply is neither a Uint8Array nor another view of bytes');
      this.#break(error);
      this.cancel(error);
      return;
    }
    if (this.#length + bytes.length <= joinedBytes) this.#join(bytes);
    else {
      this.flush();
      if (bytes.length <= joinedBytes) this.#join(bytes);
      else this.#rest = bytes;
    }
    this.#goOn();
  }

  #join(bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.length === 0) return;
    setBytes((this.#joined ??= new Bytes(joinedBytes)), bytes, this.#length);
    this.#length += bytes.length;
    this.#chunks += 1;
    if (this.#flushes) return;
    this.#flushes = true;
    push(unflushed, this);
    host.flushLater();
  }

  #cut(rest: Uint8Array<ArrayBuffer>): void {
    const start = rest.byteOffset;
    const length = min(rest.length, windowBytes);
    this.#rest = length === rest.length ? undefined : new Bytes(rest.buffer, start + length, rest.length - length);
    this.#send(sliceBuffer(rest.buffer, start, start + length) as ArrayBuffer);
  }

  #send(bytes: ArrayBuffer): void {
    const length = bytes.byteLength;
    this.#onItsWay += length;
    this.#pieces += 1;
    promiseThen(
      hostOp('reply.write', undefined, bytes, this.#call),
      () => {
        this.#onItsWay -= length;
        this.#pieces -= 1;
        this.#goOn();
      },
      (error) => {
        if (this.#state === 'over') return;
        // Where the client has gone, the host knows it better.
        this.#break(error);
        this.cancel(error);
      },
    );
  }

  /** The plugin's stream has failed: what was read before it leaves, and then the connection breaks off. */
  #fail(error: unknown): void {
    if (this.#state === 'over') return;
    this.flush();
    this.#break(error);
    this.#drop();
    this.#over();
  }

  #break(error: unknown): void {
    tellHost('reply.error', this.#describe(error), undefined, this.#call);
  }

  #drop(): void {
    this.#state = 'over';
    this.#joined = undefined;
    this.#rest = undefined;
  }
}

/** Called by the host at the end of a stay in which something was joined. */
export function flush(): void {
  const streams = unflushed;
  unflushed = [];
  for (let i = 0; i < streams.length; i += 1) (streams[i] as ReplyStream).flush();
}

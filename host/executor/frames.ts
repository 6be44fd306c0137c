/**
 * The form of the frames that an executor writes: `u32 length, u8 kind`, then fields, little-endian. Those of the hot path
 * are binary; all others are JSON.
 */

import type { Utf8 } from '../../loader/sandbox/sandbox-events.ts';
import { broken, isAmount, readTold } from './told.ts';
import { type Cost, type FromExecutor, type Logged, mostLineLength, type Op, type Replied, type Subject, subjects } from './wire.ts';

const kinds = { json: 0, enter: 1, leave: 2, replied: 3, withdrawn: 4, op: 5, log: 6 } as const;

const headerBytes = 5;
/** u32 call, f64 cpuUs, u32 initUs, u32 initCpuUs, f64 steps, f64 memoryBytes, u8 flags, u32 head's length, u32 body's length */
const repliedBytes = 4 + 8 + 4 + 4 + 8 + 8 + 1 + 4 + 4;
/** u32 id, u32 budget in ms, u8 subject */
const enterBytes = 4 + 4 + 1;
const mostUint32 = 0xffff_ffff;
/** Of a reply. */
const flags = { open: 1, streamed: 2 } as const;
/** u32 call, u32 op, u8 whether there are bytes, u32 name's length, u32 JSON's length, then name, JSON and bytes */
const opBytes = 4 + 4 + 1 + 4 + 4;
/** u32 call, u32 key, u8 level, u8 whether it is the last, then the text */
const logBytes = 4 + 4 + 1 + 1;
/** What the longest line of a console takes. */
const mostLogBytes = mostLineLength * 3;

/** Collects frames and hands them over as one run of bytes. */
export class FrameWriter {
  #buffer = Buffer.allocUnsafe(65_536);
  #length = 0;
  readonly #write: (bytes: Buffer) => void;

  /** @param write must have taken all bytes when it returns: the buffer is used again */
  constructor(write: (bytes: Buffer) => void) {
    this.#write = write;
  }

  /** Bytes that wait for `flush`. */
  get waiting(): number {
    return this.#length;
  }

  flush(): void {
    if (this.#length === 0) return;
    const length = this.#length;
    this.#length = 0;
    this.#write(this.#buffer.subarray(0, length));
  }

  enter(subject: Subject, id: number, budgetMs: number): void {
    const at = this.#frame(kinds.enter, enterBytes);
    this.#buffer.writeUInt32LE(id, at);
    this.#buffer.writeUInt32LE(Math.max(0, Math.ceil(budgetMs)), at + 4);
    this.#buffer[at + 8] = subjects.indexOf(subject);
  }

  leave(): void {
    this.#frame(kinds.leave, 0);
  }

  /**
   * A reply whose cost is not known yet. `patch` the position that is returned, before anything is flushed.
   * @param body nothing where it follows by operations
   */
  replied(call: number, open: boolean, head: Utf8, body: Utf8 | undefined): number {
    const headLength = head.end - head.start;
    const bodyLength = body === undefined ? 0 : body.end - body.start;
    const at = this.#frame(kinds.replied, repliedBytes + headLength + bodyLength);
    const buffer = this.#buffer;
    buffer.writeUInt32LE(call, at);
    buffer[at + 36] = (open ? flags.open : 0) | (body === undefined ? flags.streamed : 0);
    buffer.writeUInt32LE(headLength, at + 37);
    buffer.writeUInt32LE(bodyLength, at + 41);
    copy(head, buffer, at + repliedBytes);
    if (body !== undefined) copy(body, buffer, at + repliedBytes + headLength);
    return at;
  }

  /** Fills in what a reply's call has cost. */
  patch(at: number, cost: Cost): void {
    const buffer = this.#buffer;
    buffer.writeDoubleLE(cost.cpuUs, at + 4);
    buffer.writeUInt32LE(Math.min(cost.initUs, mostUint32), at + 12);
    buffer.writeUInt32LE(Math.min(cost.initCpuUs, mostUint32), at + 16);
    buffer.writeDoubleLE(cost.steps, at + 20);
    buffer.writeDoubleLE(cost.memoryBytes, at + 28);
  }

  /** Takes a reply back that has not been flushed: its call was stopped after all. */
  withdraw(at: number): void {
    this.#buffer[at - 1] = kinds.withdrawn;
  }

  op(call: number, op: number, name: string, json: string, bytes: Uint8Array | undefined): void {
    const nameLength = Buffer.byteLength(name);
    const jsonLength = Buffer.byteLength(json);
    const at = this.#frame(kinds.op, opBytes + nameLength + jsonLength + (bytes?.byteLength ?? 0));
    const buffer = this.#buffer;
    buffer.writeUInt32LE(call, at);
    buffer.writeUInt32LE(op, at + 4);
    buffer[at + 8] = bytes === undefined ? 0 : 1;
    buffer.writeUInt32LE(nameLength, at + 9);
    buffer.writeUInt32LE(jsonLength, at + 13);
    buffer.write(name, at + opBytes, nameLength);
    buffer.write(json, at + opBytes + nameLength, jsonLength);
    if (bytes !== undefined) buffer.set(bytes, at + opBytes + nameLength + jsonLength);
  }

  log(call: number, key: number, level: number, text: string, last: boolean): void {
    const length = Buffer.byteLength(text);
    const at = this.#frame(kinds.log, logBytes + length);
    const buffer = this.#buffer;
    buffer.writeUInt32LE(call, at);
    buffer.writeUInt32LE(key, at + 4);
    buffer[at + 8] = level;
    buffer[at + 9] = last ? 1 : 0;
    buffer.write(text, at + logBytes, length);
  }

  json(message: Exclude<FromExecutor, { kind: 'enter' | 'leave' | 'replied' | 'op' | 'log' }>): void {
    const text = JSON.stringify(message);
    const length = Buffer.byteLength(text);
    const at = this.#frame(kinds.json, length);
    this.#buffer.write(text, at, length);
  }

  /** Room for one more frame with its header written. @returns where its fields start */
  #frame(kind: number, length: number): number {
    const need = this.#length + headerBytes + length;
    if (need > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(need, this.#buffer.length * 2));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    const at = this.#length;
    this.#buffer.writeUInt32LE(length, at);
    this.#buffer[at + 4] = kind;
    this.#length = need;
    return at + headerBytes;
  }
}

function copy({ bytes, start, end }: Utf8, to: Buffer, at: number): void {
  if (end > start) to.set(bytes.subarray(start, end), at);
}

/** Cuts what comes from the pipe into frames. Fails closed: what has not the form of a frame throws. */
export class FrameReader {
  readonly #onFrame: (frame: FromExecutor) => void;
  readonly #most: number;
  /** The beginning of a frame that is not whole yet. Joined once, when it is: a large reply comes in many chunks. */
  #chunks: Buffer[] = [];
  #have = 0;
  #need = headerBytes;

  /** @param most a frame longer than this is a protocol error */
  constructor(onFrame: (frame: FromExecutor) => void, most: number) {
    this.#onFrame = onFrame;
    this.#most = most;
  }

  /** @throws Error on bytes that are no frames */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#have += chunk.length;
    if (this.#have < this.#need) return;
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#have);
    let at = 0;
    for (;;) {
      this.#need = headerBytes;
      if (bytes.length - at < this.#need) break;
      const length = bytes.readUInt32LE(at);
      if (length > this.#most) throw new Error(`an executor sent a frame of ${length} bytes`);
      this.#need = headerBytes + length;
      if (bytes.length - at < this.#need) break;
      const start = at + headerBytes;
      at += this.#need;
      const kind = bytes[start - 1] as number;
      if (kind !== kinds.withdrawn) this.#onFrame(read(kind, bytes.subarray(start, at)));
    }
    this.#chunks = at < bytes.length ? [bytes.subarray(at)] : [];
    this.#have = bytes.length - at;
  }
}

function read(kind: number, fields: Buffer): FromExecutor {
  switch (kind) {
    case kinds.json:
      return readTold(fields.toString());
    case kinds.enter:
      return readEnter(fields);
    case kinds.leave:
      return leave;
    case kinds.replied:
      return readReplied(fields);
    case kinds.op:
      return readOp(fields);
    case kinds.log:
      return readLog(fields);
    default:
      throw new Error(`an executor sent a frame of kind ${kind}`);
  }
}

const leave = { kind: 'leave' } as const;

function readEnter(fields: Buffer): Extract<FromExecutor, { kind: 'enter' }> {
  const subject = subjects[fields[8] as number];
  if (subject === undefined || fields.length !== enterBytes) throw broken('enter');
  return { kind: 'enter', subject, id: fields.readUInt32LE(0), budgetMs: fields.readUInt32LE(4) };
}

function readOp(fields: Buffer): Op {
  const nameEnd = opBytes + fields.readUInt32LE(9);
  const jsonEnd = nameEnd + fields.readUInt32LE(13);
  const hasBytes = fields[8] === 1;
  if (jsonEnd > fields.length || (!hasBytes && jsonEnd !== fields.length)) throw broken('op');
  return {
    kind: 'op',
    call: fields.readUInt32LE(0),
    op: fields.readUInt32LE(4),
    name: fields.toString('utf8', opBytes, nameEnd),
    json: fields.toString('utf8', nameEnd, jsonEnd),
    bytes: hasBytes ? fields.subarray(jsonEnd) : undefined,
  };
}

function readLog(fields: Buffer): Logged {
  if (fields.length < logBytes || fields.length > logBytes + mostLogBytes) throw broken('log');
  return {
    kind: 'log',
    call: fields.readUInt32LE(0),
    key: fields.readUInt32LE(4),
    level: fields[8] as number,
    last: fields[9] === 1,
    text: fields.subarray(logBytes),
  };
}

function readReplied(fields: Buffer): Replied {
  const headEnd = repliedBytes + fields.readUInt32LE(37);
  const cpuUs = fields.readDoubleLE(4);
  const steps = fields.readDoubleLE(20);
  const memoryBytes = fields.readDoubleLE(28);
  if (headEnd + fields.readUInt32LE(41) !== fields.length || !isAmount(cpuUs) || !isAmount(steps) || !isAmount(memoryBytes)) {
    throw broken('replied');
  }
  const bits = fields[36] as number;
  return {
    kind: 'replied',
    call: fields.readUInt32LE(0),
    cost: { initUs: fields.readUInt32LE(12), initCpuUs: fields.readUInt32LE(16), cpuUs, steps, memoryBytes },
    open: (bits & flags.open) !== 0,
    streamed: (bits & flags.streamed) !== 0,
    head: fields.toString('utf8', repliedBytes, headEnd),
    body: fields.subarray(headEnd),
  };
}

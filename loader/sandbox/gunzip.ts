/**
 * Gzip unpacked step by step: one member and nothing after it, as the platform's DecompressionStream has it. zlib's own
 * reading of gzip goes on with whatever member follows and does not tell.
 */

import { crc32 } from 'node:zlib';
import { type Step, ZlibSteps } from './zlib-steps.ts';

const flag = { headerCrc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const;
const nothing = new Uint8Array(0);

export class Gunzip {
  readonly #body = new ZlibSteps('inflate-raw');
  #stage: 'header' | 'body' | 'trailer' | 'end' | 'malformed' = 'header';
  readonly #header = new GzipHeader();
  readonly #trailer = Buffer.alloc(8);
  #trailerBytes = 0;
  #crc = 0;
  #size = 0;

  /** As {@link ZlibSteps.step}. */
  step(input: Uint8Array = nothing, atEnd: boolean): Step {
    let at = 0;
    if (this.#stage === 'header') {
      const end = this.#header.read(input);
      if (end === 'malformed') this.#stage = 'malformed';
      else if (end !== undefined) this.#stage = 'body';
      at = typeof end === 'number' ? end : input.length;
    }
    // With no input there may still be output that had no room.
    if (this.#stage === 'body' && (at < input.length || input.length === 0)) {
      const step = this.#body.step(input.subarray(at), false);
      if (step === 'malformed') this.#stage = 'malformed';
      else {
        this.#crc = crc32(step.output, this.#crc);
        this.#size = (this.#size + step.output.length) >>> 0;
        // Only where there is no output could it be known that the body has ended; the next step will see.
        if (step.output.length > 0) return step;
        at = input.length - step.left;
        if (step.left > 0) this.#stage = 'trailer';
      }
    }
    if (this.#stage === 'trailer') {
      while (at < input.length && this.#trailerBytes < 8) this.#trailer[this.#trailerBytes++] = input[at++] as number;
      if (this.#trailerBytes === 8) {
        const right = this.#trailer.readUInt32LE(0) === this.#crc && this.#trailer.readUInt32LE(4) === this.#size;
        this.#stage = right ? 'end' : 'malformed';
      }
    }
    if (this.#stage === 'malformed' || (atEnd && this.#stage !== 'end')) return 'malformed';
    return { output: nothing, left: input.length - at };
  }

  close(): void {
    this.#body.close();
  }
}

/** A member's header, which may come in pieces. */
class GzipHeader {
  readonly #start = Buffer.alloc(10);
  #read = 0;
  #stage: 'start' | 'extraLength' | 'extra' | 'name' | 'comment' | 'crc' = 'start';
  /** How far in a stage of fixed length, and its value so far. */
  #count = 0;
  #value = 0;
  #crc = 0;

  /** @returns where the header ended in this input; `undefined` where it has not */
  read(input: Uint8Array): number | 'malformed' | undefined {
    for (let at = 0; at < input.length; at += 1) {
      const byte = input[at] as number;
      const inCrc = this.#stage === 'crc';
      if (!this.#take(byte)) continue;
      if (inCrc) return this.#value === (this.#crc & 0xffff) ? at + 1 : 'malformed';
      const next = this.#nextStage();
      if (next === 'malformed') return 'malformed';
      if (next === undefined) return at + 1;
      if (next === 'crc') this.#crc = crc32(input.subarray(0, at + 1), this.#crc);
      this.#value = next === 'extra' ? this.#value : 0;
      this.#count = 0;
      this.#stage = next;
    }
    if (this.#stage !== 'crc') this.#crc = crc32(input, this.#crc);
    return undefined;
  }

  /** @returns whether the stage has come to its end with this byte */
  #take(byte: number): boolean {
    switch (this.#stage) {
      case 'start':
        this.#start[this.#read++] = byte;
        return this.#read === 10;
      case 'extraLength':
      case 'crc':
        this.#value |= byte << (8 * this.#count++);
        return this.#count === 2;
      case 'extra':
        return ++this.#count === this.#value;
      case 'name':
      case 'comment':
        return byte === 0;
    }
  }

  #nextStage(): 'extraLength' | 'extra' | 'name' | 'comment' | 'crc' | 'malformed' | undefined {
    const flags = this.#start[3] as number;
    const stage = this.#stage;
    if (stage === 'start') {
      if (this.#start[0] !== 0x1f || this.#start[1] !== 0x8b || this.#start[2] !== 8 || flags & flag.reserved) return 'malformed';
      if (flags & flag.extra) return 'extraLength';
    }
    if (stage === 'extraLength' && this.#value > 0) return 'extra';
    if (stage !== 'name' && stage !== 'comment' && flags & flag.name) return 'name';
    if (stage !== 'comment' && flags & flag.comment) return 'comment';
    return flags & flag.headerCrc ? 'crc' : undefined;
  }
}

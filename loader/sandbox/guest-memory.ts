/**
 * An engine's memory, and the values in it that can be read and written there: a call into the engine costs more than
 * ten such accesses, and finds its own code and data cold when thousands of sandboxes take turns. The layout is that of
 * the pinned module; `guest-memory.test.ts` holds it.
 */

import { cappedMemory, MemoryGrowth } from '../../guards/memory.ts';
import type { Utf8 } from './sandbox-events.ts';

/** Address of a JSValue in an engine's memory. */
export type Pointer = number;
/** Address of a string's header. */
type StringAt = number;

/** What a value is: the upper half of its eight bytes. A number that is no int has another one, see `doubleShift`. */
const tags = { first: -9, string: -7, rope: -6, object: -1, int: 0, boolean: 1, exception: 6, last: 7 } as const;
export const valueBytes = 8;

/** The upper half of a double is kept less this, so that it is none of the tags. */
const doubleShift = 0x7ff8_000a;

/** Of a string: its references, its length and width, and two words of the table of atoms; then its characters. */
const stringHeaderBytes = 16;
/** In the length's word, of a string whose characters take two bytes. */
const wideFlag = 0x8000_0000;
const lengthMask = 0x7fff_ffff;
/** The two pieces of a rope, each a value. */
const ropeLeftAt = 16;
const ropeRightAt = 24;

const double = new Float64Array(1);
const doubleHalves = new Int32Array(double.buffer);

/** The arguments of one call of a host function; pointers are borrowed and die with the call. */
export class Arguments {
  readonly length: number;
  readonly #first: Pointer;

  constructor(length: number, first: Pointer) {
    this.length = length;
    this.#first = first;
  }

  pointer(index: number): Pointer {
    return this.#first + index * valueBytes;
  }
}

export class GuestMemory {
  readonly memory: WebAssembly.Memory;
  readonly growth: MemoryGrowth;
  #bytes: Buffer;
  #words: Int32Array;

  constructor(memoryMb: number) {
    this.memory = cappedMemory(memoryMb);
    this.growth = new MemoryGrowth(this.memory, memoryMb);
    this.#bytes = Buffer.from(this.memory.buffer);
    this.#words = new Int32Array(this.memory.buffer);
  }

  /** A view that is good until the engine runs. */
  get bytes(): Buffer {
    if (this.#bytes.byteLength === 0) this.#view();
    return this.#bytes;
  }

  get #fresh(): Int32Array {
    if (this.#words.length === 0) this.#view();
    return this.#words;
  }

  /** Growing has detached the views. */
  #view(): void {
    this.#bytes = Buffer.from(this.memory.buffer);
    this.#words = new Int32Array(this.memory.buffer);
  }

  /** The word at an address that is a multiple of four. */
  word(at: number): number {
    return this.#fresh[at >>> 2] as number;
  }

  setWord(at: number, value: number): void {
    this.#fresh[at >>> 2] = value;
  }

  #tag(value: Pointer): number {
    return this.word(value + 4);
  }

  isException(value: Pointer): boolean {
    return this.#tag(value) === tags.exception;
  }

  isString(value: Pointer): boolean {
    const tag = this.#tag(value);
    return tag === tags.string || tag === tags.rope;
  }

  /** Whether it is an object or a function. */
  isObject(value: Pointer): boolean {
    return this.#tag(value) === tags.object;
  }

  /** A number, or a boolean as one; NaN for all else. */
  number(value: Pointer): number {
    const tag = this.#tag(value);
    const low = this.word(value);
    if (tag === tags.int || tag === tags.boolean) return low;
    if (tag >= tags.first && tag <= tags.last) return Number.NaN;
    doubleHalves[0] = low;
    doubleHalves[1] = tag + doubleShift;
    return double[0] as number;
  }

  /** `number` must not be NaN. */
  setNumber(value: Pointer, number: number): void {
    const int = number | 0;
    const isInt = int === number && !Object.is(number, -0);
    if (!isInt) double[0] = number;
    this.setWord(value, isInt ? int : (doubleHalves[0] as number));
    this.setWord(value + 4, isInt ? tags.int : (doubleHalves[1] as number) - doubleShift);
  }

  /**
   * Where the characters of a value known to be a string lie; 0 where it is a rope, whose pieces lie apart. One that the
   * engine has joined keeps the whole as its left piece.
   */
  string(value: Pointer): StringAt {
    const at = this.word(value);
    if (this.#tag(value) === tags.string) return at;
    const isJoined = this.#tag(at + ropeLeftAt) === tags.string && this.#length(this.word(at + ropeRightAt)) === 0;
    return isJoined ? this.word(at + ropeLeftAt) : 0;
  }

  #length(string: StringAt): number {
    return this.word(string + 4) & lengthMask;
  }

  /** The characters, exactly. */
  text(string: StringAt): string {
    const start = string + stringHeaderBytes;
    const length = this.#length(string);
    const isWide = (this.word(string + 4) & wideFlag) !== 0;
    return isWide ? this.bytes.toString('utf16le', start, start + length * 2) : this.bytes.toString('latin1', start, start + length);
  }

  /** Where the text stands that is its own UTF-8: one of ASCII. A view that is good until the engine runs. */
  utf8(string: StringAt): Utf8 {
    const words = this.#fresh;
    const size = words[(string + 4) >>> 2] as number;
    const start = string + stringHeaderBytes;
    const end = start + (size & lengthMask);
    if ((size & wideFlag) === 0 && isAscii(words, this.#bytes, start, end)) return { bytes: this.#bytes, start, end };
    const bytes = Buffer.from(this.text(string));
    return { bytes, start: 0, end: bytes.length };
  }
}

/** Whether each byte is below 128. `start` is a multiple of four. */
function isAscii(words: Int32Array, bytes: Uint8Array, start: number, end: number): boolean {
  const whole = end & ~3;
  for (let at = start >>> 2; at < whole >>> 2; at += 1) if (((words[at] as number) & 0x8080_8080) !== 0) return false;
  for (let at = whole; at < end; at += 1) if ((bytes[at] as number) > 0x7f) return false;
  return true;
}

/** TextEncoder and TextDecoder. UTF-8 and the legacy encodings are the host's work; UTF-16 is done here. */

import { type BufferSource, bytesOf } from './buffer-source.ts';
import { encodingOf } from './encoding-labels.ts';
import { part } from './lazy.ts';
import { apply, Bytes, charCodeAt, fromCharCode, min, push, setBytes, stringSlice, typedArrayTag } from './primordials.ts';
import { decode, utf8 } from './utf8.ts';
import { asInterface, requireArguments, toDictionary, toText, toUsv } from './webidl.ts';

const multiByte = () => part<typeof import('./multi-byte.ts')>('multi-byte.ts');

export class TextEncoder {
  #brand = true;

  get encoding(): string {
    this.#brand;
    return 'utf-8';
  }

  encode(input: string = ''): Uint8Array<ArrayBuffer> {
    this.#brand;
    return new Bytes(utf8(toText(input)));
  }

  encodeInto(source: string, destination: Uint8Array): { read: number; written: number } {
    this.#brand;
    requireArguments(arguments.length, 2, 'TextEncoder.encodeInto');
    const text = toUsv(source);
    if (!isBytes(destination)) throw new TypeError('TextEncoder.encodeInto needs a Uint8Array');
    const room = destination.length;
    // A code unit makes a byte at least, so no more of the text can fit.
    let read = min(text.length, room);
    let bytes = new Bytes(utf8(whole(text, read)));
    read = whole(text, read).length;
    if (bytes.length > room) {
      let end = room;
      while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end -= 1;
      read = 0;
      for (let at = 0; at < end; at += 1) {
        const byte = bytes[at] as number;
        if ((byte & 0xc0) !== 0x80) read += byte >= 0xf0 ? 2 : 1;
      }
      bytes = new Bytes(bytes.buffer, 0, end);
    }
    setBytes(destination, bytes);
    return { read, written: bytes.length };
  }
}

const isBytes = (value: unknown): value is Uint8Array => {
  try {
    return typedArrayTag(value) === 'Uint8Array';
  } catch {
    return false;
  }
};

/** The first code units, without the first half of a pair. */
function whole(text: string, length: number): string {
  if (length === 0) return '';
  const last = charCodeAt(text, length - 1);
  return stringSlice(text, 0, last >= 0xd800 && last < 0xdc00 && length < text.length ? length - 1 : length);
}

export class TextDecoder {
  readonly #encoding: string;
  readonly #fatal: boolean;
  readonly #ignoreBOM: boolean;
  /** The start of a character that a streamed chunk ended in. */
  #pending: Uint8Array<ArrayBuffer> = new Bytes(0);
  #bomSeen = false;
  #streaming = false;
  /** The escape sequence under which a streamed chunk of ISO-2022-JP ended. */
  #mode: readonly number[] = [];

  constructor(label: string = 'utf-8', options?: { fatal?: boolean; ignoreBOM?: boolean }) {
    const given = toDictionary(options, 'The options of TextDecoder');
    const encoding = encodingOf(toText(label));
    if (encoding === undefined) throw new RangeError('Unknown encoding: ' + label);
    this.#encoding = encoding;
    this.#fatal = Boolean(given?.fatal);
    this.#ignoreBOM = Boolean(given?.ignoreBOM);
  }

  get encoding(): string {
    return this.#encoding;
  }

  get fatal(): boolean {
    return this.#fatal;
  }

  get ignoreBOM(): boolean {
    return this.#ignoreBOM;
  }

  /** The bytes behind the escape sequence that they stand under, unless they begin with another. */
  #resumed(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const { length } = this.#mode;
    let whole = bytes;
    if (length > 0 && bytes[0] !== 0x1b) {
      whole = new Bytes(length + bytes.length);
      setBytes(whole, this.#mode);
      setBytes(whole, bytes, length);
    }
    const { mode } = multiByte().scanIso2022Jp(whole);
    if (mode.length > 0) this.#mode = mode;
    return whole;
  }

  decode(input?: BufferSource, options?: { stream?: boolean }): string {
    this.#encoding;
    const stream = Boolean(toDictionary(options, 'The options of TextDecoder.decode')?.stream);
    let bytes: Uint8Array<ArrayBuffer> = input === undefined ? new Bytes(0) : bytesOf(input);
    if (!this.#streaming) {
      this.#pending = new Bytes(0);
      this.#bomSeen = false;
      this.#mode = [];
    }
    this.#streaming = stream;
    if (this.#pending.length > 0) {
      const both = new Bytes(this.#pending.length + bytes.length);
      setBytes(both, this.#pending);
      setBytes(both, bytes, this.#pending.length);
      bytes = both;
      this.#pending = new Bytes(0);
    }
    if (this.#encoding === 'iso-2022-jp' && bytes.length > 0) bytes = this.#resumed(bytes);
    if (stream) {
      const held = incomplete(bytes, this.#encoding);
      if (held > 0) {
        const cut = bytes.length - held;
        this.#pending = new Bytes(held);
        setBytes(this.#pending, new Bytes(bytes.buffer, bytes.byteOffset + cut, held));
        bytes = new Bytes(bytes.buffer, bytes.byteOffset, cut);
      }
    }
    if (bytes.length === 0) return '';
    const ignoreBOM = this.#ignoreBOM || this.#bomSeen;
    this.#bomSeen = true;
    const text = decodeAny(bytes, this.#encoding, this.#fatal, ignoreBOM);
    if (text !== undefined) return text;
    this.#streaming = false;
    if (this.#fatal) throw new TypeError('The bytes are not valid ' + this.#encoding);
    throw new RangeError('This host cannot decode ' + this.#encoding);
  }
}

function decodeAny(bytes: Uint8Array<ArrayBuffer>, encoding: string, fatal: boolean, ignoreBOM: boolean): string | undefined {
  if (encoding === 'utf-16le') return decodeUtf16(bytes, 0, fatal, ignoreBOM);
  if (encoding === 'utf-16be') return decodeUtf16(bytes, 1, fatal, ignoreBOM);
  if (encoding === 'x-user-defined')
    return fromUnits(bytes.length, (at) => ((bytes[at] as number) < 0x80 ? (bytes[at] as number) : 0xf700 + (bytes[at] as number)));
  return decode(bytes, encoding, fatal, ignoreBOM);
}

function decodeUtf16(bytes: Uint8Array, low: 0 | 1, fatal: boolean, ignoreBOM: boolean): string | undefined {
  const units = bytes.length >> 1;
  let text = fromUnits(units, (at) => (bytes[2 * at + low] as number) | ((bytes[2 * at + 1 - low] as number) << 8));
  if (bytes.length % 2 === 1) text += '\ud800';
  const usv = toUsv(text);
  if (fatal && usv !== text) return undefined;
  // A byte without its other half, and a first half before it, are one error together.
  const odd = bytes.length % 2 === 1 && units > 0 && (charCodeAt(text, units - 1) & 0xfc00) === 0xd800;
  const whole = odd ? stringSlice(usv, 0, -1) : usv;
  return !ignoreBOM && whole[0] === '\ufeff' ? stringSlice(whole, 1) : whole;
}

function fromUnits(length: number, unit: (at: number) => number): string {
  let text = '';
  for (let start = 0; start < length; start += 1_024) {
    const codes: number[] = [];
    const end = min(length, start + 1_024);
    for (let at = start; at < end; at += 1) push(codes, unit(at));
    text += apply(fromCharCode, undefined, codes);
  }
  return text;
}

/** How many bytes at the end may be the start of a character whose rest is still to come. */
function incomplete(bytes: Uint8Array, encoding: string): number {
  const { length } = bytes;
  if (encoding === 'utf-16le' || encoding === 'utf-16be') {
    const odd = length % 2;
    const high = length - odd - (encoding === 'utf-16le' ? 1 : 2);
    return odd + (high >= 0 && ((bytes[high] as number) & 0xfc) === 0xd8 ? 2 : 0);
  }
  if (encoding !== 'utf-8') return multiByte().pendingBytes(bytes, encoding);
  for (let back = 1; back <= 3 && back <= length; back += 1) {
    const byte = bytes[length - back] as number;
    if ((byte & 0xc0) === 0x80) continue;
    const needed = byte >= 0xf0 && byte <= 0xf4 ? 4 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xc2 && byte < 0xe0 ? 2 : 1;
    if (needed <= back) return 0;
    if (back === 1) return 1;
    // The second byte's range depends on the first; out of it, the character is an error already.
    const second = bytes[length - back + 1] as number;
    const least = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
    const most = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
    return second >= least && second <= most ? back : 0;
  }
  return 0;
}

asInterface(TextDecoder, 'TextDecoder', 0, { decode: 0 });
asInterface(TextEncoder, 'TextEncoder', 0);

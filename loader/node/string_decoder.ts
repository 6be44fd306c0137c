/** node:string_decoder: bytes to text in pieces, over the buffer's own encodings and the platform's decoder. */

import { Buffer } from './buffer.ts';

type Kind = 'utf8' | 'pairs' | 'triples' | 'plain';

const kinds: Readonly<Record<string, Kind>> = {
  ...{ utf8: 'utf8', 'utf-8': 'utf8', utf16le: 'pairs', 'utf-16le': 'pairs', ucs2: 'pairs', 'ucs-2': 'pairs' },
  ...{ base64: 'triples', base64url: 'triples', hex: 'plain', latin1: 'plain', binary: 'plain', ascii: 'plain' },
};

export class StringDecoder {
  readonly encoding: string;
  readonly #kind: Kind;
  #utf8: TextDecoder | undefined;
  /** Bytes of an unfinished unit. */
  #rest: Uint8Array = new Uint8Array(0);

  constructor(encoding = 'utf8') {
    const lower = String(encoding).toLowerCase();
    const kind = Object.hasOwn(kinds, lower) ? kinds[lower] : undefined;
    if (kind === undefined) throw Object.assign(new TypeError(`Unknown encoding: ${encoding}`), { code: 'ERR_UNKNOWN_ENCODING' });
    this.#kind = kind;
    this.encoding = lower === 'utf-8' ? 'utf8' : kind === 'pairs' ? 'utf16le' : lower === 'binary' ? 'latin1' : lower;
  }

  write(bytes: Uint8Array | string): string {
    if (typeof bytes === 'string') return bytes;
    if (!ArrayBuffer.isView(bytes)) throw new TypeError('StringDecoder.write takes bytes');
    const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.#kind === 'utf8') {
      this.#utf8 ??= new TextDecoder('utf-8', { ignoreBOM: true });
      return this.#utf8.decode(view, { stream: true });
    }
    const joined = new Uint8Array(this.#rest.length + view.length);
    joined.set(this.#rest);
    joined.set(view, this.#rest.length);
    const whole = this.#whole(joined);
    this.#rest = joined.slice(whole);
    return Buffer.from(joined.buffer, 0, whole).toString(this.encoding);
  }

  end(bytes?: Uint8Array | string): string {
    const text = bytes === undefined ? '' : this.write(bytes);
    if (this.#kind === 'utf8') {
      const rest = this.#utf8?.decode() ?? '';
      this.#utf8 = undefined;
      return text + rest;
    }
    const rest = this.#rest;
    this.#rest = new Uint8Array(0);
    return text + Buffer.from(rest).toString(this.encoding);
  }

  /** How many bytes end with a whole unit: base64's of three, UTF-16's of two, and never between two surrogates. */
  #whole(bytes: Uint8Array): number {
    if (this.#kind === 'plain') return bytes.length;
    if (this.#kind === 'triples') return bytes.length - (bytes.length % 3);
    const even = bytes.length - (bytes.length % 2);
    const high = even > 0 ? ((bytes[even - 1] as number) & 0xfc) === 0xd8 : false;
    return high ? even - 2 : even;
  }
}

export default { StringDecoder };

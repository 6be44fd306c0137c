/** Integers and texts as bytes: few for small ones. */

export class ByteWriter {
  #bytes = Buffer.allocUnsafe(4_096);
  #size = 0;

  /** Seven bits a byte, the lowest first. What is below 0 or no integer is rounded, and is 0 at least. */
  unsigned(value: number): void {
    this.#reserve(8);
    let left = value > 0 ? Math.min(Math.round(value), Number.MAX_SAFE_INTEGER) : 0;
    while (left >= 128) {
      this.#bytes[this.#size++] = (left % 128) | 128;
      left = Math.floor(left / 128);
    }
    this.#bytes[this.#size++] = left;
  }

  signed(value: number): void {
    const whole = Math.min(Math.abs(Math.round(value)), Math.floor(Number.MAX_SAFE_INTEGER / 2));
    this.unsigned(value < 0 ? whole * 2 - 1 : whole * 2);
  }

  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.unsigned(length);
    this.#reserve(length);
    this.#size += this.#bytes.write(value, this.#size);
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#size);
    this.#size += bytes.length;
  }

  /** What was written so far, in memory of its own; the writer begins anew. */
  take(): Uint8Array {
    const taken = new Uint8Array(this.#size);
    taken.set(this.#bytes.subarray(0, this.#size));
    this.#size = 0;
    return taken;
  }

  /** Behind their length, what another has written, which begins anew. */
  takeFrom(other: ByteWriter): void {
    this.unsigned(other.#size);
    this.raw(other.#bytes.subarray(0, other.#size));
    other.#size = 0;
  }

  #reserve(bytes: number): void {
    if (this.#size + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#size + bytes));
    larger.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = larger;
  }
}

/** A copy in memory that threads share: what is sent to them, again and again while a disk fails, is not copied any more. */
export function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

export class ByteReader {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  /** @throws RangeError where the bytes end before the number does */
  unsigned(): number {
    let byte = this.bytes[this.at++];
    if (byte === undefined) throw new RangeError('the bytes end within a number');
    if (byte < 128) return byte;
    let value = byte & 127;
    let weight = 128;
    do {
      byte = this.bytes[this.at++];
      if (byte === undefined) throw new RangeError('the bytes end within a number');
      value += (byte & 127) * weight;
      weight *= 128;
    } while (byte >= 128);
    return value;
  }

  /** So many unsigned numbers are of no interest. @throws RangeError where the bytes end before them */
  skip(many: number): void {
    const { bytes } = this;
    let { at } = this;
    for (let left = many; left > 0; at += 1) {
      const byte = bytes[at];
      if (byte === undefined) throw new RangeError('the bytes end within numbers');
      if (byte < 128) left -= 1;
    }
    this.at = at;
  }

  signed(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  text(): string {
    const length = this.unsigned();
    const from = this.at;
    this.at += length;
    return this.bytes.toString('utf8', from, this.at);
  }
}

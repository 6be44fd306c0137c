/** Changes to a WASM module's bytes, section by section: https://webassembly.github.io/spec/core/binary/modules.html */

/** The magic number and the version. */
const headerBytes = 8;
export const sectionIds = { types: 1, imports: 2, functions: 3, globals: 6, exports: 7, code: 10 } as const;
/** Kinds of imports and exports. */
const kinds = { function: 0, memory: 2 } as const;

/** Reads what the format is made of. */
export class Reader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.at++] as number;
  }

  /** A u32 in LEB128. */
  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  /** A number of any width. */
  skipLeb128(): void {
    while (this.byte() >= 0x80);
  }

  bytes(length: number): Uint8Array {
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  name(): string {
    return Buffer.from(this.bytes(this.number())).toString();
  }
}

export function leb128(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** As the constants of instructions are written. */
export function signedLeb128(value: number | bigint): number[] {
  const bytes: number[] = [];
  for (let rest = BigInt(value); ; ) {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    if ((rest === 0n && byte < 0x40) || (rest === -1n && byte >= 0x40)) return [...bytes, byte];
    bytes.push(byte | 0x80);
  }
}

/** The module with one section made anew. @throws Error where it has none of this kind */
export function withSection(module: Uint8Array, id: number, change: (content: Uint8Array) => Uint8Array): Uint8Array {
  const reader = new Reader(module, headerBytes);
  while (!reader.isAtEnd) {
    const start = reader.at;
    const found = reader.byte();
    const content = reader.bytes(reader.number());
    if (found !== id) continue;
    const changed = change(content);
    return Buffer.concat([module.subarray(0, start), Buffer.from([id, ...leb128(changed.length)]), changed, module.subarray(reader.at)]);
  }
  throw new Error(`the module has no section ${id}`);
}

/**
 * The module with a smaller least memory, which it imports after functions.
 * @param pages of 64 KiB
 * @throws Error where it imports no memory with a maximum that needs more
 */
export function withLeastMemory(module: Uint8Array, pages: number): Uint8Array {
  return withSection(module, sectionIds.imports, (content) => {
    const reader = new Reader(content);
    for (let left = reader.number(); left > 0; left -= 1) {
      reader.name();
      reader.name();
      const kind = reader.byte();
      if (kind === kinds.function) reader.number();
      else if (kind === kinds.memory && reader.byte() === 1) {
        const start = reader.at;
        if (reader.number() < pages) break;
        return Buffer.concat([content.subarray(0, start), Buffer.from(leb128(pages)), content.subarray(reader.at)]);
      } else break;
    }
    throw new Error('the module does not import its memory as expected');
  });
}

/** The module with one more global, a number that starts at 0. @returns its index beside */
export function withCounter(module: Uint8Array): { readonly module: Uint8Array; readonly index: number } {
  let index = 0;
  const changed = withSection(module, sectionIds.globals, (content) => {
    const reader = new Reader(content);
    index = reader.number();
    // Of type i32, can be set; `i32.const 0`, `end`.
    return Buffer.concat([Buffer.from(leb128(index + 1)), content.subarray(reader.at), Uint8Array.of(0x7f, 1, 0x41, 0, 0x0b)]);
  });
  return { module: changed, index };
}

/** The module with no other exports than these. @throws Error where one is missing */
export function withExports(module: Uint8Array, names: readonly string[]): Uint8Array {
  return withSection(module, sectionIds.exports, (content) => {
    const reader = new Reader(content);
    const missing = new Set(names);
    const kept: Uint8Array[] = [];
    for (let left = reader.number(); left > 0; left -= 1) {
      const start = reader.at;
      const isKept = missing.delete(reader.name());
      reader.byte();
      reader.number();
      if (isKept) kept.push(content.subarray(start, reader.at));
    }
    if (missing.size > 0) throw new Error(`the module does not export ${[...missing].join(', ')}`);
    return Buffer.concat([Buffer.from(leb128(kept.length)), ...kept]);
  });
}

/**
 * The memory cap of a sandbox: its WASM memory's own maximum. The engine's `setMemoryLimit` caps nothing, since it
 * counts every allocation as eight bytes.
 */

export const wasmPageBytes = 65_536;

/** The engine's module declares this much as its least. */
export const initialPages = 256;

/** @param memoryMb MiB; less than the engine needs to start is raised to that */
export function cappedMemory(memoryMb: number): WebAssembly.Memory {
  const maximum = Math.max(initialPages, Math.floor((memoryMb * 1_048_576) / wasmPageBytes));
  return new WebAssembly.Memory({ initial: initialPages, maximum });
}

/** Grows for the engine, and remembers whether it was ever refused: from then on the sandbox is spent. */
export class MemoryGrowth {
  readonly #memory: WebAssembly.Memory;
  #refused = false;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  get refused(): boolean {
    return this.#refused;
  }

  /** @param bytes the size that the engine asks for, in all; a fifth more is taken where the cap allows, so that growth is not one page a time */
  request(bytes: number): boolean {
    const have = this.#memory.buffer.byteLength;
    for (const wanted of [Math.max(bytes, have * 1.2), bytes]) {
      const pages = Math.ceil((wanted - have) / wasmPageBytes);
      try {
        this.#memory.grow(pages);
        return true;
      } catch {
        // Above the maximum: try without the extra.
      }
    }
    this.#refused = true;
    return false;
  }
}

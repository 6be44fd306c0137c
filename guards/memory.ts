/**
 * The memory cap of a sandbox: its WASM memory's own maximum. The engine's `setMemoryLimit` caps nothing, since it
 * counts every allocation as eight bytes.
 */

export const wasmPageBytes = 65_536;

/** What every memory starts with: the engine's own data and stack take 5.2 MiB, the platform and a small plugin half of one. */
export const initialPages = 96;

/** @param memoryMb MiB; less than the engine needs to start is raised to that */
export function cappedMemory(memoryMb: number): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: initialPages, maximum: maximumPages(memoryMb) });
}

function maximumPages(memoryMb: number): number {
  return Math.max(initialPages, Math.floor((memoryMb * 1_048_576) / wasmPageBytes));
}

/** Grows for the engine, and remembers whether it was ever refused: from then on the sandbox is spent. */
export class MemoryGrowth {
  readonly #memory: WebAssembly.Memory;
  readonly #mostBytes: number;
  #refused = false;

  /** @param memoryMb what the memory was made with */
  constructor(memory: WebAssembly.Memory, memoryMb: number) {
    this.#memory = memory;
    this.#mostBytes = maximumPages(memoryMb) * wasmPageBytes;
  }

  get refused(): boolean {
    return this.#refused;
  }

  /** @param bytes the size that the engine asks for, in all; a fifth more is taken where the cap allows, so that growth is not one page a time */
  request(bytes: number): boolean {
    const have = this.#memory.buffer.byteLength;
    const wanted = Math.min(this.#mostBytes, Math.max(bytes, have * 1.2));
    const grown = bytes <= this.#mostBytes && this.#grow(Math.ceil((wanted - have) / wasmPageBytes));
    if (!grown) this.#refused = true;
    return grown;
  }

  #grow(pages: number): boolean {
    try {
      this.#memory.grow(pages);
      return true;
    } catch {
      // The machine has no more.
      return false;
    }
  }
}

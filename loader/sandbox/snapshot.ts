/**
 * A sandbox's memory at rest, as bytes: the pages that differ from nothing, and the addresses that make sense of them.
 * Restoring it into a bare instance gives a sandbox as it was, closures and all, without evaluating anything.
 */

import { Engine, type Pointer, type Roots } from './engine.ts';

/** The size in which memory is compared and copied; a small one keeps snapshots small. */
const pageBytes = 4_096;

export interface Snapshot {
  readonly roots: Roots;
  /** Owned values of the guest's that the host calls, by name. */
  readonly entries: Readonly<Record<string, Pointer>>;
  readonly memoryBytes: number;
  /** Numbers of the pages in `bytes`, in their order. */
  readonly pages: Uint32Array;
  readonly bytes: Uint8Array;
}

function usedPages(memory: WebAssembly.Memory): Set<number> {
  const words = new BigUint64Array(memory.buffer);
  const perPage = pageBytes / 8;
  const used = new Set<number>();
  for (let page = 0; page * perPage < words.length; page += 1) {
    for (let i = page * perPage; i < (page + 1) * perPage; i += 1) {
      if (words[i] !== 0n) {
        used.add(page);
        break;
      }
    }
  }
  return used;
}

/** Of an engine at rest: no guest frame on the stack, no job waiting. */
export async function takeSnapshot(engine: Engine, entries: Readonly<Record<string, Pointer>>): Promise<Snapshot> {
  // A page that a bare instance fills and this engine has emptied must be written, too.
  const bare = await Engine.instantiate(0);
  const pages = Uint32Array.from(usedPages(engine.memory).union(usedPages(bare.memory))).sort();
  const memory = new Uint8Array(engine.memory.buffer);
  const bytes = new Uint8Array(pages.length * pageBytes);
  pages.forEach((page, i) => {
    bytes.set(memory.subarray(page * pageBytes, (page + 1) * pageBytes), i * pageBytes);
  });
  return { roots: engine.roots, entries, memoryBytes: memory.byteLength, pages, bytes };
}

/** Makes a bare instance into what the snapshot was taken of. Its host functions must be provided in the same order. */
export function restoreSnapshot(engine: Engine, snapshot: Snapshot): void {
  const missing = snapshot.memoryBytes - engine.memory.buffer.byteLength;
  if (missing > 0 && !engine.growth.request(snapshot.memoryBytes)) throw new Error('the snapshot does not fit into the memory cap');
  const memory = new Uint8Array(engine.memory.buffer);
  const { pages, bytes } = snapshot;
  // Neighbouring pages are copied as one run.
  for (let i = 0; i < pages.length; ) {
    let end = i + 1;
    while (end < pages.length && pages[end] === (pages[i] as number) + end - i) end += 1;
    memory.set(bytes.subarray(i * pageBytes, end * pageBytes), (pages[i] as number) * pageBytes);
    i = end;
  }
  engine.adopt(snapshot.roots);
}

/** Zeros in place of what was in an engine's free memory. */

import type { Engine } from './engine.ts';

/** Blocks for which free memory is searched, from the largest down. Each search ends above all that was used, so it is small. */
const largestBlock = 1 << 12;
const smallestBlock = 64;
/** The allocator's own: at the heap's end, at the beginning of a free block, and between two that are neighbors; the least block that is in use is larger. */
const footBytes = 64;
const headBytes = 32;
const mostBetween = 16;

/**
 * Overwrites free memory with zeros: what was there is of no use to a snapshot, and pages without anything else need not be
 * kept. Only at rest.
 */
export function clearFree(engine: Engine): void {
  const end = engine.heapEnd;
  const held = new Map<number, number>();
  /** From here on nothing was given out. */
  let above = Number.POSITIVE_INFINITY;
  for (let size = largestBlock; size >= smallestBlock; size /= 2) {
    for (;;) {
      const block = engine.malloc(size);
      if (block === 0) break;
      if (block + size > end) {
        above = Math.min(above, block);
        engine.freeBlock(block);
        break;
      }
      engine.bytes.fill(0, block, block + size);
      held.set(block, size);
    }
  }
  for (const block of held.keys()) engine.freeBlock(block);
  // Neighbors are one free block now: what was between them, and at the second one's beginning, is left over.
  const blocks = [...held.keys()].sort((a, b) => a - b);
  blocks.forEach((block, i) => {
    const last = blocks[i - 1];
    const end = last === undefined ? 0 : last + (held.get(last) as number);
    if (block - end <= mostBetween) engine.bytes.fill(0, end, block + headBytes);
  });
  if (above + headBytes < engine.heapEnd - footBytes) engine.bytes.fill(0, above + headBytes, engine.heapEnd - footBytes);
}

/** Zeros in place of what was in an engine's free memory. */

import type { Engine } from './engine.ts';

/** Blocks for which free memory is searched, from the largest down. */
const largestBlock = 1 << 14;
const smallestBlock = 64;

/**
 * Overwrites free memory with zeros: what was there is of no use to a snapshot, and pages without anything else need not be
 * kept. Only at rest.
 */
export function clearFree(engine: Engine): void {
  const end = engine.heapEnd;
  const held: number[] = [];
  for (let size = largestBlock; size >= smallestBlock; size /= 2) {
    for (;;) {
      const block = engine.malloc(size);
      if (block === 0 || block + size > end) {
        // From above all that was ever used.
        if (block !== 0) engine.freeBlock(block);
        break;
      }
      engine.bytes.fill(0, block, block + size);
      held.push(block);
    }
  }
  for (const block of held) engine.freeBlock(block);
  // What came from above has left headers there.
  const above = engine.malloc(largestBlock * 2);
  if (above === 0) return;
  engine.bytes.fill(0, above, above + largestBlock * 2);
  engine.freeBlock(above);
}

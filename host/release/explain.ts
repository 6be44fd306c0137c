/** Where in the author's source a call failed: by the guard's site, or by the guest's stack through the source map. */

import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import type { SourcePosition } from '../../guards/errors.ts';
import type { Bundle } from './release.ts';

/** A frame of the guest's stack: `at name (plugin.js:12:34)`. */
const frame = /\(?plugin\.js:(\d+):(\d+)\)?/g;

/** The guest's stack in positions of the author's files; frames that are not the author's are left out. */
export function explainStack(stack: string, bundle: Bundle): SourcePosition[] {
  const map = new TraceMap(bundle.sourceMap);
  const positions: SourcePosition[] = [];
  for (const [, line, column] of stack.matchAll(frame)) {
    const found = originalPositionFor(map, { line: Number(line), column: Math.max(0, Number(column) - 1) });
    if (found.source !== null) positions.push({ file: found.source, line: found.line, column: found.column + 1 });
  }
  return positions;
}

/** The first place that is known, if any is. */
export function explain(where: { site: number | undefined; guestStack: string | undefined }, bundle: Bundle): SourcePosition | undefined {
  if (where.site !== undefined) return bundle.sites[where.site];
  return where.guestStack === undefined ? undefined : explainStack(where.guestStack, bundle)[0];
}

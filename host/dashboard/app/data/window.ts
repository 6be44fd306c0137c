/** Which rows of a long list are drawn: those that can be seen, and some around them. */

export interface Windowed {
  readonly first: number;
  /** Not drawn any more. */
  readonly end: number;
}

const overscan = 8;

/** @param heightPx of the part that can be seen */
export function windowed(count: number, rowPx: number, scrolledPx: number, heightPx: number): Windowed {
  const first = Math.max(0, Math.min(count, Math.floor(scrolledPx / rowPx)) - overscan);
  const end = Math.min(count, Math.ceil((scrolledPx + heightPx) / rowPx) + overscan);
  return { first, end: Math.max(first, end) };
}

/** Where to scroll to so that a row is seen; `undefined` where it is. */
export function scrollFor(row: number, rowPx: number, scrolledPx: number, heightPx: number): number | undefined {
  const top = row * rowPx;
  if (top < scrolledPx) return top;
  if (top + rowPx > scrolledPx + heightPx) return top + rowPx - heightPx;
  return undefined;
}

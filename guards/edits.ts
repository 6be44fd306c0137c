/** Insertions and replacements in a text that never add or remove a line, with the columns that they move. */

/** Replaces `remove` characters at the offset `at` by `text`. Neither holds a line break. */
export interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly text: string;
}

/** An edit that is still to be put in order with others: nested ones meet at one offset. */
export type Draft = Edit & { readonly closes: boolean; readonly order: number };

/**
 * Drafts in the order of their offsets. At one offset an inner node's end comes before an outer node's, and both before
 * a beginning.
 * @param drafts their `order` is that of a walk that meets outer nodes first
 */
export function inOrder(drafts: Draft[]): Draft[] {
  return drafts.sort((a, b) => a.at - b.at || Number(b.closes) - Number(a.closes) || (a.closes ? b.order - a.order : a.order - b.order));
}

/** One segment of a decoded source map: its first number is the column in the generated text. */
export type Segment = [number] | [number, number, number, number] | [number, number, number, number, number];

/** Offsets at which the lines of a text begin. */
export function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** The index of the line that holds an offset, from 0. */
export function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** @param edits in the order of their offsets; what they remove does not overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let done = 0;
  for (const edit of edits) {
    parts.push(text.slice(done, edit.at), edit.text);
    done = edit.at + edit.remove;
  }
  parts.push(text.slice(done));
  return parts.join('');
}

/**
 * Carries the decoded mappings of a text over to the edited text, in place. Since an edit stays within its line, moving
 * columns is exact and costs one pass; composing two maps for a bundle of 700 kB takes many times as long.
 */
export function moveMappings(mappings: Segment[][], starts: readonly number[], edits: readonly Edit[]): void {
  let next = 0;
  for (const [line, segments] of mappings.entries()) {
    const start = starts[line] ?? Number.POSITIVE_INFINITY;
    const end = starts[line + 1] ?? Number.POSITIVE_INFINITY;
    while (next < edits.length && (edits[next] as Edit).at < start) next += 1;
    let moved = 0;
    for (const segment of segments) {
      for (; next < edits.length; next += 1) {
        const edit = edits[next] as Edit;
        // An insertion right at a segment stands before it: the segment's own text is what it must go on naming.
        if (edit.at >= end || edit.at + edit.remove > start + segment[0]) break;
        moved += edit.text.length - edit.remove;
      }
      segment[0] += moved;
    }
  }
}

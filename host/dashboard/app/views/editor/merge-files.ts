/** Brings what two have made of the same files together: whatever only one of them has changed is taken, lines of one file as well. */

import { diffArrays } from 'diff';

export type Files = ReadonlyMap<string, string>;

/** A file that both have changed in the same place. `undefined`: there is none. */
export interface Conflict {
  readonly file: string;
  readonly mine: string | undefined;
  readonly theirs: string | undefined;
}

export interface Merged {
  /** With what is mine where both have changed the same. */
  readonly files: Files;
  readonly conflicts: readonly Conflict[];
}

export function mergeFiles(base: Files, mine: Files, theirs: Files): Merged {
  const files = new Map<string, string>();
  const conflicts: Conflict[] = [];
  for (const file of [...new Set([...mine.keys(), ...theirs.keys()])].sort()) {
    const [before, own, other] = [base.get(file), mine.get(file), theirs.get(file)];
    let merged = own;
    if (own === before) merged = other;
    else if (other !== before && own !== other) {
      merged = own === undefined || other === undefined || before === undefined ? undefined : mergeTexts(before, own, other);
      if (merged === undefined) {
        conflicts.push({ file, mine: own, theirs: other });
        merged = own;
      }
    }
    if (merged !== undefined) files.set(file, merged);
  }
  return { files, conflicts };
}

interface Change {
  /** Of the base's lines, from the first to the one behind the last. */
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

/** Two texts that have nothing in common take time that grows with the square of their length. */
const mostEdits = 4_000;

/** @returns undefined where both have changed lines that touch */
export function mergeTexts(base: string, mine: string, theirs: string): string | undefined {
  const lines = base.split('\n');
  const [own, others] = [changes(lines, mine.split('\n')), changes(lines, theirs.split('\n'))];
  if (own === undefined || others === undefined) return undefined;
  const merged: string[] = [];
  let at = 0;
  const left = [...own];
  const right = [...others];
  while (left.length > 0 || right.length > 0) {
    const [a, b] = [left[0], right[0]];
    if (a !== undefined && b !== undefined && touch(a, b)) {
      // The same change by both is one.
      if (!isSame(a, b)) return undefined;
      right.shift();
      continue;
    }
    const next = (b === undefined || (a !== undefined && a.from <= b.from) ? left : right).shift() as Change;
    merged.push(...lines.slice(at, next.from), ...next.lines);
    at = next.to;
  }
  return [...merged, ...lines.slice(at)].join('\n');
}

/** An empty line is another change than none. */
function isSame(a: Change, b: Change): boolean {
  return a.from === b.from && a.to === b.to && a.lines.length === b.lines.length && a.lines.every((line, i) => line === b.lines[i]);
}

/** Lines that stand side by side are taken for touching: whoever reads one reads the other. */
function touch(a: Change, b: Change): boolean {
  return a.from <= b.to && b.from <= a.to;
}

function changes(before: readonly string[], after: readonly string[]): Change[] | undefined {
  const parts = diffArrays([...before], [...after], { maxEditLength: mostEdits });
  if (parts === undefined) return undefined;
  const found: Change[] = [];
  let at = 0;
  for (const { added, removed, value } of parts) {
    const last = found.at(-1);
    if (!added && !removed) at += value.length;
    else if (added) {
      if (last?.to === at) found[found.length - 1] = { ...last, lines: [...last.lines, ...value] };
      else found.push({ from: at, to: at, lines: value });
    } else {
      const to = at + value.length;
      if (last?.to === at) found[found.length - 1] = { ...last, to };
      else found.push({ from: at, to, lines: [] });
      at = to;
    }
  }
  return found;
}

/** A patch in unified form as lines to be shown. */

export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed' | 'hunk';
  readonly text: string;
}

/** Without the head that names the files. */
export function diffLines(patch: string): DiffLine[] {
  const lines = patch.split('\n');
  const first = lines.findIndex((line) => line.startsWith('@@'));
  if (first < 0) return [];
  return lines.slice(first).flatMap((line): DiffLine[] => {
    if (line.startsWith('@@')) return [{ kind: 'hunk', text: line }];
    if (line.startsWith('+')) return [{ kind: 'added', text: line }];
    if (line.startsWith('-')) return [{ kind: 'removed', text: line }];
    // What ends the patch, and what it says of ends of files.
    if (line === '' || line.startsWith('\\')) return [];
    return [{ kind: 'same', text: line }];
  });
}

export function sizeOf(lines: readonly DiffLine[]): { readonly added: number; readonly removed: number } {
  const of = (kind: DiffLine['kind']) => lines.filter((line) => line.kind === kind).length;
  return { added: of('added'), removed: of('removed') };
}

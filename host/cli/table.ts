/** Rows of cells as aligned text. */

import { printableLine } from '../printable.ts';
import { cutEnd, padEnd, padStart, terminalWidth } from './terminal-width.ts';

export interface Column {
  readonly head: string;
  readonly align?: 'left' | 'right';
}

/** @param width of the terminal: the last column is cut to it; nothing is cut where it is undefined. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], width?: number): string {
  const lines = [columns.map(({ head }) => head), ...rows.map((row) => row.map(printableLine))];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => terminalWidth(line[i] ?? ''))));
  return lines.map((line) => cutTo(line.map((cell, i) => pad(cell, widths[i] ?? 0, columns[i])).join('  '), width)).join('\n');
}

function pad(cell: string, width: number, column: Column | undefined): string {
  return column?.align === 'right' ? padStart(cell, width) : padEnd(cell, width);
}

function cutTo(line: string, width: number | undefined): string {
  const text = line.trimEnd();
  return width === undefined ? text : cutEnd(text, width);
}

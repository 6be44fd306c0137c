/** The place of a diagnostic as a reader sees it: its line of the source, the line before, and a mark below. */

import { printableLine } from '../printable.ts';
import { type Paint, plain } from './paint.ts';
import { cutEnd, cutStart, terminalWidth } from './terminal-width.ts';

export interface FrameOptions {
  /** Of the terminal. A longer line is shown around the mark only. */
  readonly width?: number;
  readonly paint?: Paint;
}

/** TypeScript's own line ends. */
const lineEnd = /\r\n|[\n\r\u2028\u2029]/;
const word = /^[\p{L}\p{N}_$]+/u;

/**
 * @param line from 1, as is `column`, which counts UTF-16 units
 * @returns `undefined` where the text has no such line
 */
export function codeFrame(
  text: string,
  line: number,
  column: number,
  { width = 120, paint = plain }: FrameOptions = {},
): string | undefined {
  const lines = text.split(lineEnd);
  const shown = lines[line - 1];
  if (shown === undefined || column < 1) return undefined;
  const gutterWidth = String(line).length + 2;
  const gutter = (number: string) => paint('dim', `${number.padStart(gutterWidth)} │ `);
  const room = Math.max(20, width - gutterWidth - 3);

  const at = Math.min(column - 1, shown.length);
  const marked = word.exec(shown.slice(at))?.[0] ?? shown.slice(at, at + 1);
  const { before, mark, after } = around(rendered(shown.slice(0, at)), rendered(marked), rendered(shown.slice(at + marked.length)), room);
  const frame: string[] = [];
  const previous = lines[line - 2];
  if (previous !== undefined && previous.trim() !== '') frame.push(`${gutter(String(line - 1))}${cutEnd(rendered(previous), room)}`);
  frame.push(`${gutter(String(line))}${before}${mark}${after}`);
  const underline = `^${'~'.repeat(Math.max(0, terminalWidth(mark) - 1))}`;
  frame.push(`${gutter('')}${' '.repeat(terminalWidth(before))}${paint('red', underline)}`);
  return frame.join('\n');
}

/** A tab is two columns wherever it stands: what is below it must not depend on the terminal's stops. */
function rendered(text: string): string {
  return printableLine(text.replaceAll('\t', '  '));
}

/** Cuts what stands around the mark, so that mark and some of both sides are seen. */
function around(before: string, mark: string, after: string, room: number): { before: string; mark: string; after: string } {
  if (terminalWidth(before) + terminalWidth(mark) + terminalWidth(after) <= room) return { before, mark, after };
  const shownMark = cutEnd(mark, Math.floor(room / 2));
  const left = room - terminalWidth(shownMark);
  const shownBefore = cutStart(before, Math.max(Math.floor(left / 2), left - terminalWidth(after)));
  const rest = left - terminalWidth(shownBefore);
  return { before: shownBefore, mark: shownMark, after: rest > 0 ? cutEnd(after, rest) : '' };
}

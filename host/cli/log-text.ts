/** Entries of a plugin's log as text. What a plugin has written cannot look like another's line: whatever follows its first line is set in. */

import { printable, printableLine } from '../printable.ts';
import type { LogEvent } from './log-events.ts';
import type { Paint, Style } from './paint.ts';

const styles: Readonly<Record<string, Style>> = { debug: 'dim', info: 'cyan', warn: 'yellow', error: 'red' };
const shownOfCall = 8;
const margin = '\n    | ';

export function logText(event: LogEvent, paint: Paint): string {
  if (event.kind === 'gap') {
    const { missed } = event;
    return paint(
      'yellow',
      missed === null ? '… lines may be missing here: the host has them no more' : `… ${lines(missed)} missed: read too slowly`,
    );
  }
  const head = [paint('dim', printableLine(event.at))];
  if (event.kind === 'dropped')
    return [...head, paint('yellow', `… ${lines(event.lines)} dropped${speakerOf(event) && ` of ${speakerOf(event)}`}`)].join(' ');
  const { level, call, text, cut, last } = event;
  head.push(paint(styles[level] ?? 'bold', printableLine(level).padEnd(5)), paint('bold', speakerOf(event)));
  if (call !== null) head.push(paint('dim', printableLine(call).slice(0, shownOfCall)));
  const shown = printable(text).replaceAll('\n', margin);
  const rest = last ? margin + paint('yellow', '… what this call wrote after it was dropped') : '';
  return `${head.join(' ')} ${shown}${cut ? '…' : ''}${rest}`;
}

function speakerOf(entry: { readonly preview: string | null; readonly for: string | null; readonly release?: unknown }): string {
  const parts = [entry.for, entry.preview === null ? null : `preview ${entry.preview}`].filter((one) => one !== null);
  if (parts.length > 0) return printableLine(parts.join(' of '));
  return typeof entry.release === 'number' ? `r${entry.release}` : '';
}

function lines(count: number): string {
  return count === 1 ? '1 line' : `${count} lines`;
}

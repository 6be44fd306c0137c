/** What is kept of a plugin's console, and how it is shown. */

import type { Trial } from '../release/release.ts';

export const levels = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof levels)[number];

/** Under which of the plugin's names something was said: a release by its number, or what has none. A preview may be what is tried. */
export interface Speaker {
  readonly release?: number;
  /** The preview's id. */
  readonly preview?: string;
  readonly trial?: Trial;
}

/** A line as it was said. */
export interface SaidEntry extends Speaker {
  readonly kind: 'line';
  /** Grows with each entry of any plugin, and goes on growing when the host is started again. */
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `undefined` where the call was over for the host already. */
  readonly interface: string | undefined;
  readonly call: string | undefined;
  readonly executor: number;
  readonly level: Level;
  /** Printable; newlines and tabs are as they were. */
  readonly text: string;
  /** Whether the text went on. */
  readonly isCut: boolean;
  /** Whether what the call said after it was dropped. */
  readonly isLast: boolean;
}

/** Lines that were said here and are nowhere: more than a plugin may say. Of which release is not known. */
export interface DroppedEntry extends Omit<Speaker, 'release'> {
  readonly kind: 'dropped';
  readonly sequence: number;
  readonly at: number;
  readonly lines: number;
}

export type Entry = SaidEntry | DroppedEntry;

/** More or less what an entry takes of memory beside its text. */
const entryBytes = 320;

export function weightOf(entry: Entry): number {
  return entryBytes + (entry.kind === 'line' ? entry.text.length * 2 : 0);
}

/** As the API, the tail and the file have it. Every field is there, so that nobody takes one that is missing for another. */
export type EntryView =
  | {
      readonly kind: 'line';
      readonly sequence: number;
      readonly at: string;
      readonly release: number | null;
      readonly preview: string | null;
      readonly for: Trial | null;
      readonly interface: string | null;
      readonly call: string | null;
      readonly executor: number;
      readonly level: Level;
      readonly text: string;
      readonly cut: boolean;
      readonly last: boolean;
    }
  | {
      readonly kind: 'dropped';
      readonly sequence: number;
      readonly at: string;
      readonly preview: string | null;
      readonly for: Trial | null;
      readonly lines: number;
    };

export function viewOf(entry: Entry): EntryView {
  const { sequence, preview = null, trial = null } = entry;
  const [at, speaker] = [new Date(entry.at).toISOString(), { preview, for: trial }];
  if (entry.kind === 'dropped') return { kind: 'dropped', sequence, at, ...speaker, lines: entry.lines };
  const { release = null, call = null, executor, level, text, isCut: cut, isLast: last } = entry;
  return { kind: 'line', sequence, at, release, ...speaker, interface: entry.interface ?? null, call, executor, level, text, cut, last };
}

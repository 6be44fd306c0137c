/** Which entries of a plugin's log someone wants to see. */

import { type Entry, type Level, levels } from './line.ts';

export interface Filter {
  /** This level, and those above it. */
  readonly level?: Level | undefined;
  readonly release?: number | undefined;
  readonly preview?: string | undefined;
  /** The call's id, or its beginning. */
  readonly call?: string | undefined;
  readonly contains?: string | undefined;
  readonly from?: Source | undefined;
}

/** What was run: live releases, drafts, or what is tried at a push. */
export const sources = ['live', 'previews', 'tests', 'replay'] as const;
export type Source = (typeof sources)[number];

export type Matches = (entry: Entry) => boolean;

export function matcher({ level = 'debug', release, preview, call, contains, from }: Filter): Matches {
  const least = levels.indexOf(level);
  return (entry) => {
    if (from !== undefined && sourceOf(entry) !== from) return false;
    if (preview !== undefined && entry.preview !== preview) return false;
    // They may have been any: whoever could have been shown one is told of them.
    if (entry.kind === 'dropped') return release === undefined || (entry.preview === undefined && entry.trial === undefined);
    if (release !== undefined && entry.release !== release) return false;
    if (levels.indexOf(entry.level) < least) return false;
    if (call !== undefined && entry.call?.startsWith(call) !== true) return false;
    return contains === undefined || entry.text.includes(contains);
  };
}

function sourceOf({ preview, trial }: Entry): Source {
  return trial ?? (preview === undefined ? 'live' : 'previews');
}

/** What is chosen in `nbox top`, and how keys change it. Pure: what it looks like is the view's. */

import type { PressedKey } from '../terminal/keys.ts';
import type { PluginRow } from './sample.ts';

export const sortKeys = ['cpu', 'calls', 'errors', 'p50', 'p99', 'memory', 'name'] as const;
export type SortKey = (typeof sortKeys)[number];

/** Pressed alone, each sorts by its column. */
export const sortLetters: Readonly<Record<string, SortKey>> = {
  c: 'cpu',
  a: 'calls',
  e: 'errors',
  l: 'p50',
  p: 'p99',
  m: 'memory',
  n: 'name',
};

export interface TopState {
  readonly sort: SortKey;
  readonly isReversed: boolean;
  /** Plugins whose ids have it, whatever the case. */
  readonly filter: string;
  /** The filter that is being typed, and that which it takes the place of. */
  readonly typing: { readonly before: string } | undefined;
  readonly isPaused: boolean;
  /** Rows above the first that is shown. */
  readonly offset: number;
  readonly isHelp: boolean;
}

export const firstState: TopState = Object.freeze({
  ...{ sort: 'cpu', isReversed: false, filter: '', typing: undefined, isPaused: false, offset: 0, isHelp: false },
});

const mostFilter = 200;

/**
 * @param rows how many pass the filter, and how many of them are shown at once
 * @returns `quit` where the key ends it
 */
export function press(state: TopState, key: PressedKey, rows: { readonly all: number; readonly shown: number }): TopState | 'quit' {
  if (key.ctrl && key.name === 'c') return 'quit';
  if (state.typing !== undefined) return type(state, state.typing, key);
  if (state.isHelp) return key.name === 'q' ? 'quit' : { ...state, isHelp: false };
  const scrolled = (by: number) => ({ ...state, offset: Math.max(0, Math.min(rows.all - rows.shown, state.offset + by)) });
  switch (key.name) {
    case 'q':
      return 'quit';
    case '/':
      return { ...state, typing: { before: state.filter }, offset: 0 };
    case 'escape':
      return { ...state, filter: '', offset: 0 };
    case 'space':
    case ' ':
      return { ...state, isPaused: !state.isPaused };
    case '?':
    case 'h':
      return { ...state, isHelp: true };
    case 'r':
      return { ...state, isReversed: !state.isReversed, offset: 0 };
    case 'left':
    case 'right': {
      const next = sortKeys.indexOf(state.sort) + (key.name === 'left' ? -1 : 1);
      return { ...state, sort: sortKeys[(next + sortKeys.length) % sortKeys.length] as SortKey, offset: 0 };
    }
    case 'up':
    case 'k':
      return scrolled(-1);
    case 'down':
    case 'j':
      return scrolled(1);
    case 'pageup':
      return scrolled(-rows.shown);
    case 'pagedown':
      return scrolled(rows.shown);
    case 'home':
      return scrolled(-rows.all);
    case 'end':
      return scrolled(rows.all);
    default: {
      const sort = Object.hasOwn(sortLetters, key.name) ? sortLetters[key.name] : undefined;
      return sort === undefined ? state : { ...state, sort, isReversed: false, offset: 0 };
    }
  }
}

function type(state: TopState, { before }: { readonly before: string }, { name, ctrl, text }: PressedKey): TopState {
  if (name === 'return' || name === 'enter') return { ...state, typing: undefined };
  if (name === 'escape') return { ...state, typing: undefined, filter: before };
  if (name === 'backspace') return { ...state, filter: [...state.filter].slice(0, -1).join(''), offset: 0 };
  if (ctrl && name === 'u') return { ...state, filter: '', offset: 0 };
  return text === '' || state.filter.length >= mostFilter ? state : { ...state, filter: state.filter + text, offset: 0 };
}

const values: Readonly<Record<Exclude<SortKey, 'name'>, (row: PluginRow) => number>> = {
  cpu: ({ cpu }) => cpu,
  calls: ({ callsPerSecond }) => callsPerSecond,
  errors: ({ errorsPerSecond }) => errorsPerSecond,
  p50: ({ p50Us }) => p50Us,
  p99: ({ p99Us }) => p99Us,
  memory: ({ memoryBytes }) => memoryBytes,
};

/** Those that pass the filter, the greatest first; names from a on. Where two are the same, by name, so that rows do not dance. */
export function chosen(
  rows: readonly PluginRow[],
  { sort, isReversed, filter }: Pick<TopState, 'sort' | 'isReversed' | 'filter'>,
): PluginRow[] {
  const wanted = filter.toLowerCase();
  const found = rows.filter(({ plugin }) => plugin.includes(wanted));
  const byName = (a: PluginRow, b: PluginRow) => (a.plugin < b.plugin ? -1 : a.plugin > b.plugin ? 1 : 0);
  const value = sort === 'name' ? () => 0 : values[sort];
  const sorted = found.sort((a, b) => value(b) - value(a) || byName(a, b));
  return isReversed ? sorted.reverse() : sorted;
}

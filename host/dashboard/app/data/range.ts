/** The time that the page is about: the last while, or from one instant to another; and in which steps it is asked for. */

import type { Query } from '../routes/query.ts';

export const presets = ['5m', '15m', '1h', '6h', '24h', '7d', '30d', '90d'] as const;
export type Preset = (typeof presets)[number];

export type Range =
  | { readonly kind: 'last'; readonly preset: Preset }
  /** Milliseconds since the epoch. */
  | { readonly kind: 'between'; readonly from: number; readonly to: number };

export type Step = '1s' | '1m' | '1h' | '1d';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export const stepMs: Readonly<Record<Step, number>> = { '1s': second, '1m': minute, '1h': hour, '1d': day };

const presetMs: Readonly<Record<Preset, number>> = {
  ...{ '5m': 5 * minute, '15m': 15 * minute, '1h': hour, '6h': 6 * hour },
  ...{ '24h': day, '7d': 7 * day, '30d': 30 * day, '90d': 90 * day },
};

export const presetNames: Readonly<Record<Preset, string>> = {
  ...{ '5m': 'Last 5 minutes', '15m': 'Last 15 minutes', '1h': 'Last hour', '6h': 'Last 6 hours' },
  ...{ '24h': 'Last 24 hours', '7d': 'Last 7 days', '30d': 'Last 30 days', '90d': 'Last 90 days' },
};

export const defaultRange: Range = Object.freeze({ kind: 'last', preset: '1h' });

/** Seconds are kept for 15 minutes, minutes for three days: with some room, so that a question never comes too late. */
const secondsKept = 15 * minute - 10 * second;
const minutesKept = 3 * day - hour;
const hoursKept = 399 * day;

export function rangeOf({ range, from, to }: Query): Range {
  const preset = presets.find((one) => one === range);
  if (preset !== undefined) return { kind: 'last', preset };
  const [begin, end] = [instantOf(from), instantOf(to)];
  if (begin !== undefined && end !== undefined && begin < end) return { kind: 'between', from: begin, to: end };
  return defaultRange;
}

/** What of the query says it; the default says nothing. */
export function queryOf(range: Range): { range: string | undefined; from: string | undefined; to: string | undefined } {
  if (range.kind === 'between') return { range: undefined, from: String(range.from), to: String(range.to) };
  const isDefault = defaultRange.kind === 'last' && range.preset === defaultRange.preset;
  return { range: isDefault ? undefined : range.preset, from: undefined, to: undefined };
}

function instantOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{10,15}$/.test(text) ? Number(text) : undefined;
}

export interface Window {
  readonly from: number;
  /** Not in it. */
  readonly to: number;
  readonly step: Step;
  /** How long the last step has lasted yet, in ms: what is counted in it is divided by that. */
  readonly lastMs: number;
}

/** What is told of a second comes a moment later; a minute that has hardly begun says nothing yet. */
const leastLastMs: Readonly<Record<Step, number>> = { '1s': 2_000, '1m': 8_000, '1h': 120_000, '1d': 3_600_000 };

/** Widened to whole steps. A range that goes up to now ends with the step that has begun. */
export function windowOf(range: Range, now: number): Window {
  const to = range.kind === 'last' ? now : Math.min(range.to, now);
  const from = range.kind === 'last' ? now - presetMs[range.preset] : Math.min(range.from, to - second);
  const step = stepFor(from, to, now);
  const ms = stepMs[step];
  // The first step would be cut off by the range's begin: it is left out where the range is one of the last whiles.
  const first = range.kind === 'last' ? Math.floor(from / ms) * ms + ms : Math.floor(from / ms) * ms;
  const kept = step === '1s' ? Math.floor((now - secondsKept) / ms) * ms : 0;
  const begun = Math.floor((to - (range.kind === 'last' ? leastLastMs[step] : 0)) / ms) * ms;
  const end = begun + ms;
  return { from: Math.max(first, kept), to: end, step, lastMs: Math.min(ms, Math.max(second, now - begun)) };
}

/** The finest that is kept so long, and that has no more points than a chart has room for. */
export function stepFor(from: number, to: number, now: number): Step {
  const length = to - from;
  if (length <= 15 * minute && from >= now - 15 * minute) return '1s';
  if (length <= day && from >= now - minutesKept) return '1m';
  if (length <= 45 * day && from >= now - hoursKept) return '1h';
  return '1d';
}

export function lengthMs(range: Range): number {
  return range.kind === 'last' ? presetMs[range.preset] : range.to - range.from;
}

/** Of a question. */
export function rangeText({ from, to, step }: Window): string {
  return `from=${from}&to=${to}&step=${step}`;
}

/** Whether what happens now is in it. */
export function isLive(range: Range): boolean {
  return range.kind === 'last';
}

/** The range before or after it, of the same length. */
export function moved(range: Range, by: -1 | 1, now: number): Range {
  const length = lengthMs(range);
  const to = (range.kind === 'last' ? now : range.to) + by * length;
  return to >= now
    ? range.kind === 'last'
      ? range
      : { kind: 'between', from: now - length, to: now }
    : { kind: 'between', from: to - length, to };
}

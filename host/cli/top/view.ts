/** What `nbox top` looks like: lines that fill a terminal of any size exactly, from what is known and what is chosen. */

import { printableLine } from '../../printable.ts';
import type { Paint, Style } from '../paint.ts';
import { cutEnd, padEnd, padStart, terminalWidth } from '../terminal-width.ts';
import { duration } from '../usage-rows.ts';
import type { Happening, Overview } from './happenings.ts';
import type { Part, PluginRow, Sample } from './sample.ts';
import { chosen, type SortKey, sortLetters, type TopState } from './state.ts';

export interface TopView {
  readonly url: string;
  readonly sample: Sample | undefined;
  readonly overview: Overview | undefined;
  readonly happened: Happening | undefined;
  /** Why there is nothing newer, where there is a reason. */
  readonly trouble: string | undefined;
  /** The time of day, for people. */
  readonly time: string;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

interface ShownColumn {
  readonly head: string;
  readonly sort: SortKey | undefined;
  readonly width: number;
  readonly text: (row: PluginRow) => string;
  readonly style?: (row: PluginRow) => Style | undefined;
}

const own: readonly ShownColumn[] = [
  { head: 'CPU', sort: 'cpu', width: 7, text: ({ cpu }) => percent(cpu) },
  { head: 'CALLS/S', sort: 'calls', width: 8, text: ({ callsPerSecond }) => rate(callsPerSecond) },
  {
    ...{
      head: 'ERR/S',
      sort: 'errors',
      width: 7,
      text: ({ errorsPerSecond }: PluginRow) => (errorsPerSecond === 0 ? '·' : rate(errorsPerSecond)),
    },
    style: ({ errorsPerSecond }) => (errorsPerSecond > 0 ? 'red' : 'dim'),
  },
  { head: 'P50', sort: 'p50', width: 8, text: ({ p50Us }) => duration(p50Us) },
  { head: 'P99', sort: 'p99', width: 8, text: ({ p99Us }) => duration(p99Us) },
  { head: 'MEMORY', sort: 'memory', width: 9, text: ({ memoryBytes }) => size(memoryBytes) },
];
/** Where there is room. */
const more: readonly ShownColumn[] = [
  { head: 'WAIT P99', sort: undefined, width: 9, text: ({ waitP99Us }) => duration(waitP99Us) },
  { head: 'ERR %', sort: undefined, width: 7, text: ({ callsPerSecond, errorsPerSecond }) => share(errorsPerSecond, callsPerSecond) },
];
const leastName = 24;
const headerLines = 5;
/** With the heads of the columns, and the last line. */
const aroundRows = headerLines + 2;

/** How many rows of plugins fit. */
export function rowsShown({ height }: Size): number {
  return Math.max(1, height - aroundRows);
}

/** As many lines as the terminal has, none wider than it. */
export function topLines(view: TopView, state: TopState, size: Size, paint: Paint): string[] {
  const { width, height } = size;
  const lines = state.isHelp ? helpLines() : [...header(view, state, width, paint), ...table(view, state, size, paint)];
  const fitted = lines.slice(0, height - 1);
  while (fitted.length < height - 1) fitted.push('');
  return [...fitted, lastLine(view, state, width, paint)];
}

function header({ url, sample, overview, time }: TopView, state: TopState, width: number, paint: Paint): string[] {
  const parts = new Map(sample?.parts.map((one) => [one.part, one]));
  const sum = (value: (part: Part) => number) => [...parts.values()].reduce((all, one) => all + value(one), 0);
  const plugins = parts.get('plugins');
  const host = ['ingress', 'executors', 'builder'].map((name) => parts.get(name)?.cpu ?? 0).reduce((a, b) => a + b, 0);
  // What is not known is not 0.
  const cpu =
    sample === undefined
      ? 'CPU     …'
      : `CPU     ${percent(sum((one) => one.cpu))}  plugins ${percent(plugins?.cpu ?? 0)}  host ${percent(host)}  residual ${percent(parts.get('residual')?.cpu ?? 0)}`;
  const memory =
    sample === undefined ? 'Memory  …' : `Memory  ${size(sum((one) => one.memoryBytes))}  plugins ${size(plugins?.memoryBytes ?? 0)}`;
  const calls =
    overview === undefined
      ? 'Calls   …'
      : `Calls   ${rate(overview.callsPerSecond)}/s  errors ${rate(overview.failuresPerSecond)}/s  plugins ${overview.plugins}`;
  const lanes = (overview?.lanes ?? []).map(
    ({ lane, executors, busy, inFlight, waiting }) => `${lane} ${busy}/${executors} busy, ${inFlight} in flight, ${waiting} waiting`,
  );
  const left = `${paint('bold', 'nbox top')}  ${printableLine(url)}${state.isPaused ? `  ${paint('yellow', 'paused')}` : ''}`;
  const plain = `nbox top  ${printableLine(url)}${state.isPaused ? '  paused' : ''}`;
  const gap = width - terminalWidth(plain) - time.length;
  return [
    gap > 0 ? `${left}${' '.repeat(gap)}${paint('dim', time)}` : cutEnd(plain, width),
    cutEnd(cpu, width),
    cutEnd(memory, width),
    cutEnd(calls, width),
    cutEnd(lanes.length === 0 ? 'Lanes   …' : `Lanes   ${lanes.map(printableLine).join(' · ')}`, width),
  ];
}

function table({ sample, trouble }: TopView, state: TopState, size: Size, paint: Paint): string[] {
  const { width } = size;
  const columns = columnsFor(width);
  const taken = columns.reduce((sum, one) => sum + one.width + 1, 0);
  const nameWidth = Math.max(1, width - taken);
  const rows = chosen(sample?.plugins ?? [], state);
  const shown = rowsShown(size);
  const offset = Math.max(0, Math.min(state.offset, rows.length - shown));
  const mark = (head: string, sort: SortKey | undefined) => (sort === state.sort ? `${state.isReversed ? '▲' : '▼'}${head}` : head);
  const head = `${padEnd(cutEnd(mark('PLUGIN', 'name'), nameWidth), nameWidth)}${columns.map((one) => ` ${padStart(mark(one.head, one.sort), one.width)}`).join('')}`;
  const title = paint('bold', cutEnd(head, width));
  const only = (style: Style, why: string) => [title, paint(style, cutEnd(why, width))];
  if (sample === undefined) return trouble === undefined ? only('dim', 'asking …') : only('red', printableLine(trouble));
  if (rows.length === 0)
    return only('dim', state.filter === '' ? 'No plugin was called in the last seconds' : 'No plugin has this in its id');
  return [
    title,
    ...rows.slice(offset, offset + shown).map((row) => {
      const name = padEnd(cutEnd(printableLine(row.plugin), nameWidth), nameWidth);
      const cells = columns.map((one) => {
        const cell = ` ${padStart(one.text(row), one.width)}`;
        const style = one.style?.(row);
        return style === undefined ? cell : paint(style, cell);
      });
      return width >= taken + 1 ? `${name}${cells.join('')}` : cutEnd(printableLine(row.plugin), width);
    }),
  ];
}

/** The most that leave the names room. */
function columnsFor(width: number): readonly ShownColumn[] {
  const all = [...own, ...more];
  const fits = (columns: readonly ShownColumn[]) => columns.reduce((sum, one) => sum + one.width + 1, leastName) <= width;
  for (let count = all.length; count > 0; count--) if (fits(all.slice(0, count))) return all.slice(0, count);
  return [];
}

function lastLine({ trouble, happened, sample }: TopView, state: TopState, width: number, paint: Paint): string {
  if (state.typing !== undefined) return cutStartOf(`/${printableLine(state.filter)}█`, width);
  // Before anything is known it stands where the rows will be.
  if (trouble !== undefined && sample !== undefined) return paint('red', cutEnd(printableLine(trouble), width));
  const filter = state.filter === '' ? '' : `filter ${JSON.stringify(printableLine(state.filter))}  `;
  const count = sample === undefined ? '' : `${chosen(sample.plugins, state).length} of ${sample.plugins.length}  `;
  const keys = '? help  q quit  / filter  space pause  ←→ sort';
  const base = `${filter}${count}${keys}`;
  const last = happened === undefined ? '' : `   ${timeOf(happened.at)} ${printableLine(happened.text)}`;
  return paint('dim', cutEnd(`${base}${last}`, width));
}

function helpLines(): string[] {
  const letters = Object.entries(sortLetters).map(([letter, sort]) => `  ${letter}            sort by ${sort}`);
  return [
    'nbox top: what plugins use, over the last 10 seconds',
    '',
    ...letters,
    '  ← →          sort by the column before, after',
    '  r            the other way round',
    '  /            show plugins with this in their ids; Esc shows all again',
    '  ↑ ↓ PgUp PgDn Home End',
    '  space        pause',
    '  q, Ctrl-C    quit',
    '',
    'CPU is of one processor: 200% are two. P50 and P99 are of running, WAIT of waiting.',
  ];
}

function cutStartOf(text: string, width: number): string {
  const all = [...text];
  while (terminalWidth(all.join('')) > width) all.shift();
  return all.join('');
}

export function percent(cores: number): string {
  const value = cores * 100;
  return `${Math.abs(value) >= 100 ? Math.round(value) : value.toFixed(1)}%`;
}

export function rate(value: number): string {
  if (value >= 100_000) return `${Math.round(value / 1_000)}k`;
  return value >= 10 || value === 0 ? String(Math.round(value)) : value.toFixed(1);
}

export function size(bytes: number): string {
  const mib = bytes / 1_048_576;
  return Math.abs(mib) >= 10_240 ? `${(mib / 1_024).toFixed(1)} GiB` : `${mib.toFixed(1)} MiB`;
}

function share(part: number, whole: number): string {
  return whole === 0 ? '·' : `${((part / whole) * 100).toFixed(1)}%`;
}

/** The time of day here. */
export function timeOf(now: number): string {
  return new Date(now).toTimeString().slice(0, 8);
}

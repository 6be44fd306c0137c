/** A chart with what belongs to it: its legend, what was changed meanwhile, and all of it as a table. */

import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Change } from '../api/wire.ts';
import { clock, fullTime, shortTime } from '../data/format.ts';
import { marksOf, titleOf } from '../data/marks.ts';
import { setRange } from '../data/page.ts';
import { stack } from '../data/stack.ts';
import { href } from '../routes/location.ts';
import type { ChartCanvas, Frame } from './chart-canvas.ts';
import { Icon } from './icons.tsx';
import { theme } from './theme.ts';

export interface ChartSeries {
  readonly label: string;
  readonly color: string;
  readonly values: readonly number[];
  readonly isDashed?: boolean;
  /** A link in the legend. */
  readonly to?: string;
}

export interface ChartProps {
  /** What it shows, for those who do not see it. */
  readonly title: string;
  readonly kind: 'lines' | 'stack';
  /** Of each point, in milliseconds since the epoch. */
  readonly times: readonly number[];
  readonly from: number;
  readonly to: number;
  readonly series: readonly ChartSeries[];
  readonly format: (value: number) => string;
  /** Of the axis, where that is shorter. */
  readonly axis?: (value: number) => string;
  readonly isBytes?: boolean;
  readonly changes?: readonly Change[];
  readonly height?: number;
  readonly legend?: 'row' | 'grid';
  readonly isStale?: boolean;
}

/** What a finger needs. */
const markPx = 26;

/** What draws them: apart, so that the sign-in need not wait for it. */
export const loadCharts = () => import('./chart-canvas.ts');

export function Chart(props: ChartProps) {
  const {
    title,
    kind,
    times,
    from,
    to,
    series,
    format,
    axis = format,
    isBytes = false,
    changes = [],
    height = 190,
    legend = 'row',
    isStale = false,
  } = props;
  const into = useRef<HTMLDivElement>(null);
  const canvas = useRef<ChartCanvas>(undefined);
  const frame = useSignal<Frame | undefined>(undefined);
  const point = useSignal<number | undefined>(undefined);
  const hidden = useSignal<ReadonlySet<number>>(new Set());
  const isTable = useSignal(false);
  const isStacked = kind === 'stack';
  const strokesKey = JSON.stringify(series.map(({ label, color, isDashed }) => [label, color, isDashed]));
  const lines = useMemo(
    () => (isStacked ? stack(series, times.length, hidden.value).lines : series.map(({ values }) => values)),
    [series, times, isStacked, hidden.value],
  );
  const data = useRef({ times, lines, from, to });
  data.current = { times, lines, from, to };
  const shown = () => {
    const { current } = data;
    return {
      ...{ times: current.times.map((at) => at / 1_000), lines: current.lines, hidden: hidden.peek() },
      ...{ from: current.from / 1_000, to: current.to / 1_000 },
    };
  };
  const show = () => canvas.current?.show(shown());
  useEffect(() => {
    let isGone = false;
    void loadCharts().then(({ ChartCanvas: Canvas }) => {
      if (isGone || into.current === null) return;
      canvas.current = new Canvas(
        {
          ...{ into: into.current, height, isStacked, isBytes, format: axis },
          strokes: series.map(({ label, color, isDashed = false }) => ({ label, color, isDashed })),
          onFrame: (next) => {
            if (JSON.stringify(next) !== JSON.stringify(frame.peek())) frame.value = next;
          },
          onPoint: (index) => {
            point.value = index;
          },
          onZoom: (zoomFrom, zoomTo) => setRange({ kind: 'between', from: zoomFrom, to: zoomTo }),
        },
        shown(),
      );
    });
    return () => {
      isGone = true;
      canvas.current?.[Symbol.dispose]();
      canvas.current = undefined;
    };
  }, [strokesKey, isStacked, height]);
  useEffect(() => show(), [times, lines, from, to]);
  useSignalEffect(() => {
    void theme.value;
    canvas.current?.repaint();
  });
  const at = useComputed(() => point.value);
  const toggle = (index: number) => {
    const next = new Set(hidden.value);
    if (!next.delete(index)) next.add(index);
    hidden.value = next;
  };
  return (
    <div class={isStale ? 'chart-area stale' : 'chart-area'}>
      <div>
        {isTable.value ? (
          <ChartTable {...props} />
        ) : (
          <div class="chart-box" style={{ minHeight: `${height}px` }}>
            <div ref={into} role="img" aria-label={`${title}. ${summary(series, format)}`} />
            {frame.value === undefined ? null : <Marks frame={frame.value} changes={changes} from={from} to={to} />}
          </div>
        )}
        <div class={`legend ${legend}`}>
          {series.map(({ label, color, values, to: link }, index) => (
            <LegendItem
              key={label}
              {...{ label, color, link }}
              isShown={!hidden.value.has(index)}
              value={format(values[at.value ?? values.length - 1] ?? 0)}
              onToggle={() => toggle(index)}
            />
          ))}
          <button type="button" class="legend-item muted" onClick={() => (isTable.value = !isTable.value)}>
            {isTable.value ? 'Show the chart' : 'Show as a table'}
          </button>
          <span class="legend-item muted number" aria-hidden="true">
            {at.value === undefined ? '' : fullTime(times[at.value] ?? 0)}
          </span>
        </div>
      </div>
    </div>
  );
}

interface LegendItemProps {
  readonly label: string;
  readonly color: string;
  readonly value: string;
  readonly isShown: boolean;
  readonly link: string | undefined;
  readonly onToggle: () => void;
}

function LegendItem({ label, color, value, isShown, link, onToggle }: LegendItemProps) {
  return (
    <span style={{ display: 'flex', minWidth: 0 }}>
      <button
        type="button"
        class="legend-item"
        aria-pressed={isShown}
        title={isShown ? `Hide ${label}` : `Show ${label}`}
        onClick={onToggle}
      >
        <span class="swatch" style={{ background: `var(${color})` }} />
        <span class="ellipsis">{label}</span>
        <span class="value">{value}</span>
      </button>
      {link === undefined ? null : (
        <a class="copy" href={link} aria-label={`Open ${label}`} title={`Open ${label}`}>
          <Icon name="right" size={14} />
        </a>
      )}
    </span>
  );
}

function Marks({
  frame,
  changes,
  from,
  to,
}: {
  readonly frame: Frame;
  readonly changes: readonly Change[];
  readonly from: number;
  readonly to: number;
}) {
  const { left, top, width, height } = frame;
  const marks = useMemo(() => marksOf(changes, from, to, Math.floor(width / markPx)), [changes, from, to, width]);
  return (
    <div class="chart-marks" style={{ left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` }}>
      {marks.map((mark) => {
        const [first] = mark.changes;
        const address =
          mark.changes.length === 1 && first !== undefined
            ? href({ view: 'plugin', plugin: first.plugin, tab: 'releases' })
            : href({ view: 'releases' });
        const text = `${shortTime(mark.at)}, ${titleOf(mark)}`;
        return (
          <div key={mark.at} class={mark.place > 0.6 ? 'chart-mark late' : 'chart-mark'} style={{ left: `${mark.place * 100}%` }}>
            <a href={address} data-title={text}>
              <span class="visually-hidden">{text}</span>
            </a>
          </div>
        );
      })}
    </div>
  );
}

const mostRows = 120;

function ChartTable({ title, times, series, format }: ChartProps) {
  const every = Math.max(1, Math.ceil(times.length / mostRows));
  const points = times.map((_, i) => i).filter((i) => i % every === 0);
  return (
    <section class="chart-table" tabIndex={0} aria-label={title}>
      <table class="table">
        <caption class="visually-hidden">{title}</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {series.map(({ label }) => (
              <th key={label} scope="col" class="end">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {points.map((i) => (
            <tr key={times[i]}>
              <th scope="row" class="nowrap number">
                {clock(times[i] as number)}
              </th>
              {series.map(({ label, values }) => (
                <td key={label} class="end">
                  {format(values[i] ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The least, the most and the last of each of the first series. */
function summary(series: readonly ChartSeries[], format: (value: number) => string): string {
  return series
    .slice(0, 6)
    .map(({ label, values }) => {
      if (values.length === 0) return `${label}: nothing yet`;
      let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
      return `${label}: from ${format(least)} to ${format(most)}, now ${format(values.at(-1) ?? 0)}`;
    })
    .join('; ');
}

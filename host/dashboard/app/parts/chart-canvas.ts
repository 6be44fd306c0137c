/** A chart drawn by uPlot: lines, or areas on top of each other, over time. Loaded when the first chart is shown. */

import uPlot from 'uplot';
import { roundTop, roundTopBytes } from '../data/stack.ts';
import { cssColor, cssColorAt } from './css-color.ts';
import { drawQueue } from './draw-queue.ts';
import { timeTicks } from './time-ticks.ts';

export interface Stroke {
  readonly label: string;
  /** A variable of the stylesheet. */
  readonly color: string;
  readonly isDashed?: boolean;
}

export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface ChartCanvasParts {
  readonly into: HTMLElement;
  readonly height: number;
  readonly strokes: readonly Stroke[];
  readonly isStacked: boolean;
  /** Of the axis. */
  readonly format: (value: number) => string;
  readonly isBytes: boolean;
  /** Where the plot lies within `into`. */
  readonly onFrame: (frame: Frame) => void;
  /** Which point is looked at; `undefined` for none. */
  readonly onPoint: (index: number | undefined) => void;
  /** In milliseconds since the epoch. */
  readonly onZoom: (from: number, to: number) => void;
}

export interface ChartData {
  /** In seconds since the epoch. */
  readonly times: readonly number[];
  /** As they are drawn: of a stack, sums. */
  readonly lines: readonly (readonly number[])[];
  readonly hidden: ReadonlySet<number>;
  readonly from: number;
  readonly to: number;
}

const font = '11px system-ui, sans-serif';
const leastZoomPx = 6;
const powersOfTwo = Array.from({ length: 50 }, (_, i) => 2 ** i);

export class ChartCanvas implements Disposable {
  readonly #plot: uPlot;
  readonly #parts: ChartCanvasParts;
  readonly #resize: ResizeObserver;
  readonly #seen: IntersectionObserver;
  #isSeen = false;
  #waiting: ChartData | undefined;
  #range: [number, number];

  /** @param data what is shown first */
  constructor(parts: ChartCanvasParts, data: ChartData) {
    this.#parts = parts;
    this.#range = [data.from, data.to];
    this.#waiting = data;
    this.#plot = new uPlot(this.#options(), [[]], parts.into);
    this.#resize = new ResizeObserver(() => {
      const width = parts.into.clientWidth;
      if (width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height: parts.height });
    });
    this.#resize.observe(parts.into);
    // What nobody sees is not drawn until somebody does.
    this.#seen = new IntersectionObserver(([entry]) => {
      this.#isSeen = entry?.isIntersecting === true;
      if (this.#isSeen) this.#drawSoon();
    });
    this.#seen.observe(parts.into);
  }

  show(data: ChartData): void {
    this.#waiting = data;
    if (this.#isSeen) this.#drawSoon();
  }

  /** The theme is another one. */
  repaint(): void {
    this.#plot.redraw(false, true);
  }

  [Symbol.dispose](): void {
    drawQueue.forget(this);
    this.#resize.disconnect();
    this.#seen.disconnect();
    this.#plot.destroy();
  }

  #drawSoon(): void {
    drawQueue.ask(this, () => {
      if (this.#waiting !== undefined) this.#draw(this.#waiting);
    });
  }

  #draw({ times, lines, hidden, from, to }: ChartData): void {
    this.#waiting = undefined;
    this.#range = [from, to];
    const plot = this.#plot;
    plot.batch(() => {
      lines.forEach((_, at) => {
        const isShown = !hidden.has(at);
        if (plot.series[at + 1]?.show !== isShown) plot.setSeries(at + 1, { show: isShown });
      });
      plot.setData([times as number[], ...(lines as number[][])]);
    });
  }

  #options(): uPlot.Options {
    const { into, height, strokes, isStacked, format, isBytes, onFrame, onPoint, onZoom } = this.#parts;
    const axis: uPlot.Axis = {
      ...{ font, stroke: () => cssColor('--text-3'), ticks: { show: false } },
      grid: { stroke: () => cssColor('--grid'), width: 1 },
    };
    return {
      ...{ width: Math.max(1, into.clientWidth), height, padding: [14, 16, 0, 0] },
      legend: { show: false },
      cursor: {
        y: false,
        points: { size: 6, width: 0 },
        drag: { x: true, y: false, setScale: false },
        // Where one points goes to all charts of the page; what one chooses does not.
        sync: { key: 'page', filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' || type === 'mouseenter' } },
      },
      scales: {
        x: { time: true, range: () => this.#range },
        y: { range: (_, __, most) => [0, isBytes ? roundTopBytes(most ?? 0) : roundTop(most ?? 0)] },
      },
      series: [
        {},
        ...strokes.map(({ label, color, isDashed = false }) => ({
          ...{ label, width: isStacked ? 1 : 1.5, points: { show: false }, stroke: () => cssColor(color) },
          ...(isStacked ? { fill: () => cssColorAt(color, 0.72) } : {}),
          ...(isDashed ? { dash: [4, 4] } : {}),
        })),
      ],
      // Each area ends at the line below it.
      bands: isStacked ? strokes.slice(1).map((_, at) => ({ series: [at + 2, at + 1] as [number, number] })) : [],
      axes: [
        { ...axis, space: 64, size: 26, values: (_, splits, __, ___, step) => timeTicks(splits, step) },
        {
          ...axis,
          ...(isBytes ? { incrs: powersOfTwo } : {}),
          ...{ space: 34, gap: 6, values: (_: uPlot, splits: number[]) => splits.map((value) => (value === 0 ? '0' : format(value))) },
          size: (_: uPlot, values: string[] | null) => Math.max(34, ...(values ?? []).map((text) => text.length * 6.4 + 12)),
        },
      ],
      hooks: {
        draw: [
          (plot) => {
            const { left, top, width, height: tall } = plot.bbox;
            const scale = uPlot.pxRatio;
            onFrame({ left: left / scale, top: top / scale, width: width / scale, height: tall / scale });
          },
        ],
        setCursor: [({ cursor }) => onPoint((cursor.left ?? -1) < 0 || cursor.idx === null ? undefined : cursor.idx)],
        setSelect: [
          (plot) => {
            const { left, width } = plot.select;
            if (width < leastZoomPx) return;
            const [from, to] = [plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')];
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            onZoom(Math.floor(from * 1_000), Math.ceil(to * 1_000));
          },
        ],
      },
    };
  }
}

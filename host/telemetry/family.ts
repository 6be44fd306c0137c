/** What is measured, apart from how it leaves: a family of metrics with its points as of now. */

import type { Labels } from './labels.ts';

export interface Point {
  readonly labels: Labels;
  readonly value: number;
}

/** A call that stands for those of its bucket: its trace tells where the time went. */
export interface Exemplar {
  readonly traceId: string;
  readonly value: number;
  /** Seconds since the epoch. */
  readonly at: number;
}

/** One histogram. */
export interface Spread {
  readonly labels: Labels;
  /** How many lie at or below each of the family's bounds. */
  readonly counts: readonly number[];
  readonly total: number;
  readonly sum: number;
  readonly exemplar?: Exemplar | undefined;
}

interface Described {
  /** As it is scraped: a counter's ends with `_total`, an info's with `_info`. In base units: seconds, bytes. */
  readonly name: string;
  readonly help: string;
}

export interface PointFamily extends Described {
  readonly kind: 'counter' | 'gauge' | 'info';
  readonly points: Iterable<Point>;
}

export interface SpreadFamily extends Described {
  readonly kind: 'histogram';
  /** Ascending, without the infinite one. */
  readonly bounds: readonly number[];
  readonly spreads: Iterable<Spread>;
}

export type Family = PointFamily | SpreadFamily;

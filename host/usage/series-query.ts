/** A question about the course of usage: a few numbers of many plugins, in equal parts of a time. */

import type { Reach } from '../access/reach.ts';
import type { WidenedQuery } from './query.ts';

/** `failed`: calls that did not end as `ok`. `memoryBytes`: the mean. */
export const seriesValues = ['calls', 'failed', 'cpuUs', 'osCpuUs', 'memoryBytes'] as const;
export type SeriesValue = (typeof seriesValues)[number];

/** Whose: of so many plugins that have most of a value, all others as one, and what is no plugin's; or of each plugin by itself. */
export interface Top {
  readonly by: SeriesValue;
  readonly count: number;
}

export interface SeriesQuery {
  /** Of the whole time, in its steps. */
  readonly within: WidenedQuery;
  /** The same time without steps, for finding out who has most. */
  readonly whole: WidenedQuery;
  /** Into how many parts it is divided: a whole number of steps each. */
  readonly bins: number;
  readonly values: readonly SeriesValue[];
  readonly top: Top | undefined;
  /** Only of plugins within it. */
  readonly reach: Reach;
  /** More numbers than so many are too many. */
  readonly mostNumbers: number;
  /** The current second. */
  readonly now: number;
  /** As rows' queries have it. */
  readonly unwritten: readonly { readonly number: number; readonly second: number; readonly block: Uint8Array }[];
}

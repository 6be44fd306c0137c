/** What goes between the host and the threads that write and read its usage. */

import type { PriceList } from './prices.ts';
import type { Grouping, UsageQuery } from './query.ts';

/** What was used in one second, or a part of it. Numbers go up by one, over all hosts that a data directory has seen. */
export interface Batch {
  readonly number: number;
  /** Since 1970. */
  readonly second: number;
  readonly block: Uint8Array;
}

/** What is told to a thread when it is started. */
export type ThreadStart =
  | { readonly role: 'writer'; readonly file: string; readonly mostBytes: number }
  | { readonly role: 'reader'; readonly file: string };

export type RowForm = 'json' | 'ndjson' | 'csv';

/** A query with widened range, and how its rows are to be written. */
export interface RowsQuery extends UsageQuery {
  readonly groupings: readonly Grouping[];
  readonly form: RowForm;
  /** Rows are costs where there is one. */
  readonly prices: PriceList | undefined;
  /** Beyond which there is no answer. */
  readonly mostRows: number;
  /** The current second. */
  readonly now: number;
  /** What may not have been written yet. Those that were are known by their numbers. */
  readonly unwritten: readonly Batch[];
}

export type ToThread =
  | { readonly kind: 'write'; readonly batches: readonly Batch[] }
  | { readonly kind: 'read'; readonly id: number; readonly query: RowsQuery };

export interface RowsAnswer {
  /** Of JSON the elements of the list, with commas between them; of the others whole lines. */
  readonly text: Uint8Array;
  readonly rows: number;
  /** The second from which on there is something in the finest tier that was read; null where there is nothing. */
  readonly keptFrom: number | null;
}

export type FromThread =
  | { readonly kind: 'ready'; readonly lastBatch: number }
  | { readonly kind: 'written'; readonly lastBatch: number }
  | { readonly kind: 'write failed'; readonly reason: string; readonly lastBatch: number | undefined }
  | { readonly kind: 'read'; readonly id: number; readonly answer: RowsAnswer }
  | { readonly kind: 'read failed'; readonly id: number; readonly reason: string; readonly isTooLarge: boolean };

/** What goes between the host and the threads that write and read its usage. */

import type { Past, PastQuestion } from '../hygiene/past.ts';
import type { PriceList } from './prices.ts';
import type { WidenedQuery } from './query.ts';
import type { SeriesQuery } from './series-query.ts';

/** What was used in one second, or a part of it. Its bytes lie in memory that threads share. Numbers go up by one, over all hosts that a data directory has seen. */
export interface Batch {
  readonly number: number;
  /** Since 1970. */
  readonly second: number;
  readonly block: Uint8Array;
}

/** What is told to a thread when it is started. */
export type ThreadStart =
  | { readonly role: 'writer'; readonly file: string; readonly mostBytes: number }
  | { readonly role: 'reader'; readonly file: string }
  | { readonly role: 'joiner' };

export type RowForm = 'json' | 'ndjson' | 'csv';

/** A query with widened range, and how its rows are to be written. */
export interface RowsQuery extends WidenedQuery {
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
  | { readonly kind: 'read'; readonly id: number; readonly query: RowsQuery }
  | { readonly kind: 'series'; readonly id: number; readonly query: SeriesQuery }
  | { readonly kind: 'judge'; readonly id: number; readonly question: PastQuestion }
  | { readonly kind: 'join'; readonly blocks: readonly Uint8Array[] };

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
  | { readonly kind: 'write failed'; readonly reason: string; readonly lastBatch: number | undefined; readonly isBroken: boolean }
  | { readonly kind: 'read'; readonly id: number; readonly answer: RowsAnswer }
  | { readonly kind: 'series'; readonly id: number; readonly text: Uint8Array }
  | { readonly kind: 'judged'; readonly id: number; readonly past: Past }
  | { readonly kind: 'read failed'; readonly id: number; readonly reason: string; readonly isTooLarge: boolean }
  | { readonly kind: 'joined'; readonly block: Uint8Array };

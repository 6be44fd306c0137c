/** What the host's thread and the store's say to each other: a question, and its answer by the same number. */

import type { PackedError } from '../../../guards/errors.ts';
import type { Store } from '../store.ts';
import type { StoreRow } from '../store-row.ts';

/** What one question and one answer are enough for. */
export type Method = Exclude<keyof Store, 'export' | 'import'>;

export type Question =
  | { readonly kind: 'call'; readonly id: number; readonly method: Method; readonly args: readonly unknown[] }
  /** Of the export with this number, begun by its first question: its next rows. */
  | { readonly kind: 'rows'; readonly id: number; readonly export: number; readonly selection: Parameters<Store['export']>[0] }
  /** It is wanted no more. */
  | { readonly kind: 'end'; readonly id: number; readonly export: number };

export type Answer =
  | { readonly kind: 'opened' }
  /** Why there is no store, in words for the operator. */
  | { readonly kind: 'refused'; readonly problems: readonly string[] }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: PackedError; readonly cause: string | undefined };

/** Empty where there are no more. */
export type Rows = readonly StoreRow[];

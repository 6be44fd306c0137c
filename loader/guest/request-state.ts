/** What a Request is, behind its class, and what one is made from. */

import type { AbortSignal } from './abort.ts';
import type { BodyInit, BodyState } from './body.ts';
import type { Headers, HeadersInit } from './headers.ts';

export interface Options {
  readonly cache: string;
  readonly credentials: string;
  readonly integrity: string;
  readonly keepalive: boolean;
  readonly mode: string;
  readonly redirect: string;
  readonly referrer: string;
  readonly referrerPolicy: string;
}

export interface RequestInit extends Partial<Options> {
  body?: BodyInit | null;
  duplex?: 'half';
  headers?: HeadersInit;
  method?: string;
  priority?: 'auto' | 'high' | 'low';
  signal?: AbortSignal | null;
  window?: null;
}

export interface RequestState {
  /** What the host sent; `method` and `url` are cut from it when asked for. */
  readonly head: string;
  method: string | undefined;
  url: string | undefined;
  /** A block (see `headers.ts`) in the host's head, or the object. */
  headers: Headers | undefined;
  readonly immutable: boolean;
  readonly body: BodyState | null;
  /** Only where they are not the default. */
  readonly options: Options | undefined;
  signal: AbortSignal | undefined;
  /** Whose client's leaving aborts the signal; 0 where no client stands behind it. */
  readonly call: number;
  /** Made from another request, and not what the host sent. */
  readonly derived: boolean;
}

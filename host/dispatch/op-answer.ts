/** What an operation gives. */

export interface OpAnswer {
  /** What JSON takes. */
  readonly data?: unknown;
  readonly bytes?: Uint8Array;
}

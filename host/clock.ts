/** What time it is, for those whose tests have a time of their own. */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that only go forward. */
  elapsed(): number;
}

/** What hygiene needs to know of the past: sums of a release's usage by hours. */

export interface HourlySums {
  readonly plugin: string;
  readonly release: number;
  /** When the hour began, in milliseconds since the epoch: a multiple of an hour. */
  readonly hour: number;
  readonly calls: number;
  readonly cpuUs: number;
}

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** When the hour began in which it was. */
export const hourOf = (at: number): number => Math.floor(at / hourMs) * hourMs;

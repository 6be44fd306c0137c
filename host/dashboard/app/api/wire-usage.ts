/** Answers of the API about usage; see `wire.ts`. */

export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** A row of stored usage. */
export interface UsageRow {
  readonly from: string;
  readonly to: string;
  readonly plugin?: string | null;
  readonly release?: number | 'other' | null;
  readonly interface?: string | null;
  readonly part?: string;
  readonly calls: number;
  readonly coldStarts: number;
  readonly waitUs: number;
  readonly initUs: number;
  readonly cpuUs: number;
  readonly wallUs: number;
  readonly steps: number;
  readonly hostCalls: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly memoryPeakBytes: number;
  readonly osCpuUs: number;
  readonly pushesCpuUs: number;
  readonly memoryBytes: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly percentiles: { readonly waitUs: Percentiles; readonly runUs: Percentiles; readonly cpuUs: Percentiles };
}

export interface UsageRows {
  readonly from: string;
  readonly to: string;
  readonly step: string | null;
  readonly keptFrom: string | null;
  readonly rows: readonly UsageRow[];
}

export const seriesValues = ['calls', 'failed', 'cpuUs', 'osCpuUs', 'memoryBytes'] as const;

export type SeriesValue = (typeof seriesValues)[number];

/** Of one value, a number for each period. */
export type Columns = Readonly<Partial<Record<SeriesValue, readonly number[]>>>;

/** `GET /v1/usage/series` and `GET /v1/usage/top` */
export interface UsageSeries {
  readonly from: string;
  readonly to: string;
  /** Of each period, in seconds. */
  readonly seconds: number;
  readonly periods: number;
  readonly plugins: readonly ({ readonly plugin: string } & Columns)[];
}

export interface UsageTop extends UsageSeries {
  /** All other plugins together. */
  readonly others: Columns;
  /** The host's own parts and the residual, by their names. */
  readonly parts: Readonly<Record<string, Columns>>;
}

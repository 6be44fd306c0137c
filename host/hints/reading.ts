/** What there is to know of how much capacity something should have; not known is a reading of its own, and never 0. */

/** The figures behind a hint. Rates are over the stable window. */
export interface Figures {
  /** Processors' time that calls ask for. */
  readonly demandCores: number;
  /** Processors' time that calls took. */
  readonly cpuCores: number;
  /** Calls in flight, on average over time. */
  readonly concurrency: number;
  readonly callsPerSecond: number;
  /** For an executor, on average. */
  readonly waitUs: number;
}

export interface Known extends Figures {
  readonly kind: 'known';
  readonly wanted: number;
  /** What the calls of this host take of it: not rounded up, not held, within no bounds, so that those of several hosts add up. */
  readonly load: number;
  /** What of it there is now, where that can be counted. */
  readonly present: number | undefined;
  /** In words, with the figures. */
  readonly reason: string;
}

export interface Unknown {
  readonly kind: 'unknown';
  /** Why, in words. */
  readonly reason: string;
}

export type Reading = Known | Unknown;

/** What hints are read by: the admin API, the external scaler, metrics, and whoever follows them. */
export interface HintReader {
  /** The lanes that there are. */
  lanes(): readonly string[];
  /** How many executors the lane should have. `undefined`: there is no such lane. */
  lane(lane: string): Reading | undefined;
  /** How many executors the plugin keeps busy; 0 of one that was not called. @param plugin one that exists */
  plugin(plugin: string): Reading;
  /** How many hosts there should be for the calls of this one. */
  host(): Reading;
  /** Called after each tick, until what it gives is called. */
  onTick(listener: () => void): () => void;
}

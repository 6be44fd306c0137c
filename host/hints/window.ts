/**
 * What was asked of a plugin, a lane or the host, and what of it was done, in buckets of one tick each. Sums over the last buckets are
 * kept as they come and go, so that a tick costs the same with every length of window.
 */

/** All of one tick. Times are whole µs, so that sums of them stay exact. */
export interface Bucket {
  /** How long it was: ticks come late where the event loop does. */
  readonly lengthUs: number;
  /** Calls that came, those that were refused for want of executors included. */
  readonly arrivals: number;
  readonly ended: number;
  /** CPU time that the calls that came are expected to take. */
  readonly demandUs: number;
  /** CPU time of the calls that ended. */
  readonly cpuUs: number;
  /** The sum of the squares of their CPU times, in ms: tells how unlike calls are. */
  readonly cpuSquaresMs2: number;
  /** How long the calls that ended had waited for an executor. */
  readonly waitUs: number;
  /** Calls in flight, integrated over the tick: each call for as long as it was there. */
  readonly inFlightUs: number;
}

/** A row's columns. */
const lengthUs = 0;
const arrivals = 1;
const ended = 2;
const demandUs = 3;
const cpuUs = 4;
const cpuSquaresMs2 = 5;
const waitUs = 6;
const inFlightUs = 7;
const width = 8;

/** Sums over the last buckets, and what follows from them: always those of now. */
export class Sums implements Bucket {
  readonly #rows: Float64Array;
  /** Where in `#rows` they are. */
  #at = 0;

  constructor(rows: Float64Array) {
    this.#rows = rows;
  }

  move(at: number): this {
    this.#at = at;
    return this;
  }

  get lengthUs(): number {
    return this.#of(lengthUs);
  }

  get arrivals(): number {
    return this.#of(arrivals);
  }

  get ended(): number {
    return this.#of(ended);
  }

  get demandUs(): number {
    return this.#of(demandUs);
  }

  get cpuUs(): number {
    return this.#of(cpuUs);
  }

  get cpuSquaresMs2(): number {
    return this.#of(cpuSquaresMs2);
  }

  get waitUs(): number {
    return this.#of(waitUs);
  }

  get inFlightUs(): number {
    return this.#of(inFlightUs);
  }

  /** Processors that the calls that came would keep busy. */
  get demandCores(): number {
    return this.#per(this.demandUs);
  }

  /** Processors that the calls that ended kept busy. */
  get cpuCores(): number {
    return this.#per(this.cpuUs);
  }

  /** Calls in flight, on average over time. */
  get concurrency(): number {
    return this.#per(this.inFlightUs);
  }

  /** Calls that waited for an executor, on average over time. */
  get waiting(): number {
    return this.#per(this.waitUs);
  }

  /** Mean of the squares of calls' CPU times, over the square of their mean: 1 where all are alike, 2 where they are exponential. */
  get spread(): number {
    return this.cpuUs === 0 ? 1 : (this.ended * this.cpuSquaresMs2) / (this.cpuUs / 1_000) ** 2;
  }

  #of(column: number): number {
    return this.#rows[this.#at + column] as number;
  }

  #per(us: number): number {
    return this.lengthUs === 0 ? 0 : us / this.lengthUs;
  }
}

/** How long the windows are, in ticks. */
export interface WindowLengths {
  readonly stable: number;
  readonly panic: number;
}

export class Window {
  readonly stable: Sums;
  readonly panic: Sums;
  /** The last bucket. */
  readonly latest: Sums;
  readonly #lengths: WindowLengths;
  /** A ring of rows, and behind it the sums over the stable and over the panic window. */
  readonly #rows: Float64Array;
  /** How many were ever added. */
  #added = 0;

  constructor(lengths: WindowLengths) {
    this.#lengths = lengths;
    this.#rows = new Float64Array((lengths.stable + 2) * width);
    this.stable = new Sums(this.#rows).move(this.#stableAt);
    this.panic = new Sums(this.#rows).move(this.#stableAt + width);
    this.latest = new Sums(this.#rows);
  }

  add(bucket: Bucket): void {
    const { stable, panic } = this.#lengths;
    if (this.#added >= panic) this.#sum(this.#stableAt + width, this.#added - panic, -1);
    if (this.#added >= stable) this.#sum(this.#stableAt, this.#added - stable, -1);
    const rows = this.#rows;
    const at = (this.#added % stable) * width;
    rows[at + lengthUs] = bucket.lengthUs;
    rows[at + arrivals] = bucket.arrivals;
    rows[at + ended] = bucket.ended;
    rows[at + demandUs] = bucket.demandUs;
    rows[at + cpuUs] = bucket.cpuUs;
    rows[at + cpuSquaresMs2] = bucket.cpuSquaresMs2;
    rows[at + waitUs] = bucket.waitUs;
    rows[at + inFlightUs] = bucket.inFlightUs;
    this.#sum(this.#stableAt, this.#added, 1);
    this.#sum(this.#stableAt + width, this.#added, 1);
    this.latest.move(at);
    this.#added += 1;
  }

  get #stableAt(): number {
    return this.#lengths.stable * width;
  }

  #sum(sumsAt: number, bucket: number, sign: 1 | -1): void {
    const rows = this.#rows;
    const at = (bucket % this.#lengths.stable) * width;
    for (let i = 0; i < width; i += 1) rows[sumsAt + i] = (rows[sumsAt + i] as number) + sign * (rows[at + i] as number);
  }
}

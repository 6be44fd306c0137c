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

const columns = [
  'lengthUs',
  'arrivals',
  'ended',
  'demandUs',
  'cpuUs',
  'cpuSquaresMs2',
  'waitUs',
  'inFlightUs',
] as const satisfies readonly (keyof Bucket)[];
const width = columns.length;

/** Sums over the last buckets, and what follows from them. Values are of the moment when it was taken. */
export class Sums implements Bucket {
  readonly lengthUs: number;
  readonly arrivals: number;
  readonly ended: number;
  readonly demandUs: number;
  readonly cpuUs: number;
  readonly cpuSquaresMs2: number;
  readonly waitUs: number;
  readonly inFlightUs: number;

  constructor(row: Float64Array) {
    const of = (name: keyof Bucket) => row[columns.indexOf(name)] as number;
    this.lengthUs = of('lengthUs');
    this.arrivals = of('arrivals');
    this.ended = of('ended');
    this.demandUs = of('demandUs');
    this.cpuUs = of('cpuUs');
    this.cpuSquaresMs2 = of('cpuSquaresMs2');
    this.waitUs = of('waitUs');
    this.inFlightUs = of('inFlightUs');
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

  /** Mean of the squares of calls' CPU times, over the square of their mean: 1 where all are alike, 2 where they are exponential. */
  get spread(): number {
    return this.cpuUs === 0 ? 1 : (this.ended * this.cpuSquaresMs2) / (this.cpuUs / 1_000) ** 2;
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
  readonly #lengths: WindowLengths;
  /** A ring of rows. */
  readonly #rows: Float64Array;
  readonly #stable = new Float64Array(width);
  readonly #panic = new Float64Array(width);
  /** How many were ever added. */
  #added = 0;

  constructor(lengths: WindowLengths) {
    this.#lengths = lengths;
    this.#rows = new Float64Array(lengths.stable * width);
  }

  add(bucket: Bucket): void {
    const { stable, panic } = this.#lengths;
    if (this.#added >= panic) this.#sum(this.#panic, this.#added - panic, -1);
    if (this.#added >= stable) this.#sum(this.#stable, this.#added - stable, -1);
    const at = (this.#added % stable) * width;
    for (let i = 0; i < width; i += 1) this.#rows[at + i] = bucket[columns[i] as (typeof columns)[number]];
    this.#sum(this.#stable, this.#added, 1);
    this.#sum(this.#panic, this.#added, 1);
    this.#added += 1;
  }

  get stable(): Sums {
    return new Sums(this.#stable);
  }

  get panic(): Sums {
    return new Sums(this.#panic);
  }

  /** The last bucket. */
  get latest(): Sums {
    const at = ((this.#added + this.#lengths.stable - 1) % this.#lengths.stable) * width;
    return new Sums(this.#rows.subarray(at, at + width));
  }

  #sum(sums: Float64Array, bucket: number, sign: 1 | -1): void {
    const at = (bucket % this.#lengths.stable) * width;
    for (let i = 0; i < width; i += 1) sums[i] = (sums[i] as number) + sign * (this.#rows[at + i] as number);
  }
}

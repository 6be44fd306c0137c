/** What a plugin may use: the defaults, and the ceilings above which a manifest is refused. */

export interface Limits {
  /** Wall time until the reply, host calls included, and the time without that the client takes to send the request's body. */
  readonly deadlineMs: number;
  /** CPU time inside the guest, per call. */
  readonly cpuMs: number;
  /** Loop rounds, and entries of functions that call others, per call. */
  readonly loopBudget: number;
  /** The WASM memory of one sandbox. */
  readonly memoryMb: number;
  /** CPU time for evaluating the modules. */
  readonly startupMs: number;
  /** Calls that may wait in the host. */
  readonly queue: number;
  /** Calls that may be in executors at once. */
  readonly concurrency: number;
  readonly requestBytes: number;
  /** Of a reply's body that is sent whole. */
  readonly responseBytes: number;
  /** Of a reply's body that is a stream. */
  readonly streamBytes: number;
  /** How long such a reply may go on after its head. */
  readonly streamMs: number;
  readonly hostCalls: number;
}

export type LimitName = keyof Limits;

export const defaultLimits: Limits = Object.freeze({
  deadlineMs: 1_000,
  cpuMs: 100,
  loopBudget: 10_000_000,
  memoryMb: 64,
  startupMs: 1_000,
  queue: 256,
  concurrency: 64,
  requestBytes: 1_048_576,
  responseBytes: 4_194_304,
  streamBytes: 67_108_864,
  streamMs: 60_000,
  hostCalls: 50,
});

/** The least and the most that a manifest may ask for. 24 MiB is the least in which the engine and its platform start. */
export const limitBounds: Readonly<Record<LimitName, readonly [least: number, most: number]>> = Object.freeze({
  deadlineMs: [1, 60_000],
  cpuMs: [1, 60_000],
  loopBudget: [1, 2_000_000_000],
  memoryMb: [24, 512],
  startupMs: [10, 10_000],
  queue: [0, 10_000],
  concurrency: [1, 1_000],
  requestBytes: [0, 33_554_432],
  responseBytes: [0, 33_554_432],
  streamBytes: [0, 1_073_741_824],
  streamMs: [1, 3_600_000],
  hostCalls: [0, 1_000],
});

const names = Object.keys(defaultLimits) as LimitName[];
const known = new Map<string, Limits>([[keyOf(defaultLimits), defaultLimits]]);
/** Beyond, what differs is kept by its owners alone. */
const mostKnown = 1_000;

function keyOf(limits: Limits): string {
  return names.map((name) => limits[name]).join();
}

/** The same limits in one object for all that have them: most plugins have the default ones, and every call looks at them. */
export function shared(limits: Limits): Limits {
  const key = keyOf(limits);
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size < mostKnown) known.set(key, limits);
  return limits;
}

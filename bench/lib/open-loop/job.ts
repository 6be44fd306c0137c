/** What an open loop is told, and what it tells: JSON on both ways. */

/** Requests of one kind. */
export interface Flow {
  readonly name: string;
  /** Each request goes to one of them, by chance. */
  readonly urls: readonly string[];
  /** Of all its URLs together; the times are those of a Poisson process. */
  readonly perSecond: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body of a reply with status 200: another one counts as `wrong`. */
  readonly body?: string;
}

export interface Job {
  readonly flows: readonly Flow[];
  readonly seed: number;
  /** When the measured time begins, as `Date.now()` has it: two loops can begin at once. */
  readonly beginsAt: number;
  readonly seconds: number;
  /** The flows begin so long before, for nothing that is counted. */
  readonly warmupSeconds: number;
  /** How long a reply is waited for. */
  readonly timeoutMs: number;
  /** At most; a request that finds none of them free is not sent, and counts as `unsent`. */
  readonly connections: number;
  /** A file for what became of each request that counts: see `Traced`. */
  readonly trace?: string;
}

/** A request as the trace has it: JSON, a line each. */
export interface Traced {
  /** When it was to be sent, was, and had its reply: on the clock of `nowUs`. */
  readonly dueUs: number;
  readonly sentUs: number;
  readonly endedUs: number;
  /** As `FlowResult` has it. */
  readonly outcome: string;
  readonly body: string;
  /** The header `nbox-release`; empty where there is none. */
  readonly release: string;
}

export interface Times {
  readonly p50Us: number;
  readonly p90Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
}

/** From when a request was to be sent to the end of its reply, or to when nobody waited for one any more. */
export interface Answers extends Times {
  readonly count: number;
  /** Those that came within the measured time. */
  readonly perS: number;
}

export interface FlowResult {
  readonly name: string;
  readonly offered: number;
  /** Of whatever outcome. */
  readonly all: Answers;
  /** By `200`, `503 overloaded`, `timeout`, `lost` (the connection, or a reply without a length), `unsent`, `wrong`. */
  readonly outcomes: Readonly<Record<string, Answers>>;
}

export interface Result {
  readonly flows: readonly FlowResult[];
  /** By how much requests were sent too late through the generator's own fault. */
  readonly lag: Times;
  /** Of a processor, what the generator took. */
  readonly cpu: number;
  /** Connections that were open at once. */
  readonly connections: number;
  /** Whether the system let it go before others where processors are short. */
  readonly preferred: boolean;
}

/** On a clock that all threads share. */
export function nowUs(): number {
  const [s, ns] = process.hrtime();
  return s * 1_000_000 + ns / 1_000;
}

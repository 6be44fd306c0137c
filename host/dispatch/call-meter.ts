/** Makes one usage record of every call, however it ends. */

import type { NboxError } from '../../guards/errors.ts';
import { isHttp } from '../../loader/interface.ts';
import type { Outcome, UsageSink } from '../meter/usage.ts';
import type { Release } from '../release/release.ts';
import { type Call, CallError, nothingSpent, type Reply, type Spent } from './dispatch.ts';
import { endingOf } from './ending.ts';
import type { Flight } from './flight.ts';
import type { Meter } from './leased.ts';
import { OwnLimit } from './own-limit.ts';
import type { ReplyStream } from './reply-stream.ts';

/** For so long it is believed what the time of day was: asking that for each call is as much as adding it to all that is counted. */
const believedMs = 1_000;

export class CallMeter implements Meter {
  readonly #sink: UsageSink;
  readonly #laneOf: (release: Release) => string;
  readonly #flight: Flight | undefined;
  #epoch = 0;
  #askedAt = Number.NEGATIVE_INFINITY;

  /**
   * @param laneOf names the lane that runs a release's calls
   * @param flight hears of calls when they begin, too
   */
  constructor(sink: UsageSink, laneOf: (release: Release) => string, flight?: Flight) {
    this.#sink = sink;
    this.#laneOf = laneOf;
    this.#flight = flight;
  }

  began(call: Call): void {
    this.#flight?.began(call);
  }

  replied(call: Call, { spent, body, stream, rest }: Reply): void {
    const ok = endingOf(undefined, call.signal.aborted);
    const wallUs = sinceUs(call);
    if (rest === undefined) this.#record(call, spent, ok, wallUs, body.length);
    // What runs after the reply is the call's, too: its record waits for it.
    else if (stream === undefined) {
      void rest.then((over) => this.#record(call, over.spent, over.error?.code ?? ok, wallUs, body.length));
    } else void rest.then((over) => this.#recordStream(call, stream, over.spent, over.error));
  }

  failed(call: Call, error: unknown): void {
    const known = error instanceof CallError ? error : undefined;
    const outcome = endingOf(error, call.signal.aborted);
    const wallUs = sinceUs(call);
    if (known?.rest === undefined) {
      this.#record(call, known?.spent ?? nothingSpent, outcome, wallUs, 0, error instanceof OwnLimit);
    } else void known.rest.then(({ spent }) => this.#record(call, spent, outcome, wallUs, 0));
  }

  /** A stream ends with its last byte, whatever the call goes on with. */
  #recordStream(call: Call, stream: ReplyStream, spent: Spent, error: NboxError | undefined): void {
    const wallUs = Math.round((stream.endedAt - call.admittedAt) * 1_000);
    this.#record(call, spent, error?.code ?? endingOf(undefined, call.signal.aborted), wallUs, stream.bytes);
  }

  #record(call: Call, spent: Spent, outcome: Outcome, wallUs: number, bytesOut: number, isOwnLimit = false): void {
    this.#flight?.ended(call, spent, wallUs, isOwnLimit);
    const { release } = call.live;
    this.#sink.record({
      plugin: release.plugin,
      release: release.number,
      preview: release.preview,
      trial: release.trial,
      isForced: call.isForced,
      caller: call.caller,
      interface: call.interface,
      executor: spent.executor,
      lane: this.#laneOf(release),
      startedAt: Math.floor(this.#epochMs(call.admittedAt + wallUs / 1_000) + call.admittedAt),
      outcome,
      waitUs: spent.waitUs,
      initUs: spent.initUs,
      cpuUs: spent.cpuUs,
      wallUs,
      steps: spent.steps,
      memoryPeakBytes: spent.memoryBytes,
      hostCalls: spent.hostCalls,
      bytesIn: isHttp(call.interface) ? (call.upload?.bytes ?? call.body?.byteLength ?? 0) : Buffer.byteLength(call.head),
      bytesOut,
    });
  }

  /** When the clock of admissions was 0, in milliseconds since the epoch. */
  #epochMs(now: number): number {
    if (now - this.#askedAt > believedMs) {
      this.#askedAt = now;
      this.#epoch = Date.now() - performance.now();
    }
    return this.#epoch;
  }
}

function sinceUs(call: Call): number {
  return Math.round((performance.now() - call.admittedAt) * 1_000);
}

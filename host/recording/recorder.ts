/**
 * Keeps what calls of late were given: of those that failed, so that the failure can be looked into, and now and then of one
 * that went well, so that the next release can be held against it. In memory, within bounds.
 */

import { randomUUID } from 'node:crypto';
import type { ErrorCode } from '../../guards/errors.ts';
import { isHttp } from '../../loader/interface.ts';
import { type Call, CallError, type Layer, type Reply } from '../dispatch/dispatch.ts';
import type { Evidence } from '../dispatch/evidence.ts';
import type { Release } from '../release/release.ts';
import { type Recording, recordingOf, weightOf } from './recording.ts';
import { Redactor } from './redactor.ts';

/** A call that failed. */
export interface RecordedFailure {
  readonly id: string;
  readonly release: Release;
  readonly code: ErrorCode;
  /** The plugin's own words, or the guard's. */
  readonly detail: string;
  /** Where, in positions of the bundle. */
  readonly place: { readonly site: number | undefined; readonly guestStack: string | undefined };
  readonly recording: Recording;
}

export interface RecorderOptions {
  /** Milliseconds of the clock by which calls are admitted. */
  readonly elapsed: () => number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Whether there is such a plugin: the last calls of one that was removed end after `forget`, and must not bring it back. */
  readonly exists: (plugin: string) => boolean;
  /** What all that is kept may take of memory, more or less. */
  readonly mostBytes?: number;
  /** What this thread has used of CPU time, in ms: on a busy machine work takes longer than it is. */
  readonly cpuMs?: () => number;
}

/** Of each plugin, where its manifest says nothing. */
export const defaultSamples = 10;
const mostFailures = 20;
/** Between two calls of a plugin that are kept though they went well. */
const sampleMs = 1_000;
/** A plugin that fails a thousand times a second fails for a few reasons. */
const failuresPerSecond = 5;
const defaultBytes = 64 * 1_048_576;
/**
 * How much CPU time in a second it may take to make unreadable what calls were given, of one plugin and of all: that is done on the
 * host's event loop, and both plugins and callers can make it long. Failures and calls that went well have as much each: the
 * latter must not keep a failure from being seen.
 */
const workMs = { ofOne: 20, inAll: 50 };
/** What is larger is not kept. */
const mostBytesEach = 524_288;
/** The plugins that are known: those called last. */
const mostPlugins = 20_000;

/** What ends a call through its plugin's doing, and what a plugin may have done to an executor. */
const kept: ReadonlySet<string> = new Set([
  ...['plugin_error', 'deadline_exceeded', 'cpu_exceeded', 'loop_budget_exceeded', 'memory_exceeded'],
  ...['response_too_large', 'executor_lost'],
]);

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

interface Kept {
  readonly samples: Recording[];
  readonly failures: RecordedFailure[];
  nextSampleAt: number;
  /** Of the present second. */
  second: number;
  failed: number;
  worked: Worked;
}

/** Milliseconds of CPU time. */
interface Worked {
  samples: number;
  failures: number;
}

export class Recorder {
  readonly #options: Required<RecorderOptions>;
  /** By plugin, the one called last at the end, as far as anything is kept of it. */
  readonly #plugins = new Map<string, Kept>();
  #bytes = 0;
  /** Of the present second. */
  #second = 0;
  #worked: Worked = { samples: 0, failures: 0 };

  constructor(options: RecorderOptions) {
    this.#options = { mostBytes: defaultBytes, cpuMs: threadCpuMs, ...options };
  }

  /** What all that is kept takes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The layer that keeps. Of most calls it does no more than to be there should they fail. */
  readonly layer: Layer = (next) => {
    const failed = (call: Call) => (error: unknown) => this.#failed(call, error);
    return (call) => {
      // What a preview does is nothing of its plugin's.
      if (call.live.release.preview !== undefined) return next(call);
      const isSampled = this.#isTurn(call);
      if (!isSampled && isHttp(call.interface)) return next(call).catch(failed(call));
      // What an event's handler throws comes in a reply that is none.
      const noted = next({ ...call, isNoted: true }).catch(failed(call));
      return isSampled ? noted.then((reply) => this.#answered(call, reply)) : noted;
    };
  };

  /** The latest first. */
  failures(plugin: string): readonly RecordedFailure[] {
    return this.#plugins.get(plugin)?.failures.toReversed() ?? [];
  }

  failure(plugin: string, id: string): RecordedFailure | undefined {
    return this.#plugins.get(plugin)?.failures.find((one) => one.id === id);
  }

  /** Calls that went well, the latest first. */
  samples(plugin: string): readonly Recording[] {
    return this.#plugins.get(plugin)?.samples.toReversed() ?? [];
  }

  /** The plugin is gone. */
  forget(plugin: string): void {
    const one = this.#plugins.get(plugin);
    if (one === undefined) return;
    this.#plugins.delete(plugin);
    for (const item of [...one.samples, ...one.failures]) this.#bytes -= weightOfItem(item);
  }

  redactorOf(release: Release): Redactor {
    return new Redactor(release.manifest.recording?.redact);
  }

  /** Whether the call is to be kept if it goes well. */
  #isTurn({ live: { release }, interface: name, upload }: Call): boolean {
    if ((release.manifest.recording?.requests ?? defaultSamples) === 0 || !isHttp(name) || upload !== undefined) return false;
    const now = this.#options.elapsed();
    const one = this.#plugins.get(release.plugin) ?? this.#open(release.plugin);
    if (now < one.nextSampleAt) return false;
    one.nextSampleAt = now + sampleMs;
    return true;
  }

  /** @throws what it was given */
  #failed(call: Call, error: unknown): never {
    if (error instanceof CallError && error.evidence !== undefined && kept.has(error.code)) this.#fail(call, error, error.evidence);
    throw error;
  }

  #answered(call: Call, reply: Reply): Reply {
    const { evidence, stream, rest } = reply;
    if (evidence === undefined || stream !== undefined) return reply;
    // What goes on after the reply asks for more.
    if (rest === undefined) this.#sample(call, evidence);
    else void rest.then(({ error }) => error === undefined && this.#sample(call, evidence));
    return reply;
  }

  /** When the call was admitted, in ms since the epoch. */
  #at({ admittedAt }: Call): number {
    return Math.round(this.#options.now() - (this.#options.elapsed() - admittedAt));
  }

  #open(plugin: string): Kept {
    const one: Kept = { samples: [], failures: [], nextSampleAt: 0, second: 0, failed: 0, worked: { samples: 0, failures: 0 } };
    this.#plugins.set(plugin, one);
    if (this.#plugins.size > mostPlugins) this.forget(this.#plugins.keys().next().value as string);
    return one;
  }

  #sample(call: Call, evidence: Evidence): void {
    const { release } = call.live;
    // Without all of it nothing can be told from it.
    if (evidence.cut || !this.#takes(call, evidence)) return;
    const one = this.#plugins.get(release.plugin) ?? this.#open(release.plugin);
    const recording = this.#recorded(one, call, evidence, 'ok');
    if (recording === undefined) return;
    this.#add(release.plugin, one.samples, recording, release.manifest.recording?.requests ?? defaultSamples);
  }

  #fail(call: Call, error: CallError, evidence: Evidence): void {
    const { release } = call.live;
    if (release.manifest.recording?.failures === false || !this.#takes(call, evidence)) return;
    const one = this.#plugins.get(release.plugin) ?? this.#open(release.plugin);
    this.#look(one, this.#options.elapsed());
    one.failed += 1;
    if (one.failed > failuresPerSecond) return;
    const recording = this.#recorded(one, call, evidence, error.code);
    if (recording === undefined) return;
    const { code, site, guestStack } = error;
    const failure = Object.freeze({ id: randomUUID(), release, code, detail: error.message, place: { site, guestStack }, recording });
    this.#add(release.plugin, one.failures, failure, mostFailures);
  }

  /** Whether it may be kept: looked at before it is gone through for what must be made unreadable. */
  #takes({ live, head, body }: Call, evidence: Evidence): boolean {
    return this.#options.exists(live.release.plugin) && bytesOf(head, body, evidence) <= mostBytesEach;
  }

  /** @returns undefined where it has worked enough in this second */
  #recorded(one: Kept, call: Call, evidence: Evidence, outcome: Recording['outcome']): Recording | undefined {
    const { elapsed, cpuMs } = this.#options;
    this.#look(one, elapsed());
    const kind = outcome === 'ok' ? 'samples' : 'failures';
    if (one.worked[kind] >= workMs.ofOne || this.#worked[kind] >= workMs.inAll) return undefined;
    const began = cpuMs();
    const recording = recordingOf(call, evidence, outcome, this.#at(call), this.redactorOf(call.live.release));
    const tookMs = cpuMs() - began;
    one.worked[kind] += tookMs;
    this.#worked[kind] += tookMs;
    return recording;
  }

  /** What is counted for a second begins anew with the next. */
  #look(one: Kept, now: number): void {
    const second = Math.floor(now / 1_000);
    if (one.second !== second) Object.assign(one, { second, failed: 0, worked: { samples: 0, failures: 0 } });
    if (this.#second === second) return;
    this.#second = second;
    this.#worked = { samples: 0, failures: 0 };
  }

  #add<T extends Recording | RecordedFailure>(plugin: string, list: T[], item: T, most: number): void {
    const weight = weightOfItem(item);
    if (weight > mostBytesEach) return;
    list.push(item);
    this.#bytes += weight;
    if (list.length > most) this.#drop(list);
    const one = this.#plugins.get(plugin);
    if (one !== undefined) {
      this.#plugins.delete(plugin);
      this.#plugins.set(plugin, one);
    }
    // Of those that were called longest ago all goes.
    while (this.#bytes > this.#options.mostBytes) this.forget(this.#plugins.keys().next().value as string);
  }

  #drop(list: (Recording | RecordedFailure)[]): void {
    const oldest = list.shift();
    if (oldest !== undefined) this.#bytes -= weightOfItem(oldest);
  }
}

function bytesOf(head: string, body: Uint8Array | undefined, { ops }: Evidence): number {
  let bytes = head.length + (body?.length ?? 0);
  for (const { json, bytes: given, answer } of ops) {
    bytes += json.length + (given?.length ?? 0) + (answer?.json.length ?? 0) + (answer?.bytes?.length ?? 0);
  }
  return bytes;
}

function weightOfItem(item: Recording | RecordedFailure): number {
  if (!('recording' in item)) return weightOf(item);
  return weightOf(item.recording) + item.detail.length + (item.place.guestStack?.length ?? 0);
}

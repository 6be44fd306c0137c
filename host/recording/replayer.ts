/**
 * Runs recorded calls again on a release: in sandboxes of their own that start as the release's modules left them, with the
 * recorded answers in place of the outside, and the recorded clock and randomness. Nobody else's call reaches these.
 */

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorCode, SourcePosition } from '../../guards/errors.ts';
import { isNboxError, NboxError } from '../../guards/errors.ts';
import { type Call, CallError, CallSignal, type Dispatch, nothingSpent, type Reply, type Spent } from '../dispatch/dispatch.ts';
import { dynamicCodeOff } from '../dispatch/dynamic-code.ts';
import { isNotBegun } from '../dispatch/not-begun.ts';
import type { ReleaseLoader } from '../pool/loader.ts';
import { SourcePlaces } from '../release/explain.ts';
import type { Registry } from '../release/registry.ts';
import type { Bundle, Image, LiveRelease, Release } from '../release/release.ts';
import type { Unstored } from '../release/unstored.ts';
import { RecordedAnswers } from './recorded-answers.ts';
import { interfaceOf, type Recording } from './recording.ts';
import type { Redactor } from './redactor.ts';
import { bodyOf, type ReplyBody, replyBody } from './reply-body.ts';

/** A release on which calls are run again. */
export interface ReplayTarget {
  readonly release: Release;
  readonly bundle: Bundle;
  readonly image: Image;
  readonly interfaces: readonly string[];
}

/** How a call ended when it was run again. */
export interface Replayed extends ReplyBody {
  readonly outcome: 'ok' | ErrorCode;
  /** Of a failure. */
  readonly detail: string | undefined;
  /** Of a failure, in the author's source, where it is known. */
  readonly position: SourcePosition | undefined;
  /** `status\nstatusText\nname\nvalue…`; of an event `''`. */
  readonly head: string;
  /** Of an event the JSON of its outcome. */
  readonly body: Buffer;
  readonly spent: Spent;
  /** Why it tells nothing: what it has asked for and was not recorded, or that it could not be run. */
  readonly missed: readonly string[];
  /** Answers that it got to requests that were like the recorded ones only. */
  readonly loose: number;
}

export interface ReplayerParts {
  readonly registry: Registry;
  readonly loader: ReleaseLoader;
  readonly unstored: Unstored;
  /** Down to the executors. */
  readonly dispatch: Dispatch;
  /** Milliseconds of the clock by which calls are admitted. */
  readonly elapsed: () => number;
  /** Whether the host allows code from strings. */
  readonly dynamicCode: boolean;
  readonly wait?: (ms: number) => Promise<unknown>;
}

/** At once: a few sandboxes serve all. */
const atOnce = 4;
/** Those of many calls that are not begun so long after the first, however often they are run, are not run: a push waits for them. */
const mostMs = 10_000;
/** Where the executors have too much to do, a call waits, and up to so many times. */
const retry = { ms: 100, times: 20 };

export class Replayer {
  readonly #parts: ReplayerParts;

  constructor(parts: ReplayerParts) {
    this.#parts = parts;
  }

  /** Not what was accepted when the host allowed code from strings, and allows them no more. */
  mayRun({ manifest }: Release): boolean {
    return this.#parts.dynamicCode || !manifest.dynamicCode;
  }

  /** @throws NboxError `dynamic_code_off`; `publish_failed` where no executor could load the release */
  async run(target: ReplayTarget, recordings: readonly Recording[], redactor: Redactor): Promise<Replayed[]> {
    using session = await this.open(target);
    return session.run(recordings, redactor);
  }

  /** Whoever opens one disposes of it. @throws NboxError as `run` */
  async open({ release, bundle, image, interfaces }: ReplayTarget): Promise<ReplaySession> {
    const { registry, loader, unstored } = this.#parts;
    // Loading it evaluates its modules.
    if (!this.mayRun(release)) throw new NboxError('dynamic_code_off', dynamicCodeOff);
    const { limits } = release.manifest;
    const manifest = Object.freeze({
      ...{ ...release.manifest, isolation: 'request' as const },
      // However few calls may wait in its traffic: these come together by no doing of its callers'.
      limits: Object.freeze({ ...limits, queue: Math.max(limits.queue, atOnce) }),
    });
    const copy: Release = Object.freeze({ ...release, manifest, trial: 'replay' });
    unstored.add(copy, bundle, image);
    const live = registry.admit(copy, interfaces);
    try {
      await loader.load(live, image, undefined);
    } catch (error) {
      live.retire();
      throw error;
    }
    return new ReplaySession(live, bundle, this.#parts);
  }
}

/** A release that executors hold for nothing but replays. */
export class ReplaySession implements Disposable {
  readonly #live: LiveRelease;
  readonly #places: SourcePlaces;
  readonly #parts: ReplayerParts;
  readonly #until: number;

  constructor(live: LiveRelease, bundle: Bundle, parts: ReplayerParts) {
    this.#live = live;
    this.#places = new SourcePlaces(bundle);
    this.#parts = parts;
    this.#until = parts.elapsed() + mostMs;
  }

  /**
   * @param redactor the recordings' own
   * @returns in their order
   */
  async run(recordings: readonly Recording[], redactor: Redactor): Promise<Replayed[]> {
    const results: Replayed[] = [];
    let next = 0;
    const work = async () => {
      while (next < recordings.length) {
        const i = next++;
        const isLate = this.#parts.elapsed() >= this.#until;
        results[i] = isLate ? notRun : await this.#one(recordings[i] as Recording, redactor);
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, recordings.length) }, work));
    return results;
  }

  [Symbol.dispose](): void {
    this.#live.retire();
  }

  /** @throws NboxError */
  async #dispatch(call: Call): Promise<Reply> {
    const { elapsed, wait = sleep } = this.#parts;
    for (let tried = 1; ; tried += 1) {
      try {
        return await this.#parts.dispatch({ ...call, admittedAt: elapsed() });
      } catch (error) {
        if (!isNotBegun(error) || tried >= retry.times) throw error;
        await wait(retry.ms);
      }
    }
  }

  async #one(recording: Recording, redactor: Redactor): Promise<Replayed> {
    const live = this.#live;
    const answers = new RecordedAnswers(recording, redactor);
    const name = interfaceOf(recording);
    const call: Call = {
      ...{ id: randomUUID(), live, interface: name, head: recording.head, messages: recording.messages, replay: answers, isNoted: true },
      body: recording.body === null ? undefined : Buffer.from(recording.body, 'base64'),
      ...{ idempotent: true, admittedAt: this.#parts.elapsed(), signal: new CallSignal() },
    };
    const asked = () => ({ missed: answers.missed, loose: answers.loose });
    if (!live.interfaces.has(name)) {
      return { ...failed('no_such_interface', `The release has no ${name}`, undefined, nothingSpent), ...asked() };
    }
    try {
      const reply = await this.#dispatch(call);
      const body = await bodyOf(reply);
      const over = await reply.rest;
      if (over?.error !== undefined) throw over.error;
      return {
        outcome: 'ok',
        detail: undefined,
        position: undefined,
        head: reply.head,
        ...body,
        spent: over?.spent ?? reply.spent,
        ...asked(),
      };
    } catch (error) {
      if (!isNboxError(error)) throw error;
      // No doing of the release's.
      if (isNotBegun(error) || error.code === 'stopping' || error.code === 'internal_error')
        answers.missed.push(`it could not be run (${error.code}: ${error.message.slice(0, 200)})`);
      const isCall = error instanceof CallError;
      const position = isCall ? this.#places.find(error) : undefined;
      return { ...failed(error.code, error.message, position, isCall ? error.spent : nothingSpent), ...asked() };
    }
  }
}

function failed(outcome: ErrorCode, detail: string, position: SourcePosition | undefined, spent: Spent) {
  return { outcome, detail, position, head: '', ...replyBody(Buffer.alloc(0)), spent };
}

const notRun: Replayed = Object.freeze({
  ...failed('overloaded', 'It was not run', undefined, nothingSpent),
  ...{ missed: [`it was not run: all of them together have ${mostMs / 1_000} s`], loose: 0 },
});

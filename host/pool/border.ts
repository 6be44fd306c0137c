/**
 * What an executor may tell of: what the host itself has given to it, and nothing else. Code that has got out of its sandbox can write any
 * frame, and the numbers of calls, probes and releases follow one another: so without this it could answer the calls of every plugin of
 * its lane, and put a snapshot of its own in the place of another plugin's. Whatever is told of something foreign is no mistake, and
 * ends the executor.
 */

import { limitBounds } from '../../guards/limits.ts';
import { type FromExecutor, mostHeadBytes } from '../executor/wire.ts';
import type { ExecutorProcess } from './executor-process.ts';
import type { Loads } from './loads.ts';
import type { CallState } from './pool-call.ts';
import type { TakenCalls } from './taken-calls.ts';

type Frame = Exclude<FromExecutor, { kind: 'ready' | 'leave' }>;

export interface BorderParts {
  readonly taken: Pick<TakenCalls, 'get'>;
  readonly loads: Pick<Loads, 'probes'>;
}

/** What any stay but a call's may take: the most that modules' evaluation may, which is more than a hand-over. */
const mostStayMs = limitBounds.startupMs[1];

export class Border {
  readonly #parts: BorderParts;

  constructor(parts: BorderParts) {
    this.#parts = parts;
  }

  /**
   * In the hot path.
   * @returns false where it comes too late, and nobody asks for it any more
   * @throws Error where it is of something that the executor has not got, or cannot be at that point
   */
  admits(executor: ExecutorProcess, frame: Frame): boolean {
    switch (frame.kind) {
      case 'enter':
        this.#enters(executor, frame);
        return true;
      case 'replied': {
        const mine = this.#callOf(executor, frame, 'begun', 'begun');
        if (mine !== undefined && (frame.body.length > mine.call.live.limits.responseBytes || frame.head.length > mostHeadBytes)) {
          throw foreign(frame.kind, 'is larger than a reply may be');
        }
        return true;
      }
      case 'failed':
        this.#callOf(executor, frame, 'sent', 'begun');
        return true;
      case 'settled':
        this.#callOf(executor, frame, 'replied', 'replied');
        return true;
      case 'op':
      case 'tape':
        return this.#callOf(executor, frame, 'begun', 'replied') !== undefined;
      case 'log':
      case 'unloaded':
        this.#holds(executor, frame);
        return true;
      case 'probed':
      case 'unprobed':
        if (!this.#parts.loads.probes(executor, frame.id)) throw foreign(frame.kind, `of probe ${frame.id}`);
        return true;
      case 'loaded':
        if (this.#holds(executor, frame) && frame.snapshot !== undefined && !executor.handed.takeSnapshot(frame.key)) {
          throw foreign(frame.kind, 'has a snapshot that was not asked for');
        }
        return true;
      case 'dropped':
        return this.#holds(executor, frame);
      case 'need':
        // It may need what it has let go of: for calls that were on their way.
        this.#holds(executor, frame);
        return true;
      case 'used':
        // Of what it tells there, whoever takes it takes what is the executor's.
        return true;
      default:
        throw new Error(`an unknown frame: ${JSON.stringify(frame satisfies never)}`);
    }
  }

  #enters(executor: ExecutorProcess, { subject, id, budgetMs }: Extract<Frame, { kind: 'enter' }>): void {
    switch (subject) {
      case 'call': {
        const mine = this.#parts.taken.get(id);
        const live = mine?.executor === executor ? mine.call.live : executor.handed.givenUp(id)?.live;
        if (live === undefined) throw foreign('enter', `of call ${id}`);
        if (budgetMs > live.limits.cpuMs) throw foreign('enter', `has ${budgetMs} ms`);
        return;
      }
      case 'probe':
        if (!this.#parts.loads.probes(executor, id)) throw foreign('enter', `of probe ${id}`);
        break;
      case 'load':
      case 'handover':
        if (!executor.knowsRelease(id)) throw foreign('enter', `of release ${id}`);
    }
    if (budgetMs > mostStayMs) throw foreign('enter', `has ${budgetMs} ms`);
  }

  /** @returns undefined of one that was given up @throws Error where the call is in neither of the two states */
  #callOf(
    executor: ExecutorProcess,
    { kind, call }: { readonly kind: string; readonly call: number },
    first: CallState,
    second: CallState,
  ) {
    const mine = this.#parts.taken.get(call);
    if (mine !== undefined && mine.executor === executor) {
      if (mine.state !== first && mine.state !== second) throw foreign(kind, `of call ${call}, which is ${mine.state}`);
      return mine;
    }
    if (executor.handed.givenUp(call) === undefined) throw foreign(kind, `of call ${call}`);
    return undefined;
  }

  /** @returns false where it has let go of the release */
  #holds(executor: ExecutorProcess, { kind, key }: { readonly kind: string; readonly key: number }): boolean {
    if (executor.hasRelease(key)) return true;
    if (!executor.knowsRelease(key)) throw foreign(kind, `of release ${key}`);
    return false;
  }
}

function foreign(kind: string, what: string): Error {
  return new Error(`an executor told what is not its to tell (${kind}: ${what})`);
}

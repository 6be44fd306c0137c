/** Probes and loads that executors have been asked for and have not answered. */

import { NboxError, unpackError } from '../../guards/errors.ts';
import type { FromExecutor, WiredSnapshot } from '../executor/wire.ts';
import { HandOverError } from '../release/hand-over-error.ts';
import type { ReleaseSnapshot } from '../release/release.ts';
import type { ExecutorProcess, RunningStay } from './executor-process.ts';
import type { Probe } from './loader.ts';

interface Pending<T> {
  readonly executor: ExecutorProcess;
  /** Whether a release is to go on with the state of another. */
  readonly goesOn?: boolean;
  readonly resolve: (value: T) => void;
  readonly reject: (error: NboxError) => void;
}

export class Loads {
  readonly #probes = new Map<number, Pending<Probe>>();
  /** By executor and release's key. */
  readonly #loads = new Map<string, Pending<void>>();
  #nextProbe = 1;

  probe(executor: ExecutorProcess): { id: number; result: Promise<Probe> } {
    const id = this.#nextProbe++;
    const { promise, resolve, reject } = Promise.withResolvers<Probe>();
    executor.asked += 1;
    this.#probes.set(id, { executor, resolve, reject });
    return { id, result: promise };
  }

  /** @param goesOn whether the release is to go on with the state of another */
  load(executor: ExecutorProcess, key: number, goesOn = false): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    executor.asked += 1;
    this.#loads.set(name(executor, key), { executor, goesOn, resolve, reject });
    return promise;
  }

  /** Whether the executor was asked to probe that, and has not answered. */
  probes(executor: ExecutorProcess, id: number): boolean {
    return this.#probes.get(id)?.executor === executor;
  }

  probed(id: number, { interfaces, startupUs, snapshot }: Extract<FromExecutor, { kind: 'probed' }>): void {
    const pending = take(this.#probes, id);
    pending?.resolve({ interfaces, startupUs, snapshot: unwired(pending.executor, snapshot) });
  }

  unprobed(id: number, error: NboxError): void {
    take(this.#probes, id)?.reject(error);
  }

  /** @returns whether it was to go on with the state of another */
  loaded(executor: ExecutorProcess, key: number): boolean {
    const pending = take(this.#loads, name(executor, key));
    pending?.resolve();
    return pending?.goesOn === true;
  }

  unloaded(executor: ExecutorProcess, key: number, { error, step }: Extract<FromExecutor, { kind: 'unloaded' }>): void {
    const pending = take(this.#loads, name(executor, key));
    if (step !== undefined) {
      pending?.reject(new HandOverError(step, error.details.detail, error));
      return;
    }
    const cause = unpackError(error);
    pending?.reject(
      new NboxError('publish_failed', { detail: `The release was probed, but an executor could not load it: ${cause.message}`, cause }),
    );
  }

  /** The executor was told to drop the release, and answers nothing. */
  dropped(executor: ExecutorProcess, key: number): void {
    take(this.#loads, name(executor, key))?.resolve();
  }

  /**
   * The executor is gone. What the watchdog killed it for is the author's fault; anything else there was unlucky.
   * A load needs no repeating: the executor's successor loads what it is called for.
   */
  lost(executor: ExecutorProcess, guilty: RunningStay | undefined): void {
    for (const [id, pending] of this.#probes) {
      if (pending.executor !== executor) continue;
      this.#probes.delete(id);
      if (guilty?.subject === 'probe' && guilty.id === id) {
        pending.reject(new NboxError('probe_failed', 'Evaluating the modules did not come back; its executor was killed'));
      } else pending.reject(new NboxError('publish_failed', { detail: 'The executor that probed the release was lost', retryAfterS: 1 }));
    }
    for (const [id, pending] of this.#loads) {
      if (pending.executor !== executor) continue;
      this.#loads.delete(id);
      const isGuilty = guilty !== undefined && id === name(executor, guilty.id);
      if (isGuilty && guilty.subject === 'handover') {
        pending.reject(new HandOverError('dispose', 'Its callbacks did not come back; their executor was killed'));
      } else if (isGuilty && guilty.subject === 'load') {
        const detail = 'Evaluating the modules did not come back; its executor was killed';
        pending.reject(pending.goesOn === true ? new HandOverError('evaluate', detail) : new NboxError('publish_failed', detail));
      } else pending.resolve();
    }
  }
}

/** A snapshot as it came from an executor. */
export function unwired(executor: ExecutorProcess, snapshot: WiredSnapshot): ReleaseSnapshot {
  return { base: executor.base, bytes: snapshot === null ? undefined : Buffer.from(snapshot, 'base64') };
}

function name(executor: ExecutorProcess, key: number): string {
  return `${executor.number}:${key}`;
}

function take<K, T>(map: Map<K, Pending<T>>, key: K): Pending<T> | undefined {
  const value = map.get(key);
  if (value === undefined) return undefined;
  map.delete(key);
  value.executor.asked -= 1;
  return value;
}

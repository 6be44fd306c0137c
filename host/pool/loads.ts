/** Probes and loads that executors have been asked for and have not answered. */

import { NboxError } from '../../guards/errors.ts';
import type { FromExecutor, WiredSnapshot } from '../executor/wire.ts';
import type { ReleaseSnapshot } from '../release/release.ts';
import type { ExecutorProcess, RunningStay } from './executor-process.ts';
import type { Probe } from './loader.ts';

interface Pending<T> {
  readonly executor: ExecutorProcess;
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

  load(executor: ExecutorProcess, key: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    executor.asked += 1;
    this.#loads.set(name(executor, key), { executor, resolve, reject });
    return promise;
  }

  probed(id: number, { interfaces, startupUs, snapshot }: Extract<FromExecutor, { kind: 'probed' }>): void {
    const pending = take(this.#probes, id);
    pending?.resolve({ interfaces, startupUs, snapshot: unwired(pending.executor, snapshot) });
  }

  unprobed(id: number, error: NboxError): void {
    take(this.#probes, id)?.reject(error);
  }

  loaded(executor: ExecutorProcess, key: number): void {
    take(this.#loads, name(executor, key))?.resolve();
  }

  unloaded(executor: ExecutorProcess, key: number, cause: NboxError): void {
    take(this.#loads, name(executor, key))?.reject(
      new NboxError('publish_failed', { detail: `The release was probed, but an executor could not load it: ${cause.message}`, cause }),
    );
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
      if (guilty?.subject === 'load' && id === name(executor, guilty.id)) {
        pending.reject(new NboxError('publish_failed', 'Evaluating the modules did not come back; its executor was killed'));
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

/** All executors, of all lanes: what each tells goes to its meter. The pools tell when one is there, what it holds, and when it is gone. */

import type { FromExecutor, Used } from '../../executor/wire.ts';
import type { LiveRelease, Release } from '../../release/release.ts';
import { ExecutorMeter, type MeteredStay } from './executor-meter.ts';
import type { Ledger, Owner } from './ledger.ts';
import { Owners, ownerOf } from './owners.ts';

type RunningGuest = Extract<FromExecutor, { kind: 'enter' }>;

/** An executor as the meters see it; the same object as long as its process lives. */
export interface MeteredExecutor {
  readonly pid: number | undefined;
  readonly starting: boolean;
  /** Whether it answers: not while it starts, nor when its end is sure. */
  readonly usable: boolean;
  send(message: { readonly kind: 'account' }): void;
  /** Whether it has the release. */
  hasRelease(key: number): boolean;
  /** Whether it has, or had, the release, and may tell of it. */
  knowsRelease(key: number): boolean;
}

/** The stay in a guest that an executor is in, or has died in. */
export interface StayIn extends Pick<RunningGuest, 'subject' | 'id'> {
  /** Monotonic clock, in ms. */
  readonly enteredAt: number;
  /** Of a call; none where that is over already. */
  readonly release: Release | undefined;
}

/** What pools tell. */
export interface ExecutorWatch {
  /** An executor is to have the release. */
  loads(live: LiveRelease): void;
  /** It is in none any more. */
  unloaded(live: LiveRelease): void;
  /** A release is tried in it, under a number that is its pool's. */
  probes(executor: MeteredExecutor, id: number, release: Release): void;
  used(executor: MeteredExecutor, used: Used): void;
  /** @param stay asked for what runs in it now, or ran when it died */
  started(executor: MeteredExecutor, stay: () => StayIn | undefined): void;
  lost(executor: MeteredExecutor): void;
}

interface Metered {
  readonly meter: ExecutorMeter;
  readonly stay: () => StayIn | undefined;
  readonly probes: Map<number, Owner>;
}

/** Probes of one executor whose owners are remembered: more are never under way. */
const mostProbes = 256;

export interface ExecutorMetersParts {
  readonly ledger: Ledger;
  readonly claim: (knownUs: number, mostUs: number) => number;
  /** The most CPU time that a process can have used since it began; undefined where the system does not tell. */
  readonly mostUs: (pid: number) => number | undefined;
  /** Monotonic clock, in ms. */
  readonly elapsed: () => number;
}

export class ExecutorMeters implements ExecutorWatch {
  readonly #parts: ExecutorMetersParts;
  readonly #owners = new Owners();
  readonly #executors = new Map<MeteredExecutor, Metered>();
  /** Those that were asked and have not answered. */
  readonly #asked = new Map<MeteredExecutor, () => void>();

  constructor(parts: ExecutorMetersParts) {
    this.#parts = parts;
  }

  started(executor: MeteredExecutor, stay: () => StayIn | undefined): void {
    const { ledger, elapsed } = this.#parts;
    const probes = new Map<number, Owner>();
    const known = {
      ownerOf: (id: number) => (id < 0 ? probes.get(-id) : executor.knowsRelease(id) ? this.#owners.find(id) : undefined),
      holds: (key: number) => executor.hasRelease(key),
    };
    const meter = new ExecutorMeter(ledger, known, elapsed());
    this.#executors.set(executor, { meter, stay, probes });
  }

  loads(live: LiveRelease): void {
    this.#owners.add(live);
  }

  unloaded(live: LiveRelease): void {
    this.#owners.remove(live);
  }

  probes(executor: MeteredExecutor, id: number, release: Release): void {
    const probes = this.#executors.get(executor)?.probes;
    probes?.set(id, Object.freeze({ ...ownerOf(release), isPushed: true }));
    for (const old of probes?.keys() ?? []) {
      if ((probes?.size ?? 0) <= mostProbes) break;
      probes?.delete(old);
    }
  }

  used(executor: MeteredExecutor, used: Used): void {
    const { mostUs, elapsed } = this.#parts;
    const { pid } = executor;
    this.#executors.get(executor)?.meter.told(used, pid === undefined ? undefined : mostUs(pid), elapsed());
    this.#asked.get(executor)?.();
  }

  lost(executor: MeteredExecutor): void {
    const { claim, elapsed } = this.#parts;
    const lost = this.#executors.get(executor);
    lost?.meter.lost(this.#owned(lost), claim, elapsed());
    this.#executors.delete(executor);
    this.#asked.get(executor)?.();
  }

  /** Has all that can answer tell what they have used, and waits for that, but not for long: a guest may be running. */
  async ask(wait: () => Promise<unknown>): Promise<void> {
    const answers = [...this.#executors.keys()].flatMap((executor) => {
      if (!executor.usable || this.#asked.has(executor)) return [];
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#asked.set(executor, () => {
        this.#asked.delete(executor);
        resolve();
      });
      executor.send({ kind: 'account' });
      return [promise];
    });
    if (answers.length > 0) await Promise.race([Promise.all(answers), wait()]);
  }

  /** Whose processes there are. */
  all(): ReadonlyMap<MeteredExecutor, ExecutorMeter> {
    return new Map([...this.#executors].map(([executor, { meter }]) => [executor, meter]));
  }

  /** Books for those that start, and for the stays that those who have not answered are in. @param cpuUs of their processes, by pid */
  bookUntold(cpuUs: ReadonlyMap<number, number>): void {
    const now = this.#parts.elapsed();
    for (const [executor, { meter }] of this.#executors) if (executor.starting) meter.starting(cpuUs.get(executor.pid ?? 0) ?? 0, now);
    for (const executor of this.#asked.keys()) {
      const metered = this.#executors.get(executor);
      const us = cpuUs.get(executor.pid ?? 0);
      const stay = metered && this.#owned(metered);
      if (stay !== undefined && us !== undefined) metered?.meter.running(stay, us, now);
    }
  }

  divided(): void {
    this.#owners.divided();
  }

  #owned({ stay, probes }: Metered): MeteredStay | undefined {
    const now = stay();
    if (now === undefined) return undefined;
    const { subject, id, enteredAt, release } = now;
    if (subject === 'call') return { owner: release && ownerOf(release), enteredAt };
    return { owner: subject === 'probe' ? probes.get(id) : this.#owners.find(id), enteredAt };
  }
}

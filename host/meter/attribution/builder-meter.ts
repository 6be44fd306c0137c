/** The builder's CPU time, by whose push it builds: it has one build at a time, so what its processes use meanwhile is that push's. */

import type { Ledger } from './ledger.ts';

export interface BuilderMeterParts {
  readonly ledger: Ledger;
  /** Of its process and all that descend from it, since they began; undefined where that cannot be told: the residual has it then. */
  readonly cpuUs: () => number | undefined;
  /** What the operating system knows of a process that has ended, up to a bound. */
  readonly claim: (knownUs: number, mostUs: number) => number;
  /** Monotonic clock, in ms. */
  readonly elapsed: () => number;
  readonly processors: number;
}

export class BuilderMeter {
  readonly #parts: BuilderMeterParts;
  /** For which plugin it builds now. */
  #plugin: string | undefined;
  #lastUs = 0;
  #lastAt: number;

  constructor(parts: BuilderMeterParts) {
    this.#parts = parts;
    this.#lastAt = parts.elapsed();
  }

  /** It begins to build for a plugin; or for none any more. */
  turn(plugin: string | undefined): void {
    this.look();
    this.#plugin = plugin;
  }

  /** Books what was used up to now. */
  look(): void {
    const { cpuUs, elapsed } = this.#parts;
    const now = elapsed();
    const us = cpuUs();
    if (us === undefined) this.#gone(now);
    // Other processes than before, which have used it all since then.
    else this.#book(us >= this.#lastUs ? us - this.#lastUs : us);
    this.#lastUs = us ?? 0;
    this.#lastAt = now;
  }

  #gone(now: number): void {
    if (this.#lastUs === 0) return;
    this.#book(this.#parts.claim(this.#lastUs, (now - this.#lastAt) * 1_000 * this.#parts.processors));
  }

  #book(us: number): void {
    if (us <= 0) return;
    if (this.#plugin === undefined) this.#parts.ledger.part('builder', us);
    else this.#parts.ledger.owner({ plugin: this.#plugin, isPushed: true }, us);
  }
}

/** What one executor has used, for whom, as it tells it itself; and when it dies, as far as that can be known. */

import type { Used } from '../../executor/wire.ts';
import { guestShares } from './guest-shares.ts';
import type { Ledger, Owner } from './ledger.ts';

/** A process that starts has as many threads at work as this, and no more; one that runs guests has hardly ever. */
const busyThreads = 2;

/** The stay in a guest that an executor is in. */
export interface MeteredStay {
  readonly owner: Owner | undefined;
  /** Monotonic clock, in ms. */
  readonly enteredAt: number;
}

/** Whose the guests of one executor are: of those that it was given, and of no others, whatever it tells. */
export interface KnownGuests {
  /** By a release's key, or a probe's number below 0. */
  ownerOf(id: number): Owner | undefined;
  /** Whether it has the release now. */
  holds(key: number): boolean;
}

export class ExecutorMeter {
  readonly #ledger: Ledger;
  readonly #known: KnownGuests;
  /** Of its process, since that began: all of it is booked. */
  #toldUs = 0;
  #toldAt: number;
  /** Booked for a stay that was not over, and so not told yet. */
  #ahead: { readonly owner: Owner; readonly us: number } | undefined;
  readonly #bytes = new Map<number, number>();
  #bareBytes: number | undefined;

  /** @param now monotonic clock, in ms: its process begins */
  constructor(ledger: Ledger, known: KnownGuests, now: number) {
    this.#ledger = ledger;
    this.#known = known;
    this.#toldAt = now;
  }

  /** CPU time of the process that is booked. */
  get bookedUs(): number {
    return this.#toldUs + (this.#ahead?.us ?? 0);
  }

  /**
   * Divides no more than the operating system has counted, whatever is told.
   * @param systemUs what that is, since the process began; where it is not known, no more than can have been used since the last report
   */
  told(used: Used, systemUs: number | undefined, now: number): void {
    const mostUs = systemUs ?? this.#toldUs + (now - this.#toldAt) * 1_000 * busyThreads;
    const cpuUs = Math.max(0, Math.min(used.cpuUs, mostUs) - this.#toldUs);
    const shares = guestShares(used, cpuUs);
    let leftUs = cpuUs;
    let ahead = this.#ahead;
    for (const [id, us] of shares.guests) {
      const owner = this.#known.ownerOf(id);
      // What nobody is known for is left to the residual.
      if (owner === undefined) {
        leftUs -= us;
        continue;
      }
      let beforeUs = 0;
      if (ahead !== undefined && isSame(owner, ahead.owner)) {
        beforeUs = Math.min(us, ahead.us);
        ahead = undefined;
      }
      this.#ledger.owner(owner, us - beforeUs);
      leftUs -= us;
    }
    this.#ahead = undefined;
    // Booked for one that this report does not name: it is in no more than one window.
    if (ahead !== undefined) leftUs -= ahead.us;
    this.#ledger.part('executors', Math.max(0, leftUs - shares.othersUs));
    this.#toldUs += cpuUs;
    this.#toldAt = now;
    // It does not change: what is told first counts.
    if (used.bareBytes > 0) this.#bareBytes ??= used.bareBytes;
    for (const [key, bytes] of used.memory) {
      if (bytes > 0 && this.#known.holds(key)) this.#bytes.set(key, bytes);
      else this.#bytes.delete(key);
    }
  }

  /** It starts, and cannot tell yet: no guest has run in it. @param cpuUs of the process, as the operating system has it */
  starting(cpuUs: number, now: number): void {
    if (cpuUs <= this.#toldUs) return;
    this.#ledger.part('executors', cpuUs - this.#toldUs);
    this.#toldUs = cpuUs;
    this.#toldAt = now;
  }

  /**
   * It was asked and has not answered, since its guest runs: what the process has used meanwhile is that guest's.
   * @param cpuUs of the process, as the operating system has it
   */
  running({ owner, enteredAt }: MeteredStay, cpuUs: number, now: number): void {
    if (owner === undefined) return;
    const us = Math.min(cpuUs - this.#toldUs, (now - enteredAt) * 1_000);
    // What was booked for another stay is told with the next report, and this one with it.
    if (this.#ahead !== undefined && !isSame(owner, this.#ahead.owner)) return;
    const aheadUs = this.#ahead?.us ?? 0;
    if (us <= aheadUs) return;
    this.#ledger.owner(owner, us - aheadUs);
    this.#ahead = { owner, us };
  }

  /**
   * The process is gone. The stay that it was in is its guest's; all else that it has not told counts as the executors' own.
   * @param claim gives what the operating system knows more than what is booked, up to a bound
   */
  lost(stay: MeteredStay | undefined, claim: (knownUs: number, mostUs: number) => number, now: number): void {
    const untoldMs = now - this.#toldAt;
    const restUs = claim(this.bookedUs, untoldMs * 1_000 * busyThreads);
    const stayUs = stay === undefined ? 0 : Math.min(restUs, Math.max(0, (now - stay.enteredAt) * 1_000 - (this.#ahead?.us ?? 0)));
    if (stay?.owner !== undefined) this.#ledger.owner(stay.owner, stayUs);
    this.#ledger.part('executors', restUs - stayUs);
    this.#toldUs = this.bookedUs + restUs;
    this.#ahead = undefined;
  }

  /**
   * Of its resident memory, what its sandboxes take: these are told by themselves, but no more than the process has beside what it
   * had before it made any.
   */
  memory(residentBytes: number): { readonly plugins: ReadonlyMap<string, number>; readonly restBytes: number } {
    const plugins = new Map<string, number>();
    let heldBytes = 0;
    for (const [key, bytes] of this.#bytes) {
      const owner = this.#known.ownerOf(key);
      if (owner === undefined || !this.#known.holds(key)) {
        this.#bytes.delete(key);
        continue;
      }
      plugins.set(owner.plugin, (plugins.get(owner.plugin) ?? 0) + bytes);
      heldBytes += bytes;
    }
    const roomBytes = Math.max(0, residentBytes - (this.#bareBytes ?? residentBytes));
    if (heldBytes > roomBytes) for (const [plugin, bytes] of plugins) plugins.set(plugin, (bytes * roomBytes) / heldBytes);
    return { plugins, restBytes: residentBytes - Math.min(heldBytes, roomBytes) };
  }
}

function isSame(a: Owner, b: Owner): boolean {
  return a.plugin === b.plugin && a.isPushed === b.isPushed;
}

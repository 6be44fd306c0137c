/**
 * The deadlines of one stay in the guest, sticky in two levels. Soft: every poll answers "interrupt", which the guest
 * cannot catch where plain code runs. Hard, a little later: the poll throws straight through the engine's frames, since
 * promise machinery and argument coercion swallow an interrupt. Once tripped, a deadline stays tripped until armed anew.
 */

import type { ErrorCode } from './errors.ts';

/** Why a stay in the guest was stopped. */
export type StopReason = Extract<ErrorCode, 'cpu_exceeded' | 'deadline_exceeded' | 'loop_budget_exceeded'>;

/** How long after the soft stop the hard one follows. Ten polls of plain code fit in; a swallowing loop does not go on for long. */
export const hardAfterMs = 50;

/** Thrown by the hard stop through the engine's frames. Whoever catches it must discard the engine's instance. */
export class HardStop extends Error {
  override readonly name = 'HardStop';
}

/** CPU time of the thread since the stay began, in ms. */
export type CpuClock = () => number;

export class Deadline {
  #cpuMs = 0;
  #wallAt = Number.POSITIVE_INFINITY;
  #cpu: CpuClock | undefined;
  #softAt = Number.POSITIVE_INFINITY;
  #hardAt = Number.POSITIVE_INFINITY;
  #cpuFirst = true;
  #stopped: StopReason | undefined;

  /**
   * @param now any monotonic clock, in ms; the same for every method
   * @param cpuMs what is left of the call's CPU time
   * @param wallAt when the whole call must be over
   * @param cpu asked when the CPU limit seems to be reached: on a busy machine time passes without the guest. Without
   * it, time is taken for CPU time.
   */
  arm(now: number, cpuMs: number, wallAt: number, cpu?: CpuClock): void {
    this.#cpuMs = cpuMs;
    this.#wallAt = wallAt;
    this.#cpu = cpu;
    this.#stopped = undefined;
    this.#aim(now + cpuMs);
  }

  #aim(cpuAt: number): void {
    this.#cpuFirst = cpuAt <= this.#wallAt;
    this.#softAt = this.#cpuFirst ? cpuAt : this.#wallAt;
    this.#hardAt = this.#softAt + hardAfterMs;
  }

  /** The stay is over: nothing is stopped until `arm`. */
  disarm(): void {
    this.arm(0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
  }

  /** What stopped the guest, if anything has since `arm`. */
  get stopped(): StopReason | undefined {
    return this.#stopped;
  }

  /** How long the guest may go on for, in ms: what takes longer natively, where nothing is polled, had better not begin. */
  left(now: number): number {
    return this.#stopped === undefined ? this.#softAt - now : 0;
  }

  /** A guard other than the clock has tripped: stop at the next poll. */
  stop(now: number, reason: StopReason): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = reason;
    this.#hardAt = now + hardAfterMs;
  }

  /**
   * The engine asks, every 10,000 branches or so, whether to go on.
   * @returns whether to interrupt the guest
   * @throws HardStop when the soft stop was swallowed
   */
  poll(now: number): boolean {
    if (this.#stopped === undefined) {
      if (now < this.#softAt) return false;
      const left = this.#cpuFirst && this.#cpu !== undefined ? this.#cpuMs - this.#cpu() : 0;
      if (left > 0) {
        this.#aim(now + left);
        return false;
      }
      this.#stopped = this.#cpuFirst ? 'cpu_exceeded' : 'deadline_exceeded';
    }
    if (now >= this.#hardAt) throw new HardStop(this.#stopped);
    return true;
  }
}

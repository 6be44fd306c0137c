/** The timers that a guest has set, by the call that set them. */

/** How many may wait in one sandbox. */
const maxTimers = 1_000;
/** The longest delay that the platform's timers know. */
const maxDelayMs = 2 ** 31 - 1;

export class Timers {
  #forgotten: number[] = [];
  readonly #pending = new Map<number, { readonly call: number; readonly handle: NodeJS.Timeout }>();
  #nextId = 1;
  #onDue: (call: number, timer: number) => void = () => {};

  /** Who enters the guest when a timer is due. */
  onDue(listener: (call: number, timer: number) => void): void {
    this.#onDue = listener;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** @returns the timer's number, or `undefined` where too many are pending */
  set(call: number, delayMs: number): number | undefined {
    if (this.#pending.size >= maxTimers) return undefined;
    const id = this.#nextId++;
    const handle = setTimeout(
      () => {
        this.#pending.delete(id);
        this.#onDue(call, id);
      },
      Math.min(maxDelayMs, Math.max(1, Math.trunc(delayMs) || 0)),
    );
    this.#pending.set(id, { call, handle });
    return id;
  }

  delete(id: number): void {
    const timer = this.#pending.get(id);
    if (timer === undefined) return;
    clearTimeout(timer.handle);
    this.#pending.delete(id);
  }

  /** Drops the timers of one call. */
  forget(call: number): void {
    for (const [id, timer] of this.#pending) {
      if (timer.call !== call) continue;
      this.delete(id);
      this.#forgotten.push(id);
    }
  }

  get hasForgotten(): boolean {
    return this.#forgotten.length > 0;
  }

  /** Those that were dropped with their calls since it was last asked: the guest still holds what they would have run. */
  takeForgotten(): number[] {
    const taken = this.#forgotten;
    this.#forgotten = [];
    return taken;
  }

  clear(): void {
    for (const id of this.#pending.keys()) this.delete(id);
  }

  /** As it was when it was made: the guest sees the numbers. */
  reset(): void {
    this.clear();
    this.#forgotten = [];
    this.#nextId = 1;
  }
}

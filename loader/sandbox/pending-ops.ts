/** The operations that a guest has begun and the host has not answered, by the call that they are for. */

/** How many may be pending in one sandbox, and how many bytes may have gone out with them. */
const maxOps = 1_000;
const maxBytes = 64 * 1_048_576;
/** The most bytes that go with one; a frame has to hold them. */
const maxOpBytes = 32 * 1_048_576;

/** What may go with something that is told and not answered, and so never counted. */
export const mostSentBytes = 65_536;

export class PendingOps {
  readonly #pending = new Map<number, { readonly call: number; readonly bytes: number }>();
  #bytes = 0;
  #forgotten: number[] = [];
  #nextId = 1;

  get size(): number {
    return this.#pending.size;
  }

  has(id: number): boolean {
    return this.#pending.has(id);
  }

  /** @returns the operation's number, or why there may be none */
  add(call: number, bytes: number): number | string {
    if (this.#pending.size >= maxOps) return 'Too many operations are pending';
    if (bytes > maxOpBytes || this.#bytes + bytes > maxBytes) return 'Too many bytes are pending';
    const id = this.#nextId;
    this.#nextId = id === 0xffff_ffff ? 1 : id + 1;
    this.#pending.set(id, { call, bytes });
    this.#bytes += bytes;
    return id;
  }

  /** @returns whether it was pending */
  delete(id: number): boolean {
    const op = this.#pending.get(id);
    if (op === undefined) return false;
    this.#pending.delete(id);
    this.#bytes -= op.bytes;
    return true;
  }

  /** Drops the operations of one call. */
  forget(call: number): void {
    for (const [id, op] of this.#pending) {
      if (op.call !== call) continue;
      this.delete(id);
      this.#forgotten.push(id);
    }
  }

  get hasForgotten(): boolean {
    return this.#forgotten.length > 0;
  }

  /** Those that were dropped with their calls since it was last asked: the guest still holds what they would have woken. */
  takeForgotten(): number[] {
    const taken = this.#forgotten;
    this.#forgotten = [];
    return taken;
  }

  clear(): void {
    this.#pending.clear();
    this.#bytes = 0;
  }
}

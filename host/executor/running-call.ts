/** A call inside an executor: as it came, and as it runs. */

import type { Interface } from '../../loader/interface.ts';
import type { Sandbox, SandboxCall } from '../../loader/sandbox/sandbox.ts';
import type { Slot } from './slot.ts';
import type { Cost, PackedFailure } from './wire.ts';

/** A call as it came, not started yet. */
export interface Item {
  readonly id: number;
  readonly key: number;
  readonly interface: Interface;
  readonly wallAt: number;
  readonly head: string;
  readonly body: Uint8Array | null | undefined;
  initUs: number;
}

/** `replied`: it goes on for what it gave to `ctx.waitUntil`. */
type Phase = 'running' | 'replied' | 'finished';

export class RunningCall implements SandboxCall {
  readonly id: number;
  readonly slot: Slot;
  readonly sandbox: Sandbox;
  readonly initUs: number;
  wallAt: number;
  cpuLeftMs: number;
  fuelLeft: number;
  cpuUs = 0;
  steps = 0;
  phase: Phase = 'running';
  logLines = 0;
  /** Where in the frames its reply waits for its cost. */
  patchAt: number | undefined;
  failure: PackedFailure | undefined;
  settled = false;
  /** Whether its reply's body is still coming; how much has come. */
  streaming = false;
  streamedBytes = 0;
  /** It is to go on when its client has gone. */
  kept = false;
  /** It is to hear of that. */
  listens = false;
  gone = false;
  /** A limit was passed by what it asked of the host; told when the stay is over. */
  excess: PackedFailure | undefined;
  /** The `body.read` that is pending: the client's time is not the call's. */
  #reading = 0;
  #leftMs = 0;
  /** Ends it while it waits. */
  deadline: NodeJS.Timeout | undefined;

  constructor(item: Item, slot: Slot, sandbox: Sandbox) {
    this.id = item.id;
    this.slot = slot;
    this.sandbox = sandbox;
    this.initUs = item.initUs;
    this.wallAt = item.wallAt;
    this.cpuLeftMs = slot.limits.cpuMs;
    this.fuelLeft = slot.limits.loopBudget;
  }

  /** The call waits for its client's bytes: until they are there its deadline stands still. */
  pause(op: number, now: number): void {
    this.#reading = op;
    this.#leftMs = this.wallAt - now;
    this.wallAt = Number.POSITIVE_INFINITY;
    clearTimeout(this.deadline);
    this.deadline = undefined;
  }

  /** An operation was answered. */
  unpause(op: number, now: number): void {
    if (this.#reading !== op) return;
    this.#reading = 0;
    this.wallAt = now + this.#leftMs;
  }

  get paused(): boolean {
    return this.#reading !== 0;
  }

  /** It has time of its own for what follows. */
  restart(wallAt: number): void {
    this.#reading = 0;
    this.wallAt = wallAt;
    clearTimeout(this.deadline);
    this.deadline = undefined;
  }

  /** Notes what the guest said is left of the loop budget. */
  burnt(left: number): void {
    this.steps = this.slot.limits.loopBudget - left;
  }

  get cost(): Cost {
    return { initUs: this.initUs, cpuUs: this.cpuUs, steps: this.steps, memoryBytes: this.sandbox.memoryBytes };
  }
}

export const noCost: Cost = Object.freeze({ initUs: 0, cpuUs: 0, steps: 0, memoryBytes: 0 });

/** A call inside an executor: as it came, and as it runs. */

import type { Interface } from '../../loader/interface.ts';
import type { Sandbox, SandboxCall } from '../../loader/sandbox/sandbox.ts';
import { NotedWorld, ReplayedWorld, type Tape, type World } from '../../loader/sandbox/world.ts';
import { Replay } from './replay.ts';
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
  /** What it is run again by; `true`: its tape is to be told in any case. */
  readonly tape: Tape | true | undefined;
  initUs: number;
}

/** `replied`: it goes on for what it gave to `ctx.waitUntil`. */
type Phase = 'running' | 'replied' | 'finished';

export class RunningCall implements SandboxCall {
  readonly id: number;
  readonly slot: Slot;
  readonly sandbox: Sandbox;
  readonly initUs: number;
  readonly initCpuUs: number;
  wallAt: number;
  cpuLeftMs: number;
  fuelLeft: number;
  world: World | undefined;
  /** Where it is run again. */
  readonly replay: Replay | undefined;
  /** Whether the host wants its tape though it ends well. */
  readonly isNoted: boolean;
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

  /** @param initCpuUs of the evaluations that it is charged for */
  constructor(item: Item, slot: Slot, sandbox: Sandbox, initCpuUs: number) {
    this.id = item.id;
    this.slot = slot;
    this.sandbox = sandbox;
    this.initUs = item.initUs;
    this.initCpuUs = initCpuUs;
    this.wallAt = item.wallAt;
    this.cpuLeftMs = slot.limits.cpuMs;
    this.fuelLeft = slot.limits.loopBudget;
    const { tape } = item;
    this.isNoted = tape === true;
    if (tape === undefined || tape === true) return;
    const world = new ReplayedWorld(tape);
    this.world = world;
    this.replay = new Replay(world, slot.limits.deadlineMs);
  }

  /** Notes what wakes it, by its place among those that might. */
  woken(by: 'answer' | 'timer', id: number): void {
    if (this.replay !== undefined) return;
    const place = (by === 'answer' ? this.sandbox.opsOf(this.id) : this.sandbox.timersOf(this.id)).indexOf(id);
    this.#noted.turn(place * 2 + (by === 'answer' ? 0 : 1));
  }

  /** Its client has gone, and it hears of that. */
  wokenByClient(): void {
    if (this.replay === undefined) this.#noted.turn(-1);
  }

  /** What it has read up to now, where it has read or waited for anything. */
  get tape(): Tape | undefined {
    return this.world instanceof NotedWorld ? this.world.tape : undefined;
  }

  get #noted(): NotedWorld {
    this.world ??= new NotedWorld();
    return this.world as NotedWorld;
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

  /** Notes what the guest said is left of the loop budget: its word, which is held to what can be. */
  burnt(left: number): void {
    const { loopBudget } = this.slot.limits;
    const steps = loopBudget - left;
    this.steps = steps > 0 ? Math.min(steps, loopBudget) : 0;
  }

  get cost(): Cost {
    const { initUs, initCpuUs, cpuUs, steps } = this;
    return { initUs, initCpuUs, cpuUs, steps, memoryBytes: this.sandbox.memoryBytes };
  }
}

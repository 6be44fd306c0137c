/**
 * A release running in its own engine. One stay in the guest at a time: armed, run, its promise jobs drained in
 * bounded batches, classified by what the host knows. A sandbox whose guard tripped is spent: leftover jobs or a full
 * memory would harm the next call, so its owner makes a new one.
 */

import { Deadline } from '../../guards/deadline.ts';
import type { Limits } from '../../guards/limits.ts';
import { type Interface, isHttp } from '../interface.ts';
import { Engine, type Pointer } from './engine.ts';
import { type HostSide, hostFunctions } from './host-functions.ts';
import { addParts, type Prelude } from './prelude.ts';
import type { SandboxEvents } from './sandbox-events.ts';
import { restoreSnapshot, type Snapshot } from './snapshot.ts';
import { evaluateRelease, type Source } from './startup.ts';
import { classify, cpuClock, drain, type Stay, stackOf } from './stay.ts';

/**
 * A stay shorter than this costs what it took. Of a longer one the thread's CPU clock is asked, since it may have been
 * interrupted; that clock goes in steps of up to 4 ms.
 */
const exactMs = 20;

/** What a sandbox needs to know of a call, and what it keeps up to date. */
export interface SandboxCall {
  readonly id: number;
  readonly wallAt: number;
  cpuLeftMs: number;
  fuelLeft: number;
}

export class Sandbox {
  readonly limits: Limits;
  readonly interfaces: readonly string[];
  readonly startupUs: number;
  readonly #engine: Engine;
  readonly #entries: Snapshot['entries'];
  readonly #deadline: Deadline;
  readonly #side: HostSide;
  #spent = false;

  private constructor(parts: {
    engine: Engine;
    entries: Snapshot['entries'];
    deadline: Deadline;
    side: HostSide;
    limits: Limits;
    interfaces: readonly string[];
    startupUs: number;
  }) {
    this.#engine = parts.engine;
    this.#entries = parts.entries;
    this.#deadline = parts.deadline;
    this.#side = parts.side;
    this.limits = parts.limits;
    this.interfaces = parts.interfaces;
    this.startupUs = parts.startupUs;
  }

  /**
   * Restores the prelude and evaluates a release's modules.
   * @param entering called right before guest code runs
   * @throws StartupError with the author's fault: a throw at top level, a guard's trip, a default export of the wrong form
   */
  static async create({ modules, snapshot }: Prelude, source: Source, events: SandboxEvents, entering: () => void): Promise<Sandbox> {
    const engine = await Engine.instantiate(source.limits.memoryMb);
    const deadline = new Deadline();
    const { functions, side } = hostFunctions(modules, events, deadline);
    side.timers.onDue((call, timer) => events.due(call, timer));
    engine.provide(functions);
    restoreSnapshot(engine, snapshot);
    addParts(engine, snapshot.entries, source.code);
    engine.onPoll(() => deadline.poll(performance.now()));
    entering();
    const began = performance.now();
    deadline.arm(began, source.limits.startupMs, Number.POSITIVE_INFINITY, cpuClock());
    const interfaces = evaluateRelease(engine, snapshot.entries, source, deadline, side);
    return new Sandbox({
      engine,
      entries: snapshot.entries,
      deadline,
      side,
      limits: source.limits,
      interfaces,
      startupUs: Math.round((performance.now() - began) * 1_000),
    });
  }

  /** Whether a guard has tripped in it, so that no further call may enter. */
  get spent(): boolean {
    return this.#spent;
  }

  /** WASM memory never shrinks: what it has now is its peak. */
  get memoryBytes(): number {
    return this.#engine.memory.buffer.byteLength;
  }

  /** Timers that are pending, of all calls. With none, and no job, an unanswered call never will be. */
  get pendingTimers(): number {
    return this.#side.timers.size;
  }

  /** Operations that the host has not answered, of all calls. */
  get pendingOps(): number {
    return this.#side.ops.size;
  }

  isPending(op: number): boolean {
    return this.#side.ops.has(op);
  }

  /** @param head of a request; of all else the JSON of the event */
  start(call: SandboxCall, head: string, body: Uint8Array | undefined, name: Interface = 'fetch'): Stay {
    return this.#stay(call, (engine) => {
      const args = [engine.newNumber(call.id), engine.newNumber(call.fuelLeft)];
      if (name !== 'fetch') args.push(engine.newString(isHttp(name) ? name.slice('fetch:'.length) : name));
      args.push(engine.newString(head));
      if (body !== undefined) args.push(engine.newBuffer(body));
      return this.#call(name === 'fetch' ? 'dispatch' : isHttp(name) ? 'dispatchTo' : 'dispatchEvent', args);
    });
  }

  /** A timer that the guest set has come. */
  fire(call: SandboxCall, timer: number): Stay {
    return this.#stay(call, (engine) => {
      return this.#call('fire', [engine.newNumber(timer), engine.newNumber(call.fuelLeft)]);
    });
  }

  /**
   * The host has the answer to an operation that is pending: JSON of its data, or of `{ name, message }` where it is not
   * `ok`.
   */
  resume(call: SandboxCall, op: number, ok: boolean, json: string, bytes: Uint8Array | undefined): Stay {
    this.#side.ops.delete(op);
    return this.#stay(call, (engine) => {
      const args = [engine.newNumber(op), engine.newNumber(call.fuelLeft), engine.newNumber(ok ? 1 : 0), engine.newString(json)];
      if (bytes !== undefined) args.push(engine.newBuffer(bytes));
      return this.#call('resume', args);
    });
  }

  /** @returns the stack of what it threw: only a stop comes through the prelude's own catching */
  #call(entry: string, args: readonly Pointer[]): string {
    const engine = this.#engine;
    const result = engine.call(this.#entries[entry] as Pointer, args);
    for (const arg of args) engine.free(arg);
    const error = engine.exception(result);
    const stack = error === 0 ? '' : stackOf(engine, error);
    if (error !== 0) engine.free(error);
    engine.free(result);
    return stack;
  }

  /** Loop rounds that the running call has left: ask right after its stay. */
  fuelLeft(): number {
    // The stay is over, and with it its deadline, which could else interrupt this.
    this.#deadline.disarm();
    const value = this.#engine.call(this.#entries['fuelLeft'] as Pointer, []);
    const left = this.#engine.number(value);
    this.#engine.free(value);
    return left;
  }

  /** Its timers never come; its memory goes with the last reference. */
  close(): void {
    this.#spent = true;
    this.#side.timers.clear();
    this.#side.ops.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Timers of this call never come, and neither do answers. */
  forget(call: number): void {
    this.#side.timers.forget(call);
    this.#side.ops.forget(call);
  }

  #stay(call: SandboxCall, enter: (engine: Engine) => string): Stay {
    const engine = this.#engine;
    const began = performance.now();
    const cpu = cpuClock();
    this.#deadline.arm(began, call.cpuLeftMs, call.wallAt, cpu);
    this.#side.call = call.id;
    this.#side.site = undefined;
    let trap: unknown;
    let stack = '';
    try {
      const { timers, ops } = this.#side;
      if (timers.hasForgotten || ops.hasForgotten) {
        this.#call('forget', [engine.newString(timers.takeForgotten().join()), engine.newString(ops.takeForgotten().join())]);
      }
      stack = enter(engine) || drain(engine, this.#deadline);
    } catch (error) {
      trap = error;
    }
    this.#side.call = 0;
    const now = performance.now();
    const cpuMs = now - began < exactMs ? now - began : cpu();
    call.cpuLeftMs -= cpuMs;
    const stopped = classify(engine, this.#deadline, this.#side.site, trap, stack);
    const cpuUs = Math.round(cpuMs * 1_000);
    if (stopped === undefined) return { cpuUs, stopped };
    this.#spent = true;
    // An interrupt leaves the engine whole; a throw through its frames or a full memory does not.
    const whole = trap === undefined && !engine.growth.refused;
    return { cpuUs, stopped, ...(whole ? { left: this.fuelLeft() } : {}) };
  }
}

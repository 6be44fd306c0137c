/**
 * A release running in its own engine. One stay in the guest at a time: armed, run, its promise jobs drained in
 * bounded batches, classified by what the host knows. A sandbox whose guard tripped is spent: leftover jobs or a full
 * memory would harm the next call, so its owner makes a new one.
 */

import type { Limits } from '../../guards/limits.ts';
import { type Interface, isHttp } from '../interface.ts';
import type { Argument, Pointer } from './engine.ts';
import { isHot, stateOf } from './hand-over.ts';
import type { HostSide } from './host-functions.ts';
import { deadline, type OpenGuest, openGuest } from './open-guest.ts';
import { type Prelude, partsFor, preludeWith } from './prelude.ts';
import type { Residence } from './residence.ts';
import type { SandboxEvents } from './sandbox-events.ts';
import { type Rewind, type Snapshot, takeSnapshot } from './snapshot.ts';
import { evaluateRelease, type Source } from './startup.ts';
import { classify, cpuClock, drain, type Stay, stackOf, stayEnded } from './stay.ts';
import type { World } from './world.ts';

/**
 * A stay shorter than this costs what it took. Of a longer one the thread's CPU clock is asked, since it may have been interrupted: by
 * the host, which has something to do for each call, for about as long.
 */
const exactMs = 0.1;

/** What a sandbox needs to know of a call, and what it keeps up to date. */
export interface SandboxCall {
  readonly id: number;
  readonly wallAt: number;
  cpuLeftMs: number;
  fuelLeft: number;
  /** Where it reads the clock and randomness: the one that it came with, or one that is made when it first does. */
  world: World | undefined;
}

export class Sandbox {
  readonly limits: Limits;
  /** The interfaces that its handler was found to have; none where it was restored. */
  readonly interfaces: readonly string[];
  /** What evaluating its modules took; 0 where it was restored. */
  readonly startupUs: number;
  readonly #residence: Residence;
  /** Owned values of the guest's, by name. */
  readonly #entries: Snapshot['entries'];
  readonly #base: Snapshot;
  readonly #side: HostSide;
  #spent = false;
  /** Calls that are over, and of which the guest still keeps something. */
  #over: number[] = [];

  private constructor({ residence, base, side, limits }: OpenGuest, interfaces: readonly string[], startupUs: number) {
    this.#residence = residence;
    this.#entries = base.entries;
    this.#base = base;
    this.#side = side;
    this.limits = limits;
    this.interfaces = interfaces;
    this.startupUs = startupUs;
  }

  /**
   * Starts from the prelude and evaluates a release's modules.
   * @param entering called right before guest code runs; what it gives, right after
   * @throws StartupError with the author's fault: a throw at top level, a guard's trip, a default export of the wrong form
   */
  static async create(prelude: Prelude, source: Source, events: SandboxEvents, entering: () => () => void): Promise<Sandbox> {
    const base = await preludeWith(prelude, partsFor(source.code, source.dynamicCode));
    const guest = openGuest(prelude, base, base, source.limits, events);
    const { residence, side } = guest;
    const { engine } = residence;
    let left: (() => void) | undefined;
    try {
      left = entering();
      const began = performance.now();
      deadline.arm(began, source.limits.startupMs, Number.POSITIVE_INFINITY, cpuClock());
      const interfaces = evaluateRelease(engine, base.entries, source, deadline, side);
      return new Sandbox(guest, interfaces, Math.round((performance.now() - began) * 1_000));
    } catch (error) {
      residence.leave(false);
      throw error;
    } finally {
      // Whatever the engine does between two stays must not be stopped: its native loops look at the clock, too.
      deadline.disarm();
      // In the same turn: another sandbox may be made in the next.
      left?.();
    }
  }

  /** Starts from a snapshot that a sandbox of the same release has given. */
  static async restore(prelude: Prelude, snapshot: Snapshot, limits: Limits, events: SandboxEvents): Promise<Sandbox> {
    return new Sandbox(openGuest(prelude, snapshot.base ?? prelude.snapshot, snapshot, limits, events), [], 0);
  }

  /** What evaluating the modules has read that must differ from sandbox to sandbox: no snapshot may then stand for it. */
  get unrepeatable(): HostSide['unrepeatable'] {
    return this.#side.unrepeatable;
  }

  /** Its memory as it is, right after its modules were evaluated. No call may have entered it. */
  snapshot(): Promise<Snapshot> {
    return takeSnapshot(this.#residence.engine, this.#entries, this.#base);
  }

  /** Makes it what it was when it was restored. No call may be open in it, and no guard have tripped. */
  rewind(rewind: Rewind): void {
    this.#side.held?.timers.reset();
    this.#side.held?.ops.takeForgotten();
    this.#side.unflushed = false;
    this.#over = [];
    rewind.apply(this.#residence.engine);
  }

  /** Whether a guard has tripped in it, so that no further call may enter. */
  get spent(): boolean {
    return this.#spent;
  }

  /** WASM memory never shrinks: what it has now is its peak. */
  get memoryBytes(): number {
    return this.#residence.memoryBytes;
  }

  /** What it takes of the process's memory. */
  get residentBytes(): number {
    return this.#residence.residentBytes;
  }

  /** Timers that are pending, of all calls. With none, and no job, an unanswered call never will be. */
  get pendingTimers(): number {
    return this.#side.held?.timers.size ?? 0;
  }

  /** Operations that the host has not answered, of all calls. */
  get pendingOps(): number {
    return this.#side.held?.ops.size ?? 0;
  }

  isPending(op: number): boolean {
    return this.#side.held?.ops.has(op) === true;
  }

  /** The operations of a call that the host has not answered, in the order in which they were begun. */
  opsOf(call: number): number[] {
    return this.#side.held?.ops.idsOf(call) ?? [];
  }

  /** The timers of a call that have not come, in the order in which they were set. */
  timersOf(call: number): number[] {
    return this.#side.held?.timers.idsOf(call) ?? [];
  }

  /** How long after it was set a timer is to come. */
  delayOf(timer: number): number {
    return this.#side.held?.timers.delayOf(timer) ?? 0;
  }

  /**
   * @param head of a request; of all else the JSON of the event
   * @param body `null` where it is still coming in, and will be asked for by `body.read`
   */
  start(call: SandboxCall, head: string, body: Uint8Array | null | undefined, name: Interface = 'fetch'): Stay {
    return this.#stay(call, () => {
      const args: Argument[] = [call.id, call.fuelLeft];
      if (name !== 'fetch') args.push(isHttp(name) ? name.slice('fetch:'.length) : name);
      args.push(head);
      if (body !== undefined) args.push(body ?? 0);
      return this.#call(name === 'fetch' ? 'dispatch' : isHttp(name) ? 'dispatchTo' : 'dispatchEvent', args);
    });
  }

  /** A timer that the guest set has come. */
  fire(call: SandboxCall, timer: number): Stay {
    this.#side.held?.timers.delete(timer);
    return this.#stay(call, () => this.#call('fire', [timer, call.fuelLeft]));
  }

  /**
   * The host has the answer to an operation that is pending: JSON of its data, or of `{ name, message }` where it is not
   * `ok`.
   */
  resume(call: SandboxCall, op: number, ok: boolean, json: string, bytes: Uint8Array | undefined): Stay {
    this.#side.held?.ops.delete(op);
    return this.#stay(call, () => {
      const args: Argument[] = [op, call.fuelLeft, ok ? 1 : 0, json];
      if (bytes !== undefined) args.push(bytes);
      return this.#call('resume', args);
    });
  }

  /** The call's client has gone: its signal aborts, and its reply's stream is canceled. */
  gone(call: SandboxCall): Stay {
    return this.#stay(call, () => this.#call('gone', [call.id, call.fuelLeft]));
  }

  /** Whether its plugin can hand something over. */
  get isHot(): boolean {
    return isHot(this.#base.parts);
  }

  /**
   * Asks for what goes to the release that replaces this one.
   * @param call nobody's: what the stay may take
   * @returns the stay, and JSON of an object, `undefined` where there is nothing; to ask for that may throw HandOverError
   */
  handOver(call: SandboxCall): { readonly stay: Stay; readonly state: () => string | undefined } {
    let said = '';
    const limits = { ...this.limits, cpuMs: call.cpuLeftMs };
    const hear = (text: string) => {
      said = text;
    };
    const stay = this.#stay(call, () => this.#call('handOver', [call.fuelLeft], hear));
    return { stay, state: () => stateOf(said, stay, limits) };
  }

  /**
   * @param hear takes the text that the entry returns, where it returns one
   * @returns the stack of what it threw: only a stop comes through the prelude's own catching
   */
  #call(entry: string, args: readonly Argument[], hear?: (text: string) => void): string {
    const { engine } = this.#residence;
    const result = engine.call(this.#entries[entry] as Pointer, args);
    const error = engine.exception(result);
    const stack = error === 0 ? '' : stackOf(engine, error);
    if (error !== 0) engine.free(error);
    else hear?.(engine.text(result));
    engine.free(result);
    return stack;
  }

  /** Loop rounds that the running call has left: ask right after its stay. */
  fuelLeft(): number {
    const { engine } = this.#residence;
    const value = engine.call(this.#entries['fuelLeft'] as Pointer, []);
    const left = engine.number(value);
    engine.free(value);
    return left;
  }

  /** Its timers never come; its memory goes with the last reference. */
  close(): void {
    this.#residence.leave(!this.#spent);
    this.#spent = true;
    const { held } = this.#side;
    held?.timers.clear();
    held?.ops.clear();
    held?.codecs.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Timers of this call never come, and neither do answers; what it had open on the host's side is closed.
   * @param client whether the guest keeps something for when the call's client goes
   */
  forget(call: number, client = false): void {
    const { held } = this.#side;
    held?.timers.forget(call);
    held?.ops.forget(call);
    held?.codecs.forget(call);
    if (client) this.#over.push(call);
  }

  /** Drops in the guest what it holds for calls that are over, before it does anything else. */
  #forgetInside(): void {
    const { held } = this.#side;
    if (this.#over.length === 0 && (held === undefined || !(held.timers.hasForgotten || held.ops.hasForgotten))) return;
    const lists = [held?.timers.takeForgotten() ?? [], held?.ops.takeForgotten() ?? [], this.#over];
    this.#over = [];
    this.#call(
      'forget',
      lists.map((numbers) => numbers.join()),
    );
  }

  #stay(call: SandboxCall, enter: () => string): Stay {
    const began = performance.now();
    const cpu = cpuClock();
    const engine = this.#residence.enter();
    deadline.arm(began, call.cpuLeftMs, call.wallAt, cpu);
    this.#side.call = call.id;
    this.#side.caller = call;
    this.#side.site = undefined;
    let trap: unknown;
    let stack = '';
    try {
      this.#forgetInside();
      stack = enter() || drain(engine, deadline);
      while (this.#side.unflushed && stack === '' && deadline.stopped === undefined) {
        this.#side.unflushed = false;
        stack = this.#call('flush', []) || drain(engine, deadline);
      }
    } catch (error) {
      trap = error;
    }
    this.#side.call = 0;
    this.#side.caller = undefined;
    const now = performance.now();
    const cpuMs = now - began < exactMs ? now - began : cpu();
    stayEnded(began, now);
    call.cpuLeftMs -= cpuMs;
    const stopped = classify(engine, deadline, this.limits, this.#side.site, trap, stack);
    deadline.disarm();
    const cpuUs = Math.round(cpuMs * 1_000);
    if (stopped === undefined) return { cpuUs, stopped };
    this.#spent = true;
    // An interrupt leaves the engine whole; a throw through its frames or a full memory does not.
    const whole = trap === undefined && !engine.growth.refused;
    return { cpuUs, stopped, ...(whole ? { left: this.fuelLeft() } : {}) };
  }
}

/**
 * A release running in its own engine. One stay in the guest at a time: armed, run, its promise jobs drained in
 * bounded batches, classified by what the host knows. A sandbox whose guard tripped is spent: leftover jobs or a full
 * memory would harm the next call, so its owner makes a new one.
 */

import { Deadline, HardStop, type StopReason } from '../guards/deadline.ts';
import type { ErrorCode } from '../guards/errors.ts';
import type { Limits } from '../guards/limits.ts';
import { Engine, OutOfMemory, type Pointer } from './engine.ts';
import { type HostSide, hostFunctions } from './host-functions.ts';
import type { SandboxEvents } from './sandbox-events.ts';
import { restoreSnapshot, type Snapshot, takeSnapshot } from './snapshot.ts';

/** How a stay in the guest ended: on its own, or by a guard. */
export interface Stay {
  readonly cpuUs: number;
  /** Loop rounds that the call has left. Known only where the sandbox is not spent. */
  readonly stopped: { readonly code: ErrorCode; readonly detail: string; readonly site?: number; readonly stack?: string } | undefined;
}

export interface SandboxCall {
  readonly id: number;
  readonly wallAt: number;
  cpuLeftMs: number;
  fuelLeft: number;
}

export interface Source {
  readonly code: string;
  readonly limits: Limits;
}

/** Evaluating a release's modules failed, by the author's fault. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
  /** The guest's stack, empty where there is none. */
  readonly guestStack: string;
  /** The guard site that tripped, if one has. */
  readonly site: number | undefined;

  constructor(message: string, guestStack = '', site?: number) {
    super(message);
    this.guestStack = guestStack;
    this.site = site;
  }
}

/** Jobs run between two looks at the clock. */
const jobBatch = 64;
const moduleName = 'plugin.js';

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

  /** The snapshot from which every sandbox starts: an engine with the prelude evaluated. */
  static async prelude(script: string): Promise<Snapshot> {
    const engine = await Engine.instantiate(0);
    engine.start();
    const { functions, names } = hostFunctions();
    engine.provide(functions);
    const install = engine.evaluateScript(script, 'nbox.js');
    const host = engine.newObject();
    names.forEach((name, id) => {
      const value = engine.newHostFunction(name, id, 0);
      engine.setProperty(host, name, value);
      engine.free(value);
    });
    const object = engine.call(install, [host]);
    const error = engine.exception(install) || engine.exception(object);
    if (error !== 0) throw new Error(`the prelude failed: ${engine.text(error)}`);
    const entries: Record<string, Pointer> = {};
    for (const name of ['adopt', 'dispatch', 'fuelLeft', 'setFuel', 'fire', 'explain']) {
      entries[name] = engine.getProperty(object, name);
    }
    for (const value of [install, host, object]) engine.free(value);
    return takeSnapshot(engine, entries);
  }

  /**
   * Restores the prelude and evaluates a release's modules.
   * @param entering called right before guest code runs
   * @throws StartupError with the author's fault: a throw at top level, a guard's trip, a default export of the wrong form
   */
  static async create(prelude: Snapshot, source: Source, events: SandboxEvents, entering: () => void): Promise<Sandbox> {
    const engine = await Engine.instantiate(source.limits.memoryMb);
    const deadline = new Deadline();
    const { functions, side } = hostFunctions(events, deadline);
    side.timers.onDue((call, timer) => events.due(call, timer));
    engine.provide(functions);
    restoreSnapshot(engine, prelude);
    engine.onPoll(() => deadline.poll(performance.now()));
    entering();
    const began = performance.now();
    deadline.arm(began, source.limits.startupMs, Number.POSITIVE_INFINITY);
    const interfaces = evaluate(engine, prelude.entries, source, deadline, side);
    return new Sandbox({
      engine,
      entries: prelude.entries,
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

  start(call: SandboxCall, head: string, body: string | Uint8Array | undefined): Stay {
    return this.#stay(call, (engine) => {
      const args = [engine.newNumber(call.id), engine.newNumber(call.fuelLeft), engine.newString(head)];
      if (body !== undefined) args.push(typeof body === 'string' ? engine.newString(body) : engine.newBuffer(body));
      return this.#call('dispatch', args);
    });
  }

  /** A timer that the guest set has come. */
  fire(call: SandboxCall, timer: number): Stay {
    return this.#stay(call, (engine) => {
      return this.#call('fire', [engine.newNumber(timer), engine.newNumber(call.fuelLeft)]);
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
    const value = this.#engine.call(this.#entries['fuelLeft'] as Pointer, []);
    const left = this.#engine.number(value);
    this.#engine.free(value);
    return left;
  }

  /** Its timers never come; its memory goes with the last reference. */
  close(): void {
    this.#spent = true;
    this.#side.timers.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Timers of this call never come. */
  forget(call: number): void {
    this.#side.timers.forget(call);
  }

  #stay(call: SandboxCall, enter: (engine: Engine) => string): Stay {
    const engine = this.#engine;
    const began = performance.now();
    this.#deadline.arm(began, call.cpuLeftMs, call.wallAt);
    this.#side.call = call.id;
    this.#side.site = undefined;
    let trap: unknown;
    let stack = '';
    try {
      stack = enter(engine) || drain(engine, this.#deadline);
    } catch (error) {
      trap = error;
    }
    this.#side.call = 0;
    const cpuMs = performance.now() - began;
    call.cpuLeftMs -= cpuMs;
    const stopped = classify(engine, this.#deadline, this.#side.site, trap, stack);
    if (stopped !== undefined) this.#spent = true;
    return { cpuUs: Math.round(cpuMs * 1_000), stopped };
  }
}

/**
 * Runs promise jobs until there are none, or a guard has tripped: a flood of them must not outlive its deadline.
 * @returns the stack of the job that was stopped, if it is known
 */
function drain(engine: Engine, deadline: Deadline): string {
  while (engine.hasJobs) {
    const result = engine.runJobs(jobBatch);
    const stopped = deadline.stopped !== undefined || deadline.poll(performance.now());
    const stack = stopped ? stackOf(engine, result) : '';
    engine.free(result);
    if (stopped) return stack;
  }
  return '';
}

/** Where an interrupted guest was. A guest's own error may have a getter here: the deadline, which has passed, ends that, too. */
function stackOf(engine: Engine, error: Pointer): string {
  if (engine.typeOf(error) !== 'object') return '';
  const stack = engine.getProperty(error, 'stack');
  const text = engine.typeOf(stack) === 'string' ? engine.text(stack).slice(0, 2_000) : '';
  engine.free(stack);
  return text;
}

/** By what the host knows, never by the guest's words: after a stop an error may read anything. */
function classify(engine: Engine, deadline: Deadline, site: number | undefined, trap: unknown, stack = ''): Stay['stopped'] {
  if (deadline.stopped !== undefined) {
    const where = site === undefined ? (stack === '' ? {} : { stack }) : { site };
    return { code: deadline.stopped, detail: stopDetails[deadline.stopped], ...where };
  }
  if (engine.growth.refused || trap instanceof OutOfMemory) {
    return { code: 'memory_exceeded', detail: 'The sandbox reached its memory limit' };
  }
  if (trap === undefined) return undefined;
  if (trap instanceof HardStop) throw new Error('a hard stop without a reason', { cause: trap });
  return { code: 'plugin_error', detail: 'The plugin broke the engine that ran it' };
}

const stopDetails: Readonly<Record<StopReason, string>> = {
  cpu_exceeded: 'The call used more CPU than its limit',
  deadline_exceeded: 'The call took longer than its deadline',
  loop_budget_exceeded: 'The call went round its loops more often than its budget',
};

function evaluate(engine: Engine, entries: Snapshot['entries'], source: Source, deadline: Deadline, side: HostSide): readonly string[] {
  try {
    const budget = engine.newNumber(source.limits.loopBudget);
    engine.free(engine.call(entries['setFuel'] as Pointer, [budget]));
    const evaluated = engine.evaluateModule(source.code, moduleName);
    refuse(engine, entries, evaluated);
    drain(engine, deadline);
    const settled = engine.promise(evaluated);
    if (settled.state === 'pending') throw new StartupError('A top-level await never settles');
    if (settled.state === 'rejected') throw explain(engine, entries, settled.value);
    const namespace = settled.state === 'fulfilled' ? settled.value : evaluated;
    const adopted = engine.call(entries['adopt'] as Pointer, [namespace]);
    refuse(engine, entries, adopted);
    const interfaces = engine.text(adopted).split(',');
    engine.free(adopted);
    // What the top level left waiting must not run in the first call's time.
    drain(engine, deadline);
    const stopped = classify(engine, deadline, side.site, undefined);
    if (stopped !== undefined) throw new StartupError(startupDetail(stopped.code), '', side.site);
    return interfaces;
  } catch (error) {
    const stopped = classify(engine, deadline, side.site, error instanceof StartupError ? undefined : error);
    if (stopped !== undefined) throw new StartupError(startupDetail(stopped.code, stopped.detail), '', side.site);
    throw error;
  }
}

function startupDetail(code: ErrorCode, detail = ''): string {
  if (code === 'cpu_exceeded' || code === 'deadline_exceeded') return 'Evaluating the modules took longer than startupMs';
  if (code === 'loop_budget_exceeded') return 'Evaluating the modules went round its loops more often than loopBudget';
  if (code === 'memory_exceeded') return 'Evaluating the modules took more memory than memoryMb';
  return detail;
}

function refuse(engine: Engine, entries: Snapshot['entries'], result: Pointer): void {
  const error = engine.exception(result);
  if (error !== 0) throw explain(engine, entries, error);
}

/** An exception as the guest describes it, by natives captured before the plugin ran. */
function explain(engine: Engine, entries: Snapshot['entries'], error: Pointer): StartupError {
  const text = engine.call(entries['explain'] as Pointer, [error]);
  if (engine.exception(text) !== 0) return new StartupError('The modules threw an error that cannot be read');
  const words = engine.text(text);
  const end = words.indexOf('\n');
  return new StartupError(words.slice(0, end), words.slice(end + 1));
}

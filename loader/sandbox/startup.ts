/** The start of a release in a sandbox: its modules are evaluated under the start-up budget, and its handler is taken. */

import type { Deadline } from '../../guards/deadline.ts';
import type { ErrorCode } from '../../guards/errors.ts';
import type { Limits } from '../../guards/limits.ts';
import type { Engine, Pointer } from './engine.ts';
import type { HostSide } from './host-functions.ts';
import type { Snapshot } from './snapshot.ts';
import { classify, drain } from './stay.ts';

/** What a sandbox is made of. */
export interface Source {
  readonly code: string;
  readonly limits: Limits;
  /** Whether it may make code from strings. */
  readonly dynamicCode?: boolean;
  /** What the release before has handed over, as JSON. */
  readonly state?: string;
}

/** Evaluating a release's modules failed, by the author's fault. */
export class StartupError extends Error {
  override readonly name: string = 'StartupError';
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

const moduleName = 'plugin.js';

/**
 * @returns the interfaces that the plugin's handler has
 * @throws StartupError
 */
export function evaluateRelease(
  engine: Engine,
  entries: Snapshot['entries'],
  source: Source,
  deadline: Deadline,
  side: HostSide,
): readonly string[] {
  try {
    engine.free(engine.call(entries['setFuel'] as Pointer, [source.limits.loopBudget]));
    if (source.dynamicCode === true) engine.free(engine.call(entries['allowDynamicCode'] as Pointer, []));
    if (source.state !== undefined) {
      const taken = engine.call(entries['takeOver'] as Pointer, [source.state]);
      refuse(engine, entries, taken);
      engine.free(taken);
    }
    const evaluated = engine.evaluateModule(source.code, moduleName);
    refuse(engine, entries, evaluated);
    drain(engine, deadline);
    const settled = engine.promise(evaluated);
    if (settled.state === 'pending') throw new StartupError('A top-level await never settles');
    if (settled.state === 'rejected') throw explain(engine, entries, settled.value);
    const namespace = settled.state === 'fulfilled' ? settled.value : evaluated;
    const adopted = engine.callWith(entries['adopt'] as Pointer, [namespace]);
    refuse(engine, entries, adopted);
    const interfaces = engine.text(adopted).split(',');
    engine.free(adopted);
    // What the top level left waiting must not run in the first call's time.
    drain(engine, deadline);
    const stopped = classify(engine, deadline, source.limits, side.site, undefined);
    if (stopped !== undefined) throw new StartupError(startupDetail(stopped.code, source.limits), '', side.site);
    return interfaces;
  } catch (error) {
    const stopped = classify(engine, deadline, source.limits, side.site, error instanceof StartupError ? undefined : error);
    if (stopped !== undefined) throw new StartupError(startupDetail(stopped.code, source.limits, stopped.detail), '', side.site);
    throw error;
  }
}

function startupDetail(code: ErrorCode, { startupMs, loopBudget, memoryMb }: Limits, detail = ''): string {
  if (code === 'cpu_exceeded' || code === 'deadline_exceeded') return `Evaluating the modules took longer than ${startupMs} ms (startupMs)`;
  if (code === 'loop_budget_exceeded') {
    return `Evaluating the modules went round loops and into functions ${loopBudget} times, which is its loopBudget`;
  }
  if (code === 'memory_exceeded') return `Evaluating the modules took more memory than ${memoryMb} MiB (memoryMb)`;
  return detail;
}

function refuse(engine: Engine, entries: Snapshot['entries'], result: Pointer): void {
  const error = engine.exception(result);
  if (error !== 0) throw explain(engine, entries, error);
}

/** An exception as the guest describes it, by natives captured before the plugin ran. */
function explain(engine: Engine, entries: Snapshot['entries'], error: Pointer): StartupError {
  const text = engine.callWith(entries['explain'] as Pointer, [error]);
  if (engine.exception(text) !== 0) return new StartupError('The modules threw an error that cannot be read');
  const words = engine.text(text);
  const end = words.indexOf('\n');
  return new StartupError(words.slice(0, end), words.slice(end + 1));
}

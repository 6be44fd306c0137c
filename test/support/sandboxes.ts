/** Sandboxes in the test's own process, with what they told noted down. */

import { instrument } from '../../guards/instrument.ts';
import { defaultLimits, type Limits } from '../../guards/limits.ts';
import { bundlePrelude } from '../../loader/builder/prelude.ts';
import { evaluatePrelude, type Prelude } from '../../loader/sandbox/prelude.ts';
import { Sandbox, type SandboxCall } from '../../loader/sandbox/sandbox.ts';
import type { SandboxEvents, Utf8 } from '../../loader/sandbox/sandbox-events.ts';

export type Told =
  | {
      readonly kind: 'reply';
      readonly call: number;
      readonly left: number;
      readonly waiting: number;
      readonly head: string;
      readonly body: string;
    }
  | { readonly kind: 'fail'; readonly call: number; readonly message: string }
  | { readonly kind: 'settled'; readonly call: number }
  | {
      readonly kind: 'op';
      readonly call: number;
      readonly id: number;
      readonly name: string;
      readonly json: string;
      readonly bytes?: Buffer;
    }
  | { readonly kind: 'log'; readonly call: number; readonly level: number; readonly text: string };

/** The first line that instrumentation gives every bundle: `F` and `T` are as in the loop guards that it writes. */
export const guardLine = instrument('').code;

let prelude: Promise<Prelude> | undefined;

export function evaluatedPrelude(): Promise<Prelude> {
  prelude ??= bundlePrelude().then(evaluatePrelude);
  return prelude;
}

export class Notebook implements SandboxEvents {
  readonly told: Told[] = [];
  /** Calls for which no operation begins any more. */
  readonly over = new Set<number>();
  readonly #due: { call: number; timer: number }[] = [];
  #wake: (() => void) | undefined;

  reply(...[call, left, waiting, head, body]: Parameters<SandboxEvents['reply']>): void {
    const text = ({ bytes, start, end }: Utf8) => Buffer.from(bytes.subarray(start, end)).toString();
    this.told.push({ kind: 'reply', call, left, waiting, head: text(head), body: body === undefined ? '<stream>' : text(body) });
  }

  fail(call: number, _left: number, message: string): void {
    this.told.push({ kind: 'fail', call, message });
  }

  settled(call: number): void {
    this.told.push({ kind: 'settled', call });
  }

  keep(call: number): 'over' | 'there' | 'gone' {
    return this.over.has(call) ? 'over' : 'there';
  }

  log(call: number, level: number, text: string): boolean {
    this.told.push({ kind: 'log', call, level, text });
    return true;
  }

  op(...[call, id, name, json, bytes]: Parameters<SandboxEvents['op']>): boolean {
    this.told.push({ kind: 'op', call, id, name, json, ...(bytes === undefined ? {} : { bytes: Buffer.from(bytes) }) });
    return !this.over.has(call);
  }

  due(call: number, timer: number): void {
    this.#due.push({ call, timer });
    this.#wake?.();
  }

  /** The next timer that comes. */
  async nextDue(): Promise<{ call: number; timer: number }> {
    while (this.#due.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#due.shift() as { call: number; timer: number };
  }

  take(): Told[] {
    return this.told.splice(0);
  }
}

export async function sandboxOf(
  code: string,
  limits: Partial<Limits> = {},
  dynamicCode = false,
): Promise<{ sandbox: Sandbox; notes: Notebook }> {
  const notes = new Notebook();
  const source = { code: guardLine + code, limits: { ...defaultLimits, ...limits }, dynamicCode };
  return { sandbox: await Sandbox.create(await evaluatedPrelude(), source, notes, () => () => {}), notes };
}

export function callOf(id: number, limits: Partial<Limits> = {}): SandboxCall {
  const { cpuMs, loopBudget, deadlineMs } = { ...defaultLimits, ...limits };
  return { id, wallAt: performance.now() + deadlineMs, cpuLeftMs: cpuMs, fuelLeft: loopBudget, world: undefined };
}

export const getHead = 'GET\nhttp://localhost/path?q=1\nhost\nlocalhost';

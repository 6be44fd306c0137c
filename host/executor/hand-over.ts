/** A sandbox is asked for the state that goes to the release which replaces its own: in a stay of its own, between calls. */

import type { Sandbox } from '../../loader/sandbox/sandbox.ts';
import type { Stay } from '../../loader/sandbox/stay.ts';
import type { FrameWriter } from './frames.ts';
import type { HandOverStep } from './wire.ts';

/**
 * The CPU time for it is that of a call, within these: to write the largest state takes some 70 ms, and all new calls of the plugin
 * wait meanwhile.
 */
const leastCpuMs = 250;
const mostCpuMs = 1_000;

/** The release cannot go on with another's state; the cause says why. */
export class HandOverFailure extends Error {
  readonly step: HandOverStep;

  constructor(step: HandOverStep, cause: unknown) {
    super('a hand-over failed', { cause });
    this.step = step;
  }
}

/**
 * Whoever asks ends the stay by a `leave` frame, when what it has woken is told.
 * @param to the key of the release that replaces it
 * @param ran is given what it took
 * @returns JSON of an object; `undefined` where there is nothing to hand over
 * @throws HandOverFailure
 */
export function askForState(sandbox: Sandbox, to: number, frames: FrameWriter, ran: (stay: Stay) => void): string | undefined {
  const { cpuMs, loopBudget } = sandbox.limits;
  const cpuLeftMs = Math.min(Math.max(cpuMs, leastCpuMs), mostCpuMs);
  frames.enter('handover', to, cpuLeftMs);
  frames.flush();
  const { stay, state } = sandbox.handOver({ id: 0, wallAt: Number.POSITIVE_INFINITY, cpuLeftMs, fuelLeft: loopBudget, world: undefined });
  ran(stay);
  try {
    return state();
  } catch (error) {
    throw new HandOverFailure('dispose', error);
  }
}

/** A guest with a snapshot in it and what a sandbox has beside it, ready for a stay under the deadline that all share. */

import { Deadline } from '../../guards/deadline.ts';
import type { Limits } from '../../guards/limits.ts';
import type { Engine } from './engine.ts';
import { HostSide, hostFunctions, nowFor } from './host-functions.ts';
import type { Prelude } from './prelude.ts';
import { Residence } from './residence.ts';
import type { SandboxEvents } from './sandbox-events.ts';
import type { Snapshot } from './snapshot.ts';

/** One for all sandboxes of the process, since there is one stay at a time. */
export const deadline = new Deadline();
/** More rounds than any budget has: they need not begin. */
const refuseLength = () => deadline.stop(performance.now(), 'loop_budget_exceeded');
const pollDeadline = () => deadline.poll(performance.now());

export interface OpenGuest {
  readonly residence: Residence;
  readonly base: Snapshot;
  readonly side: HostSide;
  readonly limits: Limits;
}

function equip(engine: Engine): void {
  engine.provide(hostFunctions);
  engine.onNow(nowFor);
  engine.onPoll(pollDeadline);
  engine.onLengthRefused(refuseLength);
}

export function openGuest({ modules }: Prelude, base: Snapshot, snapshot: Snapshot, limits: Limits, events: SandboxEvents): OpenGuest {
  const side = new HostSide(modules, events, deadline);
  return { residence: new Residence(base, snapshot, limits.memoryMb, equip, side), base, side, limits };
}

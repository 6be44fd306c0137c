/** A release that an executor holds, with its sandboxes. */

import type { Limits } from '../../guards/limits.ts';
import type { Sandbox } from '../../loader/sandbox/sandbox.ts';
import type { Rewind, Snapshot } from '../../loader/sandbox/snapshot.ts';
import type { Image } from '../release/release.ts';
import type { GuestAccount } from './guest-times.ts';
import type { SaidOfLate } from './line-gate.ts';
import type { ToExecutor } from './wire.ts';

export interface Slot {
  readonly key: number;
  readonly limits: Limits;
  readonly isolation: Extract<ToExecutor, { kind: 'load' }>['isolation'];
  readonly dynamicCode: boolean;
  /** Sandboxes that a call may enter: the one of a release whose calls share it, or those that are as new. */
  readonly idle: Sandbox[];
  /** What its sandboxes are made of; one that is shared is made once, and asked for anew when it is gone. */
  image: Image | undefined;
  /** For a release whose calls each start anew, where a snapshot stands for it. */
  fresh: { readonly snapshot: Snapshot; readonly rewind: Rewind } | undefined;
  /** Calls that are open in its sandboxes. */
  open: number;
  starting: boolean;
  usedAt: number;
  /** What its guests have run for. */
  readonly account: GuestAccount;
  /** What the host was told that its sandboxes take. */
  toldBytes: number;
  readonly said: SaidOfLate;
}

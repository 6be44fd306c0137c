/** When an interface was used, and by whom. */

import type { Hitter } from './heavy-hitters.ts';

export interface InterfaceUse {
  readonly plugin: string;
  readonly interface: string;
  /** When it was first seen to be live, in milliseconds since the epoch. */
  readonly seenAt: number;
  /** `undefined`: never. */
  readonly usedAt: number | undefined;
  /** Since it was first seen. */
  readonly calls: number;
  /** Those who called most, of the calls whose callers have names. */
  readonly callers: readonly Hitter[];
}

/** CPU time that is booked for whom it was used, until a division takes it. */

import { type HostPart, hostParts } from '../division.ts';

export interface Booked {
  readonly callsUs: number;
  readonly pushesUs: number;
}

export interface Bookings {
  readonly plugins: ReadonlyMap<string, Booked>;
  readonly parts: Readonly<Record<HostPart, number>>;
}

/** For whom guests run: a plugin's callers, or whoever has pushed it. */
export interface Owner {
  readonly plugin: string;
  readonly isPushed: boolean;
}

export class Ledger {
  #plugins = new Map<string, { callsUs: number; pushesUs: number }>();
  #parts = noParts();

  /** What an owner's guests, or its builds, have used. */
  owner({ plugin, isPushed }: Owner, cpuUs: number): void {
    let booked = this.#plugins.get(plugin);
    if (booked === undefined) {
      booked = { callsUs: 0, pushesUs: 0 };
      this.#plugins.set(plugin, booked);
    }
    booked[isPushed ? 'pushesUs' : 'callsUs'] += cpuUs;
  }

  part(part: HostPart, cpuUs: number): void {
    this.#parts[part] += cpuUs;
  }

  /** All that was booked since it was taken last. */
  take(): Bookings {
    const taken = { plugins: this.#plugins, parts: this.#parts };
    this.#plugins = new Map();
    this.#parts = noParts();
    return taken;
  }
}

function noParts(): Record<HostPart, number> {
  return Object.fromEntries(hostParts.map((part) => [part, 0])) as Record<HostPart, number>;
}

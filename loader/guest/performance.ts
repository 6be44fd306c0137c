/** performance and navigator: the host's coarse clock, and the platform's name. */

import { EventTarget } from './event-target.ts';
import { host } from './host.ts';
import { asInterface, illegalConstructor, internal } from './webidl.ts';

export class Performance extends EventTarget {
  /** Set at the first look: a sandbox is made from a snapshot, so what was so when the prelude ran tells nothing. */
  #origin = 0;

  constructor(key?: symbol) {
    if (key !== internal) illegalConstructor();
    super();
  }

  get timeOrigin(): number {
    return (this.#origin ||= host.now());
  }

  now(): number {
    return host.now() - this.timeOrigin;
  }

  toJSON(): { timeOrigin: number } {
    return { timeOrigin: this.timeOrigin };
  }
}

export class Navigator {
  #brand = true;

  constructor(key?: symbol) {
    if (key !== internal) illegalConstructor();
  }

  get userAgent(): string {
    this.#brand;
    return 'nbox';
  }
}

asInterface(Navigator, 'Navigator', 0);
asInterface(Performance, 'Performance', 0);

export const navigator = new Navigator(internal);
export const performance = new Performance(internal);

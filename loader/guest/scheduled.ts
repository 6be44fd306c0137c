/** What a `scheduled` handler is given. */

import type { Happening } from './happening.ts';
import { defineProperty } from './primordials.ts';

interface ControllerState {
  readonly cron: string;
  readonly scheduledTime: number;
  noRetry: boolean;
}

class ScheduledController {
  readonly #state: ControllerState;

  constructor(state: ControllerState) {
    this.#state = state;
  }

  /** The schedule that has come, as the manifest writes it. */
  get cron(): string {
    return this.#state.cron;
  }

  /** Milliseconds since the epoch. */
  get scheduledTime(): number {
    return this.#state.scheduledTime;
  }

  get type(): string {
    return 'scheduled';
  }

  /** Where it fails, this time is not tried again. */
  noRetry(): void {
    this.#state.noRetry = true;
  }
}
defineProperty(ScheduledController.prototype, Symbol.toStringTag, { value: 'ScheduledController', configurable: true });

export function controllerOf({ cron, scheduledTime }: { readonly cron: string; readonly scheduledTime: number }): Happening {
  const state: ControllerState = { cron, scheduledTime, noRetry: false };
  return { event: new ScheduledController(state), outcome: () => ({ noRetry: state.noRetry }) };
}

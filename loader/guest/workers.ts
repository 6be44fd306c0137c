/** What a plugin can import from `nbox` (or `cloudflare:workers`) beside types. The bundle takes it from a global that removes itself. */

import { env } from './env.ts';
import { defineProperty } from './primordials.ts';

/** What an entry point's class extends. One is made for each call. */
export class WorkerEntrypoint {
  readonly ctx: unknown;
  readonly env: unknown;

  constructor(ctx: unknown, env: unknown) {
    this.ctx = ctx;
    this.env = env;
  }
}

defineProperty(globalThis, '__nboxWorkers', {
  configurable: true,
  value: () => {
    delete (globalThis as Record<string, unknown>)['__nboxWorkers'];
    return { WorkerEntrypoint, env };
  },
});

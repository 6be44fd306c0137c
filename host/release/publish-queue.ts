/** One change of a plugin at a time, in the order they came; different plugins side by side. */

import { NboxError } from '../../guards/errors.ts';

/** Each waiting push holds its source in memory. Nobody needs more: only the last one matters. */
const waitingLimit = 16;

export class PublishQueue {
  readonly #lines = new Map<string, { length: number; last: Promise<unknown> }>();
  #closing = false;

  /** @throws NboxError `stopping` after `close`, `builder_busy` where too many wait; whatever `job` throws */
  async run<T>(plugin: string, job: () => Promise<T>): Promise<T> {
    if (this.#closing) throw new NboxError('stopping', { detail: 'The host is stopping; push again in a moment', retryAfterS: 5 });
    const line = this.#lines.get(plugin) ?? { length: 0, last: Promise.resolve() };
    if (line.length >= waitingLimit) {
      throw new NboxError('builder_busy', { detail: `${line.length} changes of ${plugin} are waiting already`, retryAfterS: 1 });
    }
    this.#lines.set(plugin, line);
    line.length += 1;
    const mine = line.last.then(job);
    // The next in line starts however this one ends.
    line.last = mine.catch(() => undefined);
    try {
      return await mine;
    } finally {
      line.length -= 1;
      if (line.length === 0) this.#lines.delete(plugin);
    }
  }

  /** When it is the turn of each of them. They are waited for in one order, so that no two wait for each other. @throws as `run` */
  runAll<T>(plugins: readonly string[], job: () => Promise<T>): Promise<T> {
    return [...new Set(plugins)].sort().reduceRight((inner, plugin) => () => this.run(plugin, inner), job)();
  }

  /** Jobs that wait already still run. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#lines.values()].map((line) => line.last));
  }
}

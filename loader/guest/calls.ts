/** Told of calls as they begin, where the plugin has imported what needs to know. */

export interface Waiting {
  waitUntil(promise: unknown): void;
}

export const calls: { begun: ((call: number, ctx: Waiting) => void) | undefined } = { begun: undefined };

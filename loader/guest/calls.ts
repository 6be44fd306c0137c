/** What parts of the prelude know of calls. */

export interface Waiting {
  waitUntil(promise: unknown): void;
}

export const calls: {
  /** Told of calls as they begin, where the plugin has imported what needs to know. */
  begun: ((call: number, ctx: Waiting) => void) | undefined;
  /** Whether the host takes no more of what is logged in this stay. */
  isMuted: boolean;
} = { begun: undefined, isMuted: false };

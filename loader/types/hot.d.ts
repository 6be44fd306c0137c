/** What a plugin carries over a swap: Vite's `import.meta.hot`, as far as it makes sense on a host. A script, not a module. */

interface ImportMeta {
  /** `undefined` with `isolation: "request"`, where calls leave no state behind. Write it out, since the bundler goes by these words. */
  readonly hot?: NboxHot;
}

/**
 * The state that a release hands over to the one that replaces it.
 *
 * ```ts
 * let count: number = import.meta.hot?.data.count ?? 0;
 * import.meta.hot?.dispose((data) => {
 *   data.count = count;
 * });
 * ```
 */
interface NboxHot {
  /**
   * What the release before has put there, as it was: values that JSON carries. `{}` where there was none, it had nothing
   * to hand over, or its sandbox was new or had been dropped. Its properties may be changed; it cannot be replaced.
   */
  readonly data: any;
  /**
   * Registers what is called right before a new release takes over: it puts into `data` what that is to go on with. May be
   * called several times, and the callbacks are called in that order. They may be called and the swap fail all the same, so
   * they should do nothing else. They must be done when they return.
   * @throws Error but at the top level
   */
  dispose(callback: (data: any) => void): void;
  /** Does nothing: every push is accepted. Code for Vite calls it, and the following. */
  accept(...args: any[]): void;
  /** Does nothing. */
  acceptExports(...args: any[]): void;
  /** Does nothing. */
  prune(...args: any[]): void;
  /** Does nothing. */
  decline(...args: any[]): void;
  /** Does nothing. */
  invalidate(...args: any[]): void;
  /** Does nothing. */
  on(...args: any[]): void;
  /** Does nothing. */
  off(...args: any[]): void;
  /** Does nothing. */
  send(...args: any[]): void;
}

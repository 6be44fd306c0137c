/** What the kinds of events have in common. */

export interface Happening {
  /** What the handler is given. */
  readonly event: object;
  /**
   * What it has decided when it is over, for the host.
   * @param failed whether the handler, or something that the call waited for, threw
   */
  outcome(failed: boolean): object;
}

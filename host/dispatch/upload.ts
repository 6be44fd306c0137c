/** The body of a request that is still coming in while its call runs. */

import type { NboxError } from '../../guards/errors.ts';

export interface Upload {
  /** What was given to the guest so far. */
  readonly bytes: number;
  /** Whether anything was asked for: from then on the call cannot be started anew. */
  readonly begun: boolean;
  /** Why it broke, where the fault is not the plugin's. */
  readonly error: NboxError | undefined;
  /**
   * The next bytes, as soon as there are any; `undefined` at the end. One read at a time.
   * @throws OpError for the guest to read
   */
  read(): Promise<Buffer | undefined>;
  /** Nobody reads on. */
  cancel(): void;
}

/** The database file that was opened, as opposed to what its name leads to later. */

import { statSync } from 'node:fs';
import { NboxError } from '../../guards/errors.ts';

export class OpenedFile {
  readonly path: string;
  readonly #identity: string;

  constructor(path: string) {
    this.path = path;
    this.#identity = OpenedFile.#identityOf(path);
  }

  /**
   * What is written into a file that was removed or moved away is acknowledged, and gone with the process: SQLite does not notice.
   * @throws NboxError `publish_failed`
   */
  check(): void {
    if (OpenedFile.#identityOf(this.path) === this.#identity) return;
    throw new NboxError('publish_failed', 'The database is no longer in the data directory; the host must be started again with it');
  }

  static #identityOf(path: string): string {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat === undefined ? '' : `${stat.dev}:${stat.ino}`;
  }
}

/** A folder that is gone when the bench is, however it ends. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Owned by whoever makes it. */
export class TempFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'nbox-bench-'));
  readonly #onExit = () => rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });

  constructor() {
    // After the children's own handler, which stands before any folder: nobody writes any more.
    process.on('exit', this.#onExit);
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#onExit);
    this.#onExit();
  }
}

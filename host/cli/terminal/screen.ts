/** The terminal's other screen, which leaves what was there before as it was; left again whatever happens. */

import { writeSync } from 'node:fs';

const enter = '\u001b[?1049h\u001b[?25l\u001b[2J';
const leave = '\u001b[?25h\u001b[?1049l';
/** Terminals that know it show a frame when it is whole. */
const begin = '\u001b[?2026h\u001b[H';
const end = '\u001b[?2026l';

export class Screen implements Disposable {
  readonly #stream: NodeJS.WriteStream & { readonly fd: number };
  #isOpen = false;
  /** A crash ends in this event, too. */
  readonly #onExit = (): void => this.close();

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream as NodeJS.WriteStream & { readonly fd: number };
  }

  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    process.on('exit', this.#onExit);
    this.#stream.write(enter);
  }

  /** @param lines each no wider than the terminal, and together no higher */
  draw(lines: readonly string[]): void {
    if (!this.#isOpen) return;
    // Erased before it is written: behind a line that fills the terminal, its last column would be. The last line has no end,
    // since the terminal would scroll.
    this.#stream.write(`${begin}${lines.map((line) => `\u001b[2K${line}`).join('\r\n')}${end}`);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    process.off('exit', this.#onExit);
    try {
      // At once: a process that ends writes nothing later.
      writeSync(this.#stream.fd, leave);
    } catch {
      // The terminal is gone.
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

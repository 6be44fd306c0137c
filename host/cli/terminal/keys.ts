/** Keys that are pressed on a terminal, one by one. */

import { emitKeypressEvents, type Key } from 'node:readline';

export interface PressedKey {
  /** `a`, `A`, `/`, `up`, `return`, `escape`; of what has no name, the text. */
  readonly name: string;
  readonly ctrl: boolean;
  /** What it would write; empty where that is nothing. */
  readonly text: string;
}

/**
 * Takes the terminal out of its line mode, in which Ctrl-C would be a signal: here it is a key.
 * @returns what puts it back, whatever happens meanwhile
 */
export function readKeys(stream: NodeJS.ReadStream, pressed: (key: PressedKey) => void): Disposable {
  emitKeypressEvents(stream);
  const onKey = (text: string | undefined, { name, ctrl = false, shift = false, sequence = '' }: Key): void => {
    const written = text !== undefined && !ctrl && /^[^\u0000-\u001f\u007f]+$/u.test(text) ? text : '';
    const own = written !== '' && (name === undefined || name.length === 1) ? written : undefined;
    pressed({ name: own ?? (shift && name?.length === 1 ? name.toUpperCase() : (name ?? sequence)), ctrl, text: written });
  };
  stream.on('keypress', onKey);
  stream.setRawMode(true);
  stream.resume();
  const restore = (): void => {
    stream.off('keypress', onKey);
    stream.setRawMode(false);
    stream.pause();
    process.off('exit', restore);
  };
  // A terminal that is left in this state shows nothing of what is typed.
  process.on('exit', restore);
  return { [Symbol.dispose]: restore };
}

/** How far something is that takes its time: a line on a terminal that is written over, and nothing anywhere else. */

import { paintFor } from './paint.ts';

/** What is done sooner than `quietMs` needs none. */
const usual = { quietMs: 1_000, everyMs: 200 };

/**
 * Ended by `Symbol.dispose`, which takes the line away.
 * @param text how far it is now
 */
export function showProgress(text: () => string, stream: NodeJS.WriteStream = process.stderr, { quietMs, everyMs } = usual): Disposable {
  if (!stream.isTTY) return { [Symbol.dispose]: () => undefined };
  const began = performance.now();
  let isShown = false;
  const timer = setInterval(() => {
    if (performance.now() - began < quietMs) return;
    isShown = true;
    stream.write(`\r\u001b[K${paintFor(stream)('dim', text())}`);
  }, everyMs);
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      if (isShown) stream.write('\r\u001b[K');
    },
  };
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`;
}

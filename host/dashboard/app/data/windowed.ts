/** What is asked of usage over the page's time: the answer, with the time that it was asked for. */

import { windowNow } from './page.ts';
import type { Step, Window } from './range.ts';

export interface Windowed<T> {
  readonly window: Window;
  readonly answer: T;
}

export async function within<T>(ask: (window: Window) => Promise<T>): Promise<Windowed<T>> {
  const window = windowNow();
  return { window, answer: await ask(window) };
}

/** How often it is asked for anew, by its steps: no oftener than there is something new. */
export const everyMs: Readonly<Record<Step, number>> = { '1s': 10_000, '1m': 20_000, '1h': 120_000, '1d': 600_000 };

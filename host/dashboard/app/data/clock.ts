/** The time, for what is shown in relation to it: counted on once a second while the page is seen. */

import { signal } from '@preact/signals';

export const now = signal(Date.now());

/** Coarse, for what need not be right to the second. */
export const minute = signal(Math.floor(Date.now() / 60_000));

export function startClock(): void {
  setInterval(() => {
    if (document.hidden) return;
    now.value = Date.now();
    minute.value = Math.floor(now.value / 60_000);
  }, 1_000);
}

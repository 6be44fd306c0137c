/** Short messages of what was done, or was not. */

import { signal } from '@preact/signals';
import { ApiError } from '../api/problem.ts';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly isBad: boolean;
}

export const toasts = signal<readonly Toast[]>([]);

const shownMs = 6_000;
const badMs = 15_000;
let next = 1;

export function say(text: string, isBad = false): void {
  const toast = { id: next++, text, isBad };
  toasts.value = [...toasts.value.slice(-3), toast];
  setTimeout(() => dismiss(toast.id), isBad ? badMs : shownMs);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

/** Does something, and says how it went. @returns whether it went well */
export async function attempt(work: () => Promise<unknown>, done: string): Promise<boolean> {
  try {
    await work();
    say(done);
    return true;
  } catch (error) {
    say(error instanceof ApiError ? `${error.problem.title}: ${error.problem.detail}` : String(error), true);
    return false;
  }
}

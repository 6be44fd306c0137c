/** What lies over the page: at most one thing. */

import { signal } from '@preact/signals';

export const overlay = signal<'palette' | 'keys' | undefined>(undefined);

export function openPalette(): void {
  overlay.value = 'palette';
}

export function openKeys(): void {
  overlay.value = 'keys';
}

export function closeOverlay(): void {
  overlay.value = undefined;
}

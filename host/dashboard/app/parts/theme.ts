/** Which theme is shown: the system's, or the one that was chosen here. */

import { signal } from '@preact/signals';

type Theme = 'dark' | 'light';

const system = window.matchMedia('(prefers-color-scheme: dark)');

const shown = (): Theme => {
  const chosen = document.documentElement.dataset['theme'];
  return chosen === 'dark' || chosen === 'light' ? chosen : system.matches ? 'dark' : 'light';
};

export const theme = signal<Theme>(shown());

system.addEventListener('change', () => {
  theme.value = shown();
});

export function toggleTheme(): void {
  const next = shown() === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset['theme'] = next;
  theme.value = next;
  try {
    localStorage.setItem('nbox-theme', next);
  } catch {
    // It is the theme of this page, then, and of no later one.
  }
}

/** The keys that work everywhere. */

import { breakers, changes, plugins } from '../data/page.ts';
import { toggleTheme } from '../parts/theme.ts';
import { href } from '../routes/location.ts';
import { type Key, KeyFinder } from './key-finder.ts';
import { go, takesLetters } from './keys.ts';
import { navItems } from './nav-items.ts';
import { openKeys, openPalette, overlay } from './overlays.ts';

export const pageKeys: readonly Key[] = [
  { keys: '/', what: 'Search in what is shown, or else everywhere', run: focusSearch },
  ...navItems.map(({ name, to, key }): Key => ({ keys: `g ${key}`, what: `Go to ${name}`, run: go(() => href(to)) })),
  { keys: 'd', what: 'Dark or light', run: toggleTheme },
  {
    keys: 'r',
    what: 'Ask for everything anew',
    run: () => {
      for (const resource of [plugins, breakers, changes]) void resource.refresh();
      document.dispatchEvent(new Event('visibilitychange'));
    },
  },
  { keys: '?', what: 'Show the keys', run: openKeys },
];

function focusSearch(): void {
  const search = document.querySelector<HTMLInputElement>('input[type="search"]');
  if (search === null) openPalette();
  else search.focus();
}

export function listenToKeys(): void {
  const finder = new KeyFinder();
  document.addEventListener('keydown', (event) => {
    if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      openPalette();
      return;
    }
    if (overlay.peek() !== undefined || document.querySelector('dialog[open]') !== null) return;
    const hasModifier = event.metaKey || event.ctrlKey || event.altKey;
    const found = finder.find(pageKeys, { key: event.key, isTyping: takesLetters(event.target), hasModifier, at: event.timeStamp });
    if (found === undefined) return;
    event.preventDefault();
    found.run();
  });
}

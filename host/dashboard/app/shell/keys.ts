/** What keys have to do with the page: whether they are for it, and going somewhere by them. */

import { navigate } from '../routes/location.ts';

/** Whether what has the focus takes letters itself. */
export function takesLetters(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.closest('input, textarea, select, [role="textbox"], .cm-editor') !== null;
}

export function go(address: () => string): () => void {
  return () => navigate(address());
}

/** A `dialog` that is over the page for as long as its component is there. */

import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/**
 * @param onClose when the browser has closed it, by Escape; not when the component is gone
 * @returns to be given to the `dialog`
 */
export function useModal(onClose: () => void): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  const latest = useRef(onClose);
  latest.current = onClose;
  useEffect(() => {
    const { current } = dialog;
    if (current === null) return;
    const closed = () => latest.current();
    current.addEventListener('close', closed);
    current.showModal();
    return () => {
      // The event comes with the next frame only: what was opened in the meantime would be taken for what was closed.
      current.removeEventListener('close', closed);
      current.close();
    };
  }, []);
  return dialog;
}

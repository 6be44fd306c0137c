/** The messages that are shown now, read out as they come. */

import { Icon } from '../parts/icons.tsx';
import { dismiss, toasts } from './toasts.ts';

export function ToastList() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, isBad }) => (
        <div key={id} class={isBad ? 'toast bad' : 'toast'}>
          <span class="toast-text">{text}</span>
          <button type="button" class="copy" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <Icon name="close" size={14} />
          </button>
        </div>
      ))}
    </div>
  );
}

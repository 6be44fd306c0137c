/** A button that copies a text, and says that it has. */

import { useSignal } from '@preact/signals';
import { Icon } from './icons.tsx';

const saidMs = 1_500;

export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const isDone = useSignal(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    isDone.value = true;
    setTimeout(() => {
      isDone.value = false;
    }, saidMs);
  };
  return (
    <button
      type="button"
      class="copy"
      title={`Copy ${what}`}
      aria-label={isDone.value ? 'Copied' : `Copy ${what}`}
      onClick={() => void copy().catch(() => undefined)}
    >
      <Icon name={isDone.value ? 'check' : 'copy'} size={14} />
    </button>
  );
}

/** A command to be run, with its button. */
export function Command({ text }: { readonly text: string }) {
  return (
    <span class="command">
      <code>{text}</code>
      <Copy text={text} what="the command" />
    </span>
  );
}

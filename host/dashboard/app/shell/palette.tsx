/** The palette: every view, plugin and action by a few letters. */

import { useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { best } from '../data/fuzzy.ts';
import { needPlugins } from '../data/page.ts';
import { Icon } from '../parts/icons.tsx';
import { useModal } from '../parts/modal.ts';
import { closeOverlay } from './overlays.ts';
import { type Command, commands } from './palette-commands.ts';

const mostShown = 12;

export function Palette() {
  const dialog = useModal(closeOverlay);
  const text = useSignal('');
  const at = useSignal(0);
  const found = useComputed(() => best(text.value, commands.value, ({ name, what }) => `${name} ${what}`, mostShown));
  useEffect(needPlugins, []);
  const run = (command: Command | undefined) => {
    if (command === undefined) return;
    closeOverlay();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { length } = found.value;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const by = event.key === 'ArrowDown' ? 1 : -1;
      at.value = length === 0 ? 0 : (at.value + by + length) % length;
      document.getElementById(`palette-${at.value}`)?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(found.value[at.value]);
    }
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it, which is the browser's own
    <dialog ref={dialog} class="dialog palette" aria-label="Go to" onClick={(event) => event.target === dialog.current && closeOverlay()}>
      <input
        class="palette-input"
        type="text"
        role="combobox"
        aria-label="Go to a view, a plugin or an action"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found.value.length === 0 ? undefined : `palette-${at.value}`}
        autocomplete="off"
        spellcheck={false}
        placeholder="A view, a plugin, an action…"
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          at.value = 0;
        }}
        onKeyDown={onKeyDown}
      />
      {found.value.length === 0 ? (
        <p class="empty small">Nothing is called like that.</p>
      ) : (
        <div id="palette-list" class="palette-list" role="listbox" aria-label="Found">
          {found.value.map((command, i) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the input's, as of any combobox
            // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the input
            <div
              key={`${command.what} ${command.name}`}
              id={`palette-${i}`}
              class="palette-item"
              role="option"
              aria-selected={i === at.value}
              onClick={() => run(command)}
            >
              <Icon name={command.icon} />
              <span class="ellipsis">{command.name}</span>
              <span class="what">{command.what}</span>
            </div>
          ))}
        </div>
      )}
    </dialog>
  );
}

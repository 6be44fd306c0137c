/** What the keys do. */

import { Dialog } from '../parts/dialog.tsx';
import { closeOverlay } from './overlays.ts';
import { pageKeys } from './page-keys.ts';

const others = [
  { keys: 'Ctrl K', what: 'Go to a view, a plugin or an action' },
  { keys: 'Esc', what: 'Close what is open' },
  { keys: '↑ ↓', what: 'In tables: from row to row; Enter opens' },
];

export function KeysHelp() {
  return (
    <Dialog title="Keys" onClose={closeOverlay}>
      <dl class="pairs">
        {[...others, ...pageKeys].map(({ keys, what }) => (
          <div key={keys} style={{ display: 'contents' }}>
            <dt>
              {keys.split(' ').map((key) => (
                <span key={key}>
                  <kbd>{key}</kbd>{' '}
                </span>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

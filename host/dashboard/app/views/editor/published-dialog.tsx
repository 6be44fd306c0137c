/** What has become of it, and where to look now. */

import { Dialog } from '../../parts/dialog.tsx';
import { Problem } from '../../parts/states.tsx';
import { href } from '../../routes/location.ts';
import type { Done } from './publishing.ts';

export function PublishedDialog({ plugin, done, onClose }: { readonly plugin: string; readonly done: Done; readonly onClose: () => void }) {
  const { release, how, problem } = done;
  const words = {
    all: 'All calls go to it.',
    canary: `It gets ${how.kind === 'canary' ? how.percentage : ''}% of the calls.`,
    rollout: 'Its rollout has begun.',
  };
  return (
    <Dialog
      title={`Release ${release} is live`}
      onClose={onClose}
      foot={
        <>
          <a class="button" href={href({ view: 'plugin', plugin, tab: 'overview' })}>
            See its traffic
          </a>
          <button type="button" class="button primary" onClick={onClose}>
            Go on writing
          </button>
        </>
      }
    >
      {problem === undefined ? (
        <p>{words[how.kind]}</p>
      ) : (
        <>
          <p>The release was made and gets no calls yet: its rollout could not begin.</p>
          <Problem problem={problem} />
        </>
      )}
    </Dialog>
  );
}

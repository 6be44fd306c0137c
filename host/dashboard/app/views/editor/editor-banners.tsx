/** What whoever writes must know of the text as a whole: that it cannot be changed, that something newer is live, that it is not kept. */

import { mayDeployTo } from '../../access/session.ts';
import { Icon } from '../../parts/icons.tsx';
import { href, navigate } from '../../routes/location.ts';
import { attempt } from '../../shell/toasts.ts';
import type { Editing } from './editing.ts';

interface BannersProps {
  readonly editing: Editing;
  readonly compare: () => void;
  readonly discard: () => void;
}

export function EditorBanners({ editing, compare, discard }: BannersProps) {
  const { workspace, plugin } = editing;
  const readOnly = workspace.readOnly.value;
  const overtaken = editing.overtaken.value;
  const problem = editing.saveProblem.value;
  return (
    <>
      {readOnly === undefined ? null : (
        <div class="editor-banner" role="status">
          <span>{readOnly}</span>
          {mayDeployTo(plugin) ? (
            <>
              <button
                type="button"
                class="button small"
                onClick={() =>
                  void attempt(
                    () => editing.startFrom().then(() => navigate(href({ view: 'editor', plugin }), { replace: true })),
                    'You go on from this release',
                  )
                }
              >
                Edit from here
              </button>
              <a class="button small quiet" href={href({ view: 'editor', plugin })}>
                To what is live
              </a>
            </>
          ) : null}
        </div>
      )}
      {overtaken === undefined ? null : (
        <div class="editor-banner warn" role="alert">
          <Icon name="warning" />
          <span>Release {overtaken.release} was published since you began. Your changes are not in it, nor are its in yours.</span>
          <button type="button" class="button small primary" onClick={compare}>
            Bring together…
          </button>
          <button type="button" class="button small" onClick={discard}>
            Discard mine
          </button>
        </div>
      )}
      {editing.keptElsewhere.value ? (
        <div class="editor-banner warn" role="alert">
          <Icon name="warning" />
          <span>Another tab has changed this plugin, too. One draft is kept: the one that is written last.</span>
          <button
            type="button"
            class="button small"
            onClick={() => void attempt(() => editing.takeKept(), 'You go on with what the other tab has')}
          >
            Take the other’s
          </button>
        </div>
      ) : null}
      {problem === undefined ? null : (
        <div class="editor-banner bad" role="alert">
          <Icon name="warning" />
          <span>Your changes cannot be kept in this browser ({problem}). They are lost when you leave the page.</span>
        </div>
      )}
    </>
  );
}

/** Publishing: what differs from what is live, what the gates say of it, to how many calls it goes, and why. */

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Dialog } from '../../parts/dialog.tsx';
import { Problem } from '../../parts/states.tsx';
import { DiffText } from './diff-text.tsx';
import type { Editing } from './editing.ts';
import { PublishVerdict } from './publish-verdict.tsx';
import type { Conflicted, Done, How, Publishing } from './publishing.ts';

interface PublishDialogProps {
  readonly editing: Editing;
  readonly publishing: Publishing;
  readonly onClose: () => void;
  readonly onConflict: (conflict: Conflicted) => void;
  readonly onDone: (done: Done) => void;
}

export function PublishDialog({ editing, publishing, onClose, onConflict, onDone }: PublishDialogProps) {
  const { workspace, plugin } = editing;
  const isNew = workspace.base.value.release === undefined;
  const kind = useSignal<How['kind']>('all');
  const percentage = useSignal('10');
  const message = useSignal('');
  const accepts = useSignal(false);
  const verdict = publishing.verdict.value;
  const conflict = publishing.conflict.value;
  const done = publishing.done.value;
  useEffect(() => void publishing.look(), [publishing]);
  useEffect(() => {
    if (conflict !== undefined) onConflict(conflict);
    else if (done !== undefined) onDone(done);
  }, [conflict, onConflict, done, onDone]);
  const part = Number(percentage.value);
  const how: How = kind.value === 'canary' ? { kind: 'canary', percentage: part } : { kind: kind.value };
  const isPart = kind.value !== 'canary' || (/^\d{1,2}(\.\d{1,2})?$/.test(percentage.value) && part > 0);
  const isRefused = verdict.kind === 'refused' && !(verdict.problem.code === 'replay_changed' && accepts.value);
  const submit = (event: Event) => {
    event.preventDefault();
    if (isPart && !isRefused) void publishing.publish(how, message.peek(), accepts.peek());
  };
  return (
    <Dialog
      title={isNew ? `Publish ${plugin}` : `Publish changes of ${plugin}`}
      wide
      onClose={onClose}
      foot={
        <>
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" form="publish" class="button primary" disabled={publishing.isBusy.value || isRefused || !isPart}>
            {publishing.isBusy.value
              ? 'Publishing…'
              : kind.value === 'canary'
                ? `Publish to ${percentage.value}%`
                : kind.value === 'rollout'
                  ? 'Publish and roll out'
                  : 'Publish'}
          </button>
        </>
      }
    >
      <Changes editing={editing} />
      <PublishVerdict verdict={verdict} editing={editing} onClose={onClose} again={() => void publishing.look()} />
      {verdict.kind === 'refused' && verdict.problem.code === 'replay_changed' ? (
        <label class="editor-accept">
          <input
            type="checkbox"
            checked={accepts.value}
            onChange={(event) => {
              accepts.value = event.currentTarget.checked;
            }}
          />{' '}
          These answers are meant to be others: publish in spite of it
        </label>
      ) : null}
      {publishing.problem.value === undefined ? null : <Problem problem={publishing.problem.value} />}
      <form id="publish" class="editor-publish" onSubmit={submit}>
        {isNew ? null : (
          <fieldset class="editor-how">
            <legend class="label">To whom</legend>
            <label>
              <input
                type="radio"
                name="how"
                checked={kind.value === 'all'}
                onChange={() => {
                  kind.value = 'all';
                }}
              />{' '}
              All calls at once
            </label>
            <label>
              <input
                type="radio"
                name="how"
                checked={kind.value === 'canary'}
                onChange={() => {
                  kind.value = 'canary';
                }}
              />{' '}
              A canary: a part of the calls
            </label>
            {kind.value === 'canary' ? (
              <span class="editor-part">
                <input
                  type="range"
                  min="1"
                  max="50"
                  aria-label="Part of the calls in percent"
                  value={percentage.value}
                  onInput={(event) => {
                    percentage.value = event.currentTarget.value;
                  }}
                />
                <input
                  class="input"
                  inputMode="decimal"
                  aria-label="Part of the calls in percent, exactly"
                  aria-invalid={!isPart}
                  value={percentage.value}
                  onInput={(event) => {
                    percentage.value = event.currentTarget.value;
                  }}
                />{' '}
                %
              </span>
            ) : null}
            <label>
              <input
                type="radio"
                name="how"
                checked={kind.value === 'rollout'}
                onChange={() => {
                  kind.value = 'rollout';
                }}
              />{' '}
              A rollout: step by step, for as long as it is no worse
            </label>
          </fieldset>
        )}
        <label class="field">
          <span class="label">Why, for the history</span>
          <input
            class="input"
            maxLength={500}
            autocomplete="off"
            placeholder="New discount for distributors"
            value={message.value}
            onInput={(event) => {
              message.value = event.currentTarget.value;
            }}
          />
        </label>
      </form>
    </Dialog>
  );
}

function Changes({ editing }: { readonly editing: Editing }) {
  const { changes, base, files } = editing.workspace;
  const chosen = useSignal<string | undefined>(undefined);
  const all = changes.value;
  const file = all.find((one) => one.file === chosen.value)?.file ?? all[0]?.file;
  if (file === undefined) return <p class="muted">Nothing differs from what is live.</p>;
  return (
    <section aria-label="What differs from what is live">
      <div class="chips">
        {all.map((one) => (
          <button
            key={one.file}
            type="button"
            class="chip"
            aria-pressed={one.file === file}
            onClick={() => {
              chosen.value = one.file;
            }}
          >
            {one.file} <span class="muted">{one.change}</span>
          </button>
        ))}
      </div>
      <DiffText key={file} file={file} before={base.value.files.get(file) ?? ''} after={files.value.get(file) ?? ''} />
    </section>
  );
}

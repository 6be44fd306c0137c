/** Someone else has published meanwhile: what both have changed in the same place, side by side, for the author to decide. */

import { MergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Dialog } from '../../parts/dialog.tsx';
import { languageOf } from './code-language.ts';
import { shownText, writtenText } from './code-setup.ts';
import type { Files } from './merge-files.ts';
import type { Conflicted } from './publishing.ts';

interface ConflictDialogProps {
  readonly plugin: string;
  readonly conflicted: Conflicted;
  readonly onClose: () => void;
  readonly onMerged: (files: Files) => void;
}

/** `null`: the file is to go. */
type Decision = string | null;

export function ConflictDialog({ plugin, conflicted, onClose, onMerged }: ConflictDialogProps) {
  const { live, files, conflicts } = conflicted;
  const decided = useSignal<ReadonlyMap<string, Decision>>(new Map());
  const chosen = useSignal(conflicts[0]?.file);
  const shown = conflicts.find(({ file }) => file === chosen.value);
  /** Grows when a button has decided, and the text is another one than was written. */
  const round = useSignal(0);
  const decide = (file: string, text: Decision) => {
    decided.value = new Map(decided.peek()).set(file, text);
  };
  const choose = (file: string, text: Decision) => {
    decide(file, text);
    round.value += 1;
  };
  const isDone = conflicts.every(({ file }) => decided.value.has(file));
  const take = () => {
    const merged = new Map(files);
    for (const [file, text] of decided.peek()) {
      if (text === null) merged.delete(file);
      else merged.set(file, text);
    }
    onMerged(merged);
  };
  return (
    <Dialog
      title={`Release ${live.release} of ${plugin} was published meanwhile`}
      wide
      onClose={onClose}
      foot={
        <>
          <button type="button" class="button" onClick={onClose}>
            Later
          </button>
          <button type="button" class="button primary" disabled={!isDone} onClick={take}>
            {conflicts.length === 0 ? 'Bring together' : 'Take this'}
          </button>
        </>
      }
    >
      {conflicts.length === 0 ? (
        <p>
          What you have changed and what it has changed are different places: nothing has to be decided. Have a look at both together before
          you publish.
        </p>
      ) : (
        <p>
          Both have changed the same places of {conflicts.length === 1 ? 'a file' : `${conflicts.length} files`}. All else is brought
          together by itself.
        </p>
      )}
      {conflicts.length === 0 ? null : (
        <div class="chips">
          {conflicts.map(({ file }) => (
            <button
              key={file}
              type="button"
              class="chip"
              aria-pressed={file === chosen.value}
              onClick={() => {
                chosen.value = file;
              }}
            >
              {file} <span class="muted">{decided.value.has(file) ? 'decided' : 'open'}</span>
            </button>
          ))}
        </div>
      )}
      {shown === undefined ? null : (
        <>
          <div class="editor-sides">
            <span>
              Release {live.release}
              {shown.theirs === undefined ? ': the file is gone' : ''}
            </span>
            <span>Yours{shown.mine === undefined ? ': the file is gone' : ''}</span>
          </div>
          <Sides
            key={`${shown.file} ${round.value}`}
            file={shown.file}
            theirs={shown.theirs ?? ''}
            mine={(decided.peek().has(shown.file) ? decided.peek().get(shown.file) : shown.mine) ?? ''}
            onWrite={(text) => decide(shown.file, text)}
          />
          <div class="editor-decisions">
            <button type="button" class="button" onClick={() => choose(shown.file, shown.theirs ?? null)}>
              Theirs
            </button>
            <button type="button" class="button" onClick={() => choose(shown.file, shown.mine ?? null)}>
              Mine
            </button>
            <span class="muted">or write on the right what it is to be; arrows take over one place</span>
          </div>
        </>
      )}
    </Dialog>
  );
}

interface SidesProps {
  readonly file: string;
  readonly theirs: string;
  readonly mine: string;
  readonly onWrite: (text: string) => void;
}

function Sides({ file, theirs, mine, onWrite }: SidesProps) {
  const parent = useRef<HTMLDivElement>(null);
  const write = useRef(onWrite);
  write.current = onWrite;
  useEffect(() => {
    if (parent.current === null) return;
    const view = new MergeView({
      parent: parent.current,
      a: { doc: theirs, extensions: [shownText(`${file} as it is live`), languageOf(file), EditorState.readOnly.of(true)] },
      b: {
        doc: mine,
        extensions: [
          writtenText(`${file} as it is to be`),
          languageOf(file),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) write.current(update.state.doc.toString());
          }),
        ],
      },
      revertControls: 'a-to-b',
      collapseUnchanged: { margin: 3, minSize: 6 },
    });
    return () => view.destroy();
  }, [file, theirs]);
  return <div ref={parent} class="code code-sides" />;
}

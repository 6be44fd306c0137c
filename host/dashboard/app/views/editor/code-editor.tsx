/** The text of the file that is open, with its own history for each file, kept in step with the workspace. */

import { lintGutter, setDiagnostics, type Diagnostic as Underlined } from '@codemirror/lint';
import { diff } from '@codemirror/merge';
import { EditorState, Transaction } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { codeHelp, type Help } from './code-help.ts';
import { languageOf } from './code-language.ts';
import { noText, writtenText } from './code-setup.ts';
import type { Findings } from './findings.ts';
import type { Finding } from './wire.ts';
import type { Workspace } from './workspace.ts';

export interface Commands {
  readonly preview: () => void;
  readonly publish: () => void;
  readonly format: () => void;
}

export interface CodeEditorProps {
  readonly workspace: Workspace;
  readonly findings: Findings;
  readonly help: Help;
  readonly commands: Commands;
}

export function CodeEditor({ workspace, findings, help, commands }: CodeEditorProps) {
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | undefined>(undefined);
  /** By file: its text, selection and history. */
  const states = useRef(new Map<string, EditorState>());
  const shown = useRef<string | undefined>(undefined);

  useEffect(() => {
    if (parent.current === null) return;
    view.current = new EditorView({
      parent: parent.current,
      state: noText(),
      dispatchTransactions(transactions, one) {
        one.update(transactions);
        const file = shown.current;
        if (file !== undefined && transactions.some((each) => each.docChanged && each.annotation(Transaction.remote) !== true)) {
          workspace.write(file, one.state.doc.toString());
        }
      },
    });
    return () => {
      view.current?.destroy();
      view.current = undefined;
    };
  }, [workspace]);

  const stateOf = (file: string, text: string): EditorState =>
    EditorState.create({
      doc: text,
      extensions: [
        keymap.of([
          { key: 'Mod-s', run: does(commands.preview), preventDefault: true },
          { key: 'Mod-Enter', run: does(commands.publish), preventDefault: true },
          { key: 'Shift-Alt-f', run: does(commands.format), preventDefault: true },
        ]),
        writtenText(file),
        languageOf(file),
        lintGutter(),
        codeHelp(file, help),
        EditorState.readOnly.of(workspace.readOnly.peek() !== undefined),
      ],
    });

  // Another file, or other text than was written here.
  useSignalEffect(() => {
    const file = workspace.active.value;
    const files = workspace.files.value;
    const one = view.current;
    if (one === undefined) return;
    for (const known of states.current.keys()) if (!files.has(known)) states.current.delete(known);
    const text = file === undefined ? undefined : files.get(file);
    if (file !== shown.current) {
      if (shown.current !== undefined && files.has(shown.current)) states.current.set(shown.current, one.state);
      shown.current = file;
      one.setState(file === undefined || text === undefined ? noText() : (states.current.get(file) ?? stateOf(file, text)));
    }
    if (text === undefined) return;
    const before = one.state.doc.toString();
    if (before === text) return;
    // Only what differs is replaced, so that the cursor stays where it is.
    const changes = diff(before, text, { scanLimit: 500 }).map(({ fromA, toA, fromB, toB }) => ({
      from: fromA,
      to: toA,
      insert: text.slice(fromB, toB),
    }));
    one.dispatch({ changes, annotations: Transaction.remote.of(true) });
  });

  useSignalEffect(() => {
    const file = workspace.active.value;
    const { findings: all, files } = findings.checked.value;
    const one = view.current;
    if (one === undefined || file === undefined) return;
    const text = one.state.doc.toString();
    // Of another text they would stand in wrong places; those of the new one come in a moment.
    if (files?.get(file) !== text) return;
    one.dispatch(
      setDiagnostics(
        one.state,
        all.filter((each) => each.file === file).map((each) => underlined(each, text.length)),
      ),
    );
  });

  useSignalEffect(() => {
    const target = workspace.target.value;
    const one = view.current;
    if (one === undefined || target === undefined || target.file !== workspace.active.value || shown.current !== target.file) return;
    workspace.target.value = undefined;
    const line = one.state.doc.line(Math.min(Math.max(1, target.line), one.state.doc.lines));
    const at = Math.min(line.from + target.column - 1, line.to);
    one.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) });
    one.focus();
  });

  return <div ref={parent} class="code" />;
}

function does(act: () => void): () => boolean {
  return () => {
    act();
    return true;
  };
}

function underlined({ from, to, severity, code, message, tags }: Finding, length: number): Underlined {
  const start = Math.min(from, length);
  return {
    ...{ from: start, to: Math.min(Math.max(to, start), length), message, source: code },
    severity: tags === undefined ? severity : 'hint',
    ...(tags === undefined ? {} : { markClass: tags.map((tag) => `code-${tag}`).join(' ') }),
  };
}

/** What a text was and what it is, in one: what has gone above what has come, what is the same folded away. */

import { unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'preact/hooks';
import { languageOf } from './code-language.ts';
import { shownText } from './code-setup.ts';

export function DiffText({ file, before, after }: { readonly file: string; readonly before: string; readonly after: string }) {
  const parent = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (parent.current === null) return;
    const view = new EditorView({
      parent: parent.current,
      doc: after,
      extensions: [
        shownText(`Changes of ${file}`),
        languageOf(file),
        EditorState.readOnly.of(true),
        EditorView.editable.of(false),
        unifiedMergeView({ original: before, mergeControls: false, gutter: true, collapseUnchanged: { margin: 3, minSize: 6 } }),
      ],
    });
    return () => view.destroy();
  }, [file, before, after]);
  return <div ref={parent} class="code code-diff" />;
}

/** What every text that is shown or written here has: numbers of lines, colours, folding, keys. */

import { closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { lintKeymap } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import {
  crosshairCursor,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  rectangularSelection,
} from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';

/** Styles that the library makes may stand in the page: the policy's nonce says so. */
function nonce(): Extension {
  const given = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content;
  return given === undefined ? [] : EditorView.cspNonce.of(given);
}

/** Where there is no file: the library makes its styles with the first state, whatever is in it. */
export function noText(): EditorState {
  return EditorState.create({ extensions: nonce() });
}

/** For reading. */
export function shownText(label: string): Extension {
  return [
    ...[nonce(), lineNumbers(), foldGutter(), highlightSpecialChars(), syntaxHighlighting(classHighlighter), bracketMatching()],
    ...[EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }), keymap.of([...searchKeymap, ...foldKeymap])],
  ];
}

/** For writing. Esc, then Tab, leaves it. */
export function writtenText(label: string): Extension {
  return [
    ...[shownText(label), history(), drawSelection(), indentOnInput(), closeBrackets(), indentUnit.of('  ')],
    ...[highlightActiveLine(), highlightActiveLineGutter(), highlightSelectionMatches(), rectangularSelection(), crosshairCursor()],
    EditorState.allowMultipleSelections.of(true),
    keymap.of([...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap, indentWithTab]),
  ];
}

/** Completions, hovers and the way to a declaration: what the host's type checker says, as the editor shows it. No text of a plugin is ever markup. */

import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  type CompletionSource,
} from '@codemirror/autocomplete';
import type { Extension } from '@codemirror/state';
import { EditorView, hoverTooltip, keymap } from '@codemirror/view';
import type { Position } from '../../api/wire.ts';
import type { Kind, Place } from './language-session.ts';
import type { Answers, Described } from './wire.ts';

export interface Help {
  /** Asks of the file as it is now. @returns undefined where there is no answer */
  ask<K extends Kind>(kind: K, place: Place, signal?: AbortSignal): Promise<Answers[K] | undefined>;
  go(position: Position): void;
}

export function codeHelp(file: string, help: Help): Extension {
  return [
    autocompletion({ override: [completions(file, help)], icons: true, maxRenderedOptions: 60 }),
    hoverTooltip((view, pos) => hover(file, help, view, pos), { hoverTime: 350 }),
    keymap.of([{ key: 'F12', run: (view) => goTo(file, help, view.state.selection.main.head) }]),
    EditorView.domEventHandlers({
      mousedown(event, view) {
        if (!(event.ctrlKey || event.metaKey) || event.button !== 0) return false;
        const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
        return at !== null && goTo(file, help, at);
      },
    }),
  ];
}

const types: Readonly<Record<string, string>> = { module: 'namespace' };

function completions(file: string, help: Help): CompletionSource {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const before = context.matchBefore(/[\p{ID_Continue}$]+|[."'/]/u);
    if (before === null && !context.explicit) return null;
    // A slash and a quote ask only where something is imported.
    if (
      file !== 'nbox.json' &&
      /["'/]$/.test(before?.text ?? '') &&
      !context.explicit &&
      !/\b(?:from|import|require)\b[^;]*$/.test(lineBefore(context))
    )
      return null;
    const left = new AbortController();
    context.addEventListener('abort', () => left.abort());
    const offset = context.pos;
    const found = await help.ask('complete', { file, offset }, left.signal).catch(() => undefined);
    if (found === undefined || found === null || context.aborted) return null;
    const options = found.items.map(
      ({ name, kind, insert, detail, boost }): Completion => ({
        ...{ label: name, type: types[kind] ?? kind },
        ...(insert === undefined ? {} : { apply: insert }),
        ...(detail === undefined ? {} : { detail }),
        ...(boost === undefined ? {} : { boost }),
        info: async () => {
          const described = await help.ask('details', { file, offset, name }).catch(() => undefined);
          return described === undefined || described === null ? null : describedElement(described);
        },
      }),
    );
    return { from: found.from, options, validFor: /^[\p{ID_Continue}$./@-]*$/u };
  };
}

function lineBefore({ state, pos }: CompletionContext): string {
  const line = state.doc.lineAt(pos);
  return line.text.slice(0, pos - line.from);
}

async function hover(file: string, help: Help, view: EditorView, pos: number) {
  const found = await help.ask('hover', { file, offset: pos }).catch(() => undefined);
  if (found === undefined || found === null || found.to > view.state.doc.length) return null;
  return { pos: found.from, end: found.to, above: true, create: () => ({ dom: describedElement(found) }) };
}

function goTo(file: string, help: Help, offset: number): boolean {
  void help
    .ask('definition', { file, offset })
    .then((found) => {
      if (found !== undefined && found !== null) help.go(found);
    })
    .catch(() => undefined);
  return true;
}

/** By the DOM alone: comments are their authors' texts. */
function describedElement({ signature, documentation, tags }: Described): HTMLElement {
  const dom = element('div', 'code-described');
  dom.append(element('code', 'code-signature', signature));
  if (documentation !== '') dom.append(prose(documentation));
  for (const { name, text } of tags) {
    const line = prose(text);
    line.prepend(element('span', 'code-tag', `@${name} `));
    dom.append(line);
  }
  return dom;
}

/** What stands in backquotes is code; all else is text, whose lines are no lines here unless one is empty. */
function prose(text: string): HTMLElement {
  const dom = element('p', 'code-prose');
  for (const [i, part] of text
    .replace(/(\S)[ \t]*\n(?=\S)(?![-*] )/g, '$1 ')
    .split('`')
    .entries())
    dom.append(i % 2 === 1 ? element('code', '', part) : part);
  return dom;
}

function element(name: string, kind: string, text = ''): HTMLElement {
  const dom = document.createElement(name);
  if (kind !== '') dom.className = kind;
  dom.textContent = text;
  return dom;
}

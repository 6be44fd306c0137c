/** Answers what editors ask, one question after another. Runs in the language process. */

import type { API, Symbol as Named } from 'typescript/unstable/async';
import type { SourcePosition } from '../../guards/errors.ts';
import { NboxError } from '../../guards/errors.ts';
import type { SourceFiles } from '../build.ts';
import type { Bundler } from '../builder/bundle.ts';
import type { CheckerFiles } from '../builder/checker-files.ts';
import type { CheckerProcess } from '../builder/checker-process.ts';
import type { Shown } from '../builder/open-project.ts';
import { checkerSymbol, scopeSymbol } from './checker-completions.ts';
import { complete, exportsAt, isScript } from './completions.ts';
import { behind, describe, scrubber } from './described.ts';
import { type Editor, Editors } from './editors.ts';
import { entryOf, type FoundEntry, findings, unreadable } from './findings.ts';
import { type GlobalNames, globalNames } from './global-names.ts';
import { importPlace } from './import-place.ts';
import { manifestCompletions } from './manifest-completions.ts';
import type { Answer, Described, Edited, Hover, Place, Question } from './questions.ts';
import { placeOf, wordEnd, wordStart } from './text-place.ts';
import { authorPlace, typedPlace } from './typed-place.ts';

export interface LanguageServiceParts {
  readonly files: CheckerFiles;
  readonly checker: Pick<CheckerProcess, 'run'>;
  readonly bundler: Pick<Bundler, 'bundle'>;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  /** For one question, in which the checker does not go on answering. */
  readonly deadlineMs: number;
}

export class LanguageService {
  readonly #parts: LanguageServiceParts;
  readonly #globals: GlobalNames;
  readonly #editors: Editors;

  constructor(parts: LanguageServiceParts) {
    this.#parts = parts;
    this.#globals = globalNames(parts.files);
    this.#editors = new Editors(parts.files, parts.now);
  }

  /**
   * @param session whose files they are
   * @throws NboxError `editor_session_lost`, `editor_superseded`; as a push would of files that are none; `builder_failed` where the
   * checker died or took too long, with which all sessions' projects are gone
   */
  async ask(session: string, edited: Edited, question: Question): Promise<Answer> {
    const editor = this.#editors.edit(session, edited);
    const { files } = editor;
    const found = entryOf(files, question.kind === 'diagnose' ? question : undefined);
    const refused = unreadable(files, editor.readable);
    // No parser is to meet them.
    if (refused.length > 0) return question.kind === 'diagnose' ? [...found.findings, ...refused] : undefined;
    const retired = this.#editors.retire();
    return await this.#parts.checker.run(async (api) => {
      await Promise.all(retired.map(({ project }) => project.close(api)));
      return await this.#answer(api, editor, files, found, question);
    }, this.#parts.deadlineMs);
  }

  async #answer(api: API, editor: Editor, files: SourceFiles, found: FoundEntry, question: Question): Promise<Answer> {
    const { libraries } = this.#parts.files;
    const shown = await editor.project.show(api, files, found.entry);
    if (question.kind === 'diagnose') return await findings(files, shown, found, { bundler: this.#parts.bundler, libraries });
    const text = shown.author.get(question.file);
    if (text === undefined) throw new NboxError('invalid_body', { detail: 'There is no such file', pointer: '/file' });
    if (question.offset > text.length) {
      throw new NboxError('invalid_body', { detail: `The file has ${text.length} characters`, pointer: '/offset' });
    }
    if (question.kind === 'complete' && question.file === 'nbox.json') return manifestCompletions(text, question.offset);
    if (!isScript(question.file)) return undefined;
    switch (question.kind) {
      case 'complete':
        return await complete({ shown, files, libraries, globals: this.#globals }, question);
      case 'details':
        return await this.#details(shown, text, question);
      case 'hover':
        return await this.#hover(shown, text, question);
      case 'definition':
        return await definition(shown, text, question);
    }
  }

  async #details(shown: Shown, text: string, { file, offset, name }: Place & { readonly name: string }): Promise<Described | undefined> {
    const symbol = await symbolNamed(shown, text, { file, offset }, name);
    return symbol && (await describe(shown.project, symbol, undefined, scrubber(shown.folder, this.#parts.files.libraries)));
  }

  async #hover(shown: Shown, text: string, place: Place): Promise<Hover | undefined> {
    const word = wordAt(text, place.offset);
    if (word === undefined) return undefined;
    const at = typedPlace(shown, { file: place.file, offset: word.from });
    const symbol = await shown.project.checker.getSymbolAtPosition(at.file, at.offset);
    if (symbol === undefined) return undefined;
    return { ...word, ...(await describe(shown.project, symbol, at, scrubber(shown.folder, this.#parts.files.libraries))) };
  }
}

/** What a completion's name stands for, by the way in which it was found. */
async function symbolNamed(shown: Shown, text: string, { file, offset }: Place, name: string): Promise<Named | undefined> {
  const place = importPlace(text, offset);
  if (place?.in === 'specifier') return undefined;
  if (place?.in === 'names') return (await exportsAt(shown, file, place)).find((one) => one.name === name);
  const from = wordStart(text, offset);
  return (await checkerSymbol(shown, { file, offset }, name)) ?? (await scopeSymbol(shown, { file, offset: from }, name));
}

/** The name at a place, or right before it. */
function wordAt(text: string, offset: number): { readonly from: number; readonly to: number } | undefined {
  const from = wordStart(text, offset);
  const to = /[\p{ID_Continue}$]/u.test(text[from] ?? '') ? wordEnd(text, from) : from;
  return to > from && to >= offset ? { from, to } : undefined;
}

/** Where a name is declared, if that is in one of the author's files: others are none of theirs to read. */
async function definition(shown: Shown, text: string, { file, offset }: Place): Promise<SourcePosition | undefined> {
  const word = wordAt(text, offset);
  if (word === undefined) return undefined;
  const at = typedPlace(shown, { file, offset: word.from });
  const used = await shown.project.checker.getSymbolAtPosition(at.file, at.offset);
  if (used === undefined) return undefined;
  const symbol = await behind(shown.project, used);
  for (const declaration of [symbol.valueDeclaration, ...symbol.declarations]) {
    const path = declaration?.path;
    if (path === undefined || !path.startsWith(shown.folder)) continue;
    const node = (await declaration?.resolve()) as
      | { readonly pos: number; getStart?(): number; readonly name?: { getStart?(): number } }
      | undefined;
    const start = node?.name?.getStart?.() ?? node?.getStart?.() ?? node?.pos;
    const place = start === undefined ? undefined : authorPlace(shown, { file: path, offset: start });
    if (place !== undefined) return { file: place.file, ...placeOf(shown.author.get(place.file) ?? '', place.offset) };
  }
  return undefined;
}

/** What an editor asks of the language process, and what it is told. Offsets count UTF-16 code units, as JavaScript's strings do. */

import type { Diagnostic, SourcePosition } from '../../guards/errors.ts';
import type { Allowed } from '../allowed.ts';

/** What an editor has, against what the process knows of it: all files, or those that have changed since a version. */
export interface Edited {
  /** Of what the files are now. Grows with each change. */
  readonly version: number;
  /** The version that `files` changes; `undefined` where `files` is all there is. */
  readonly since?: number | undefined;
  /** By path; `null` where there is no such file any more. */
  readonly files: ReadonlyMap<string, string | null>;
}

export interface Place {
  readonly file: string;
  readonly offset: number;
}

export type Question =
  | ({ readonly kind: 'complete' } & Place)
  /** Of one that `complete` has named, at the same place. */
  | ({ readonly kind: 'details'; readonly name: string } & Place)
  | ({ readonly kind: 'hover' } & Place)
  | ({ readonly kind: 'definition' } & Place)
  | ({ readonly kind: 'diagnose' } & Allowed);

export type QuestionKind = Question['kind'];

export type CompletionKind =
  | 'class'
  | 'constant'
  | 'enum'
  | 'function'
  | 'interface'
  | 'keyword'
  | 'method'
  | 'module'
  | 'property'
  | 'type'
  | 'variable';

export interface Completion {
  readonly name: string;
  readonly kind: CompletionKind;
  /** What is written, where that is not the name. */
  readonly insert?: string;
  /** A word on the type, where it is known at once. */
  readonly detail?: string;
  /** Those with less come later in a list. From -99 to 99; 0 where it is left out. */
  readonly boost?: number;
}

export interface Completions {
  /** Where the word begins that a completion takes the place of. */
  readonly from: number;
  readonly items: readonly Completion[];
}

/** What is known of a name. */
export interface Described {
  /** In TypeScript's words: `const names: string[]`. */
  readonly signature: string;
  /** From its comment: text in which names stand in backquotes. Not HTML, and not to be made HTML. */
  readonly documentation: string;
  /** `@param`, `@returns`, `@throws`, `@deprecated` and their kin. */
  readonly tags: readonly { readonly name: string; readonly text: string }[];
}

export interface Hover extends Described {
  readonly from: number;
  readonly to: number;
}

/** What the gate of a push would say, with how far it reaches. */
export interface Finding extends Diagnostic {
  /** Offsets in its file. */
  readonly from: number;
  readonly to: number;
  /** That nothing uses it, or that it is to be used no more: a hint, which gates nothing. */
  readonly tags?: readonly ('unnecessary' | 'deprecated')[];
}

/** By kind of question. `undefined`: there is nothing to say. */
export interface Answers {
  readonly complete: Completions | undefined;
  readonly details: Described | undefined;
  readonly hover: Hover | undefined;
  /** In one of the author's files. */
  readonly definition: SourcePosition | undefined;
  readonly diagnose: readonly Finding[];
}

export type Answer = Answers[QuestionKind];

/** Who asks what. */
export interface Asked {
  readonly plugin: string;
  /** Who answers for it when the process dies of it. */
  readonly owner: string;
  /** Of the owner's: which files these are. */
  readonly session: string;
  readonly edited: Edited;
  readonly question: Question;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined;
}

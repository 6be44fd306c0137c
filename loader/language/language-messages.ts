/** What the host and the language process say to each other. */

import type { PackedError } from '../../guards/errors.ts';
import type { Answer, Edited, Question } from './questions.ts';

export interface ToLanguage {
  readonly type: 'ask';
  readonly id: number;
  /** Whose files these are: the host's name for it, which no other editor has. */
  readonly session: string;
  readonly edited: Edited;
  readonly question: Question;
}

export type FromLanguage =
  | { readonly type: 'ready' }
  /** The process could not start, and waits to be ended. */
  | { readonly type: 'unfit'; readonly message: string }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly type: 'failed'; readonly id: number; readonly error: PackedError };

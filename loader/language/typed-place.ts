/** A place in the author's file as one in the checker's, and back. */

import type { Shown } from '../builder/open-project.ts';
import { authorOffset, typedOffset } from '../builder/typed-project.ts';
import type { Place } from './questions.ts';

/** @returns `file` as the checker knows it: absolute */
export function typedPlace({ folder, entry, typed }: Omit<Shown, 'project'>, { file, offset }: Place): Place {
  if (file !== entry) return { file: folder + file, offset };
  return { file: folder + typed.typed, offset: typedOffset(typed, offset) };
}

/** @returns undefined for what is none of the author's */
export function authorPlace({ folder, entry, typed, author }: Omit<Shown, 'project'>, { file, offset }: Place): Place | undefined {
  if (!file.startsWith(folder)) return undefined;
  const name = file.slice(folder.length);
  if (name === typed.typed) return { file: entry, offset: authorOffset(typed, offset) };
  return author.has(name) ? { file: name, offset } : undefined;
}

/** The keys of the page: what they do, in one list, which is also what `?` shows. */

import { navigate } from '../routes/location.ts';

export interface Key {
  /** As `KeyboardEvent.key` has it; two letters are pressed one after another: `g p`. */
  readonly keys: string;
  readonly what: string;
  readonly run: () => void;
}

/** Between the two of a pair. */
const pairMs = 1_200;

export interface Press {
  readonly key: string;
  readonly isTyping: boolean;
  readonly hasModifier: boolean;
  readonly at: number;
}

/** Finds the key that was meant; remembers the first of a pair. */
export class KeyFinder {
  #first: { readonly key: string; readonly at: number } | undefined;

  find(keys: readonly Key[], { key, isTyping, hasModifier, at }: Press): Key | undefined {
    if (isTyping || hasModifier) {
      this.#first = undefined;
      return undefined;
    }
    const first = this.#first !== undefined && at - this.#first.at <= pairMs ? this.#first.key : undefined;
    this.#first = undefined;
    const found =
      (first === undefined ? undefined : keys.find((one) => one.keys === `${first} ${key}`)) ?? keys.find((one) => one.keys === key);
    if (found === undefined && keys.some((one) => one.keys.startsWith(`${key} `))) this.#first = { key, at };
    return found;
  }
}

/** Whether what has the focus takes letters itself. */
export function takesLetters(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.closest('input, textarea, select, [role="textbox"], .cm-editor') !== null;
}

export function go(address: () => string): () => void {
  return () => navigate(address());
}

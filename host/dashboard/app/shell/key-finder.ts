/** Which key was meant, of single ones and of pairs that are pressed one after another. */

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

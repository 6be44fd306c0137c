/** What stands for a value in an expectation: `expect.any(Number)` and its kin. */

import { inspect } from '../node/inspect.ts';

export class Pattern {
  readonly #matches: (value: unknown) => boolean;
  readonly #text: string;

  constructor(text: string, matches: (value: unknown) => boolean) {
    this.#text = text;
    this.#matches = matches;
  }

  matches(value: unknown): boolean {
    return this.#matches(value);
  }

  /** How it is shown where a test fails. */
  [inspect.custom](): string {
    return this.#text;
  }
}

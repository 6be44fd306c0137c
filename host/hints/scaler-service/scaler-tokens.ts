/** Who may ask the external scaler: whoever has its token, as long as not too many wrong ones were tried. */

import { GuessBudget } from '../../ingress/guess-budget.ts';
import { ScalerError, status } from './scaled-object.ts';

/** The port may be open to a whole network: tokens that people have thought up must not be guessed there. */
const guesses = { perAddress: 10, inAll: 100 };
/** Addresses that had the token are remembered, so that strangers' guesses do not shut them out. */
const mostKnown = 64;

export class ScalerTokens {
  readonly #isToken: ((given: string) => boolean) | undefined;
  readonly #strangers: GuessBudget;
  readonly #known: GuessBudget;
  /** The one that was last seen to have it at the end. */
  readonly #right = new Set<string>();

  /**
   * @param isToken compares in constant time; where there is none, everybody may ask
   * @param now milliseconds of any clock
   */
  constructor(isToken: ((given: string) => boolean) | undefined, now: () => number) {
    this.#isToken = isToken;
    this.#strangers = new GuessBudget(guesses, now);
    this.#known = new GuessBudget({ ...guesses, inAll: Number.POSITIVE_INFINITY }, now);
  }

  /** @throws ScalerError `unauthenticated`, `resourceExhausted` */
  check(address: string, given: readonly string[]): void {
    const isToken = this.#isToken;
    if (isToken === undefined) return;
    if (given.length > 0) {
      const budget = this.#right.has(address) ? this.#known : this.#strangers;
      const waitS = budget.wait(address);
      // Before any is compared: an answer would tell whether a guess was right.
      if (waitS > 0) throw new ScalerError(status.resourceExhausted, `Too many wrong tokens; the next is looked at in ${waitS} s`);
      if (given.some(isToken)) {
        this.#remember(address);
        return;
      }
      for (const _ of given) budget.note(address);
    }
    throw new ScalerError(
      status.unauthenticated,
      'Send the token as "authorization: Bearer <token>", or as tokenFromEnv or token in the metadata',
    );
  }

  #remember(address: string): void {
    this.#right.delete(address);
    this.#right.add(address);
    if (this.#right.size > mostKnown)
      for (const oldest of this.#right) {
        this.#right.delete(oldest);
        break;
      }
  }
}

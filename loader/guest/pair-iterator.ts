/** The iterators of Headers, URLSearchParams and FormData: live, over a flat list of names and values. */

import { create, defineProperty, getPrototypeOf } from './primordials.ts';

export type IteratorKind = 'entries' | 'keys' | 'values';

interface State {
  readonly pairs: () => readonly unknown[];
  readonly kind: IteratorKind;
  index: number;
}

const iteratorPrototype = getPrototypeOf(getPrototypeOf([][Symbol.iterator]()) as object) as object;

/**
 * A maker of iterators with the prototype that Web IDL asks for.
 * @param tag `Headers Iterator`
 */
export function pairIterator(tag: string): <T>(pairs: () => readonly unknown[], kind: IteratorKind) => IteratorObject<T, undefined> {
  const prototype = create(iteratorPrototype) as object;
  class Stamp {
    constructor() {
      return create(prototype) as Stamp;
    }
  }
  class PairIterator extends Stamp {
    readonly #state: State;

    constructor(state: State) {
      super();
      this.#state = state;
    }

    next(): IteratorResult<unknown, undefined> {
      const state = this.#state;
      const pairs = state.pairs();
      const at = state.index;
      if (at >= pairs.length) return { value: undefined, done: true };
      state.index = at + 2;
      if (state.kind === 'entries') return { value: [pairs[at], pairs[at + 1]], done: false };
      return { value: pairs[state.kind === 'keys' ? at : at + 1], done: false };
    }
  }
  defineProperty(prototype, 'next', { value: PairIterator.prototype.next, writable: true, enumerable: true, configurable: true });
  defineProperty(prototype, Symbol.toStringTag, { value: tag, configurable: true });
  return <T>(pairs: () => readonly unknown[], kind: IteratorKind) =>
    new PairIterator({ pairs, kind, index: 0 }) as unknown as IteratorObject<T, undefined>;
}

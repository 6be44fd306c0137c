/** What `body` gives in place of a stream until someone uses it as one: most code only hands it on, and streams take memory. */

import { addBodyKind, type BodyState, isStream } from './body.ts';
import { part } from './lazy.ts';
import { apply, defineProperty, freeze } from './primordials.ts';
import type { ReadableStream } from './streams.ts';

let stateOf: (handle: object) => BodyState | undefined;

type Method = 'cancel' | 'getReader' | 'pipeThrough' | 'pipeTo' | 'tee' | 'values';

/** Where a plugin names `ReadableStream`, it gets a real one: so nobody can tell by `instanceof`. */
class BodyHandle {
  readonly #state: BodyState;

  constructor(state: BodyState) {
    this.#state = state;
    freeze(this);
  }

  #stream(): ReadableStream {
    const state = this.#state;
    return (isStream(state.source)
      ? state.source
      : part<typeof import('./body-stream.ts')>('body-stream.ts').streamFor(state)) as unknown as ReadableStream;
  }

  #call(method: Method, args: IArguments): unknown {
    const stream = this.#stream();
    return apply(stream[method] as never, stream, args as never);
  }

  get locked(): boolean {
    const { source, used } = this.#state;
    return isStream(source) ? source.locked : used;
  }

  cancel(): unknown {
    return this.#call('cancel', arguments);
  }

  getReader(): unknown {
    return this.#call('getReader', arguments);
  }

  pipeThrough(): unknown {
    return this.#call('pipeThrough', arguments);
  }

  pipeTo(): unknown {
    return this.#call('pipeTo', arguments);
  }

  tee(): unknown {
    return this.#call('tee', arguments);
  }

  values(): unknown {
    return this.#call('values', arguments);
  }

  declare [Symbol.asyncIterator]: () => unknown;

  static {
    stateOf = (handle) => (#state in handle ? handle.#state : undefined);
  }
}
const { prototype } = BodyHandle;
// Its constructor would take any state, so nobody gets hold of it.
defineProperty(prototype, 'constructor', { value: Object, configurable: false });
defineProperty(prototype, Symbol.asyncIterator, { value: prototype.values, writable: true, configurable: true });
defineProperty(prototype, Symbol.toStringTag, { value: 'ReadableStream' });

export const newHandle = (state: BodyState): object => new BodyHandle(state);

addBodyKind((value) => {
  const body = stateOf(value);
  return body === undefined ? undefined : { body, type: undefined };
});

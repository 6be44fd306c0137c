/** `import.meta.hot`: the state that a plugin carries over when a release replaces it. Its bundle finds it as a global. */

import { describe } from './dispatch.ts';
import { exactJson } from './exact-json.ts';
import { host } from './host.ts';
import { defineProperty, freeze, isCallable, isInstance, jsonParse, NativePromise, push } from './primordials.ts';

type Callback = (data: object) => unknown;

const NativeTypeError = TypeError;
const NativeError = Error;

/** Of what is handed over, as JSON. */
const mostBytes = 262_144;

/** What the release before has handed over. The plugin changes it and cannot replace it. */
let data: object = {};
const callbacks: Callback[] = [];
let isAsked = false;

/** What code for other hosts calls beside: here every push is accepted, and nothing else happens. */
function nothing(): void {}

const hot = freeze({
  get data(): object {
    return data;
  },
  dispose(callback: Callback): void {
    if (!isCallable(callback)) throw new NativeTypeError('dispose takes a function');
    // What registered one each time that it is called would fill the memory.
    if (isAsked || host.runningCall() !== 0)
      throw new NativeError('dispose registers what is called before a swap, and is for the top level');
    push(callbacks, callback);
  },
  ...{ accept: nothing, acceptExports: nothing, prune: nothing, decline: nothing, invalidate: nothing },
  ...{ on: nothing, off: nothing, send: nothing },
});

/** Before the plugin's modules run. @param json an object, as `handOver` of another sandbox has given it */
export function takeOver(json: string): void {
  data = jsonParse(json) as object;
}

/**
 * Has the plugin's callbacks put into `data` what is to be carried over.
 * @returns `=` and JSON; an empty text where there is nothing to hand over; `!`, what was thrown, a line feed and its stack
 */
export function handOver(): string {
  if (callbacks.length === 0) return '';
  isAsked = true;
  try {
    for (let i = 0; i < callbacks.length; i += 1) {
      const callback = callbacks[i] as Callback;
      if (isInstance(NativePromise, callback(data))) {
        throw new NativeTypeError('dispose must be done when it returns; this one returned a promise');
      }
    }
    const json = exactJson(data, 'data', mostBytes);
    return json === '{}' ? '' : '=' + json;
  } catch (error) {
    const { message, stack } = describe(error);
    return '!' + message + '\n' + stack;
  }
}

defineProperty(globalThis, '__nboxHot', { value: hot });

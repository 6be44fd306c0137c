/** EventTarget, for targets that stand alone: no tree, so nothing to capture and nowhere to bubble. */

import { DOMException } from './dom-exception.ts';
import { Event, type EventState, stateOf } from './event.ts';
import { push, sliceArray, splice } from './primordials.ts';
import { reportException } from './report.ts';
import { asInterface, internal, requireArguments, toText } from './webidl.ts';

type Callback = ((event: Event) => unknown) | { handleEvent?: unknown };

interface Listener {
  readonly type: string;
  readonly callback: Callback;
  readonly capture: boolean;
  readonly once: boolean;
  readonly passive: boolean;
  removed: boolean;
}

/** What an EventTarget needs of a signal; the class lies in `abort.ts`, which imports this file. */
interface Signal extends EventTarget {
  readonly aborted: boolean;
}

let isSignal: (value: unknown) => value is Signal = (_value): _value is Signal => false;
let whenAborted: (signal: Signal, act: () => void) => void = () => {};

/** Told by `abort.ts` how to know a signal, and how to wait for it. */
export function defineSignals(is: typeof isSignal, when: typeof whenAborted): void {
  isSignal = is;
  whenAborted = when;
}

/** Dispatches an event of the platform's own. */
export let fireTrusted: (target: EventTarget, type: string) => void;
/** The same of one that is made already. @returns whether it was not canceled */
export let dispatchTrusted: (target: EventTarget, event: Event) => boolean;

let stand: EventTarget | undefined;
let shown: object | undefined;

/** Events of this target show an object that can be none itself: the global one. */
export function standFor(target: EventTarget, object: object): void {
  stand = target;
  shown = object;
}

export class EventTarget {
  #listeners: Listener[] | undefined;

  addEventListener(
    type: string,
    callback: Callback | null,
    options?: { capture?: boolean; once?: boolean; passive?: boolean; signal?: Signal } | boolean,
  ): void {
    const before = this.#listeners;
    requireArguments(arguments.length, 2, 'EventTarget.addEventListener');
    const text = toText(type);
    if (callback !== null && callback !== undefined && typeof callback !== 'object' && typeof callback !== 'function') {
      throw new TypeError('A listener must be a function or an object');
    }
    const given = typeof options === 'object' && options !== null ? options : undefined;
    const capture = given === undefined ? Boolean(options) : Boolean(given.capture);
    const once = Boolean(given?.once);
    const passive = Boolean(given?.passive);
    const signal = given?.signal;
    if (signal !== undefined) {
      if (!isSignal(signal)) throw new TypeError('signal must be an AbortSignal');
      if (signal.aborted) return;
    }
    if (callback === null || callback === undefined || find(before, text, callback, capture) !== -1) return;
    const listener: Listener = { type: text, callback, capture, once, passive, removed: false };
    push((this.#listeners ??= []), listener);
    if (signal !== undefined) whenAborted(signal, () => this.#remove(text, callback, capture));
  }

  removeEventListener(type: string, callback: Callback | null, options?: { capture?: boolean } | boolean): void {
    this.#listeners;
    requireArguments(arguments.length, 2, 'EventTarget.removeEventListener');
    const capture = typeof options === 'object' && options !== null ? Boolean(options.capture) : Boolean(options);
    if (callback !== null && callback !== undefined) this.#remove(toText(type), callback, capture);
  }

  #remove(type: string, callback: Callback, capture: boolean): void {
    const at = find(this.#listeners, type, callback, capture);
    if (at === -1) return;
    const listeners = this.#listeners as Listener[];
    (listeners[at] as Listener).removed = true;
    splice(listeners, at, 1);
  }

  dispatchEvent(event: Event): boolean {
    this.#listeners;
    requireArguments(arguments.length, 1, 'EventTarget.dispatchEvent');
    const state = stateOf(event);
    if (state.dispatching) throw new DOMException('The event is being dispatched already', 'InvalidStateError');
    return this.#dispatch(event, state);
  }

  #dispatch(event: Event, state: EventState): boolean {
    state.dispatching = true;
    state.target = state.currentTarget = this === stand ? (shown as object) : this;
    state.phase = 2;
    // At the target, too, those that capture come first, and may stop the others.
    if (this.#listeners !== undefined) {
      this.#call(event, state, true);
      this.#call(event, state, false);
    }
    state.currentTarget = null;
    state.phase = 0;
    state.dispatching = state.stopped = state.stoppedAtOnce = false;
    return !state.canceled;
  }

  #call(event: Event, state: EventState, capture: boolean): void {
    if (state.stopped) return;
    const listeners = sliceArray(this.#listeners as Listener[]);
    for (let index = 0; index < listeners.length && !state.stoppedAtOnce; index += 1) {
      const listener = listeners[index] as Listener;
      if (listener.removed || listener.capture !== capture || listener.type !== state.type) continue;
      if (listener.once) this.#remove(listener.type, listener.callback, capture);
      state.passive = listener.passive;
      invoke(listener.callback, event, state.currentTarget as object);
      state.passive = false;
    }
  }

  static {
    fireTrusted = (target, type) => {
      const event = new Event(type, undefined, internal);
      target.#dispatch(event, stateOf(event));
    };
    dispatchTrusted = (target, event) => target.#dispatch(event, stateOf(event));
  }
}

function find(listeners: readonly Listener[] | undefined, type: string, callback: Callback, capture: boolean): number {
  if (listeners === undefined) return -1;
  for (let index = 0; index < listeners.length; index += 1) {
    const listener = listeners[index] as Listener;
    if (listener.callback === callback && listener.type === type && listener.capture === capture) return index;
  }
  return -1;
}

/** What a listener throws ends nothing but itself. */
function invoke(callback: Callback, event: Event, target: object): void {
  try {
    if (typeof callback === 'function') {
      callback.call(target, event);
      return;
    }
    const { handleEvent } = callback;
    if (typeof handleEvent !== 'function') throw new TypeError('handleEvent is not a function');
    handleEvent.call(callback, event);
  } catch (error) {
    reportException(error);
  }
}

asInterface(EventTarget, 'EventTarget', 0, { addEventListener: 2, removeEventListener: 2 });

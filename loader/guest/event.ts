/** Event and CustomEvent. */

import { elapsed } from './clock.ts';
import { asInterface, defineConstants, internal, requireArguments, toDictionary, toText } from './webidl.ts';

/** An EventTarget, of which an event needs to know nothing; the class imports this file. */
export type Target = object;

export interface EventInit {
  bubbles?: boolean;
  cancelable?: boolean;
  composed?: boolean;
}

export interface EventState {
  type: string;
  bubbles: boolean;
  cancelable: boolean;
  readonly composed: boolean;
  readonly trusted: boolean;
  readonly timeStamp: number;
  target: Target | null;
  currentTarget: Target | null;
  phase: number;
  canceled: boolean;
  stopped: boolean;
  stoppedAtOnce: boolean;
  dispatching: boolean;
  passive: boolean;
}

/** The state of an event, for the prelude alone. */
export let stateOf: (event: Event) => EventState;

export class Event {
  readonly #state: EventState;

  constructor(type: string, eventInitDict?: EventInit, key?: symbol) {
    requireArguments(arguments.length, 1, 'Event');
    const text = toText(type);
    const init = toDictionary(eventInitDict, 'The init of an event');
    this.#state = {
      type: text,
      bubbles: Boolean(init?.bubbles),
      cancelable: Boolean(init?.cancelable),
      composed: Boolean(init?.composed),
      trusted: key === internal,
      timeStamp: elapsed(),
      target: null,
      currentTarget: null,
      phase: 0,
      canceled: false,
      stopped: false,
      stoppedAtOnce: false,
      dispatching: false,
      passive: false,
    };
  }

  static {
    stateOf = (event) => event.#state;
  }

  get type(): string {
    return this.#state.type;
  }

  get target(): Target | null {
    return this.#state.target;
  }

  get srcElement(): Target | null {
    return this.#state.target;
  }

  get currentTarget(): Target | null {
    return this.#state.currentTarget;
  }

  composedPath(): Target[] {
    const { currentTarget } = this.#state;
    return currentTarget === null ? [] : [currentTarget];
  }

  get eventPhase(): number {
    return this.#state.phase;
  }

  stopPropagation(): void {
    this.#state.stopped = true;
  }

  get cancelBubble(): boolean {
    return this.#state.stopped;
  }

  set cancelBubble(value: boolean) {
    if (value) this.#state.stopped = true;
  }

  stopImmediatePropagation(): void {
    this.#state.stopped = true;
    this.#state.stoppedAtOnce = true;
  }

  get bubbles(): boolean {
    return this.#state.bubbles;
  }

  get cancelable(): boolean {
    return this.#state.cancelable;
  }

  get returnValue(): boolean {
    return !this.#state.canceled;
  }

  set returnValue(value: boolean) {
    if (!value) this.preventDefault();
  }

  preventDefault(): void {
    const state = this.#state;
    if (state.cancelable && !state.passive) state.canceled = true;
  }

  get defaultPrevented(): boolean {
    return this.#state.canceled;
  }

  get composed(): boolean {
    return this.#state.composed;
  }

  get isTrusted(): boolean {
    return this.#state.trusted;
  }

  get timeStamp(): number {
    return this.#state.timeStamp;
  }

  initEvent(type: string, bubbles: boolean = false, cancelable: boolean = false): void {
    const state = this.#state;
    requireArguments(arguments.length, 1, 'Event.initEvent');
    if (state.dispatching) return;
    state.type = toText(type);
    state.bubbles = Boolean(bubbles);
    state.cancelable = Boolean(cancelable);
    state.stopped = state.stoppedAtOnce = state.canceled = false;
    state.target = null;
  }
}

export class CustomEvent extends Event {
  #detail: unknown;

  constructor(type: string, eventInitDict?: EventInit & { detail?: unknown }) {
    requireArguments(arguments.length, 1, 'CustomEvent');
    super(type, eventInitDict);
    this.#detail = eventInitDict?.detail ?? null;
  }

  get detail(): unknown {
    return this.#detail;
  }

  initCustomEvent(type: string, bubbles: boolean = false, cancelable: boolean = false, detail: unknown = null): void {
    requireArguments(arguments.length, 1, 'CustomEvent.initCustomEvent');
    if (stateOf(this).dispatching) return;
    this.initEvent(type, bubbles, cancelable);
    this.#detail = detail;
  }
}

defineConstants(Event, { NONE: 0, CAPTURING_PHASE: 1, AT_TARGET: 2, BUBBLING_PHASE: 3 });

asInterface(Event, 'Event', 1);
asInterface(CustomEvent, 'CustomEvent', 1);

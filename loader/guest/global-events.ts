/** The global object as a target of events, and what is told there: an exception that nobody caught. */

import { Event, type EventInit } from './event.ts';
import { dispatchTrusted, EventTarget, standFor } from './event-target.ts';
import { apply, getOwnPropertyDescriptor, isInstance, matchOf, NativePromise } from './primordials.ts';
import { defineReport, reportException } from './report.ts';
import { asInterface, asOperations, internal, requireArguments, toDictionary, toText, toUsv } from './webidl.ts';

interface ErrorEventInit extends EventInit {
  message?: string;
  filename?: string;
  lineno?: number;
  colno?: number;
  error?: unknown;
}

export class ErrorEvent extends Event {
  readonly #message: string;
  readonly #filename: string;
  readonly #line: number;
  readonly #column: number;
  readonly #error: unknown;

  constructor(type: string, eventInitDict?: ErrorEventInit, key?: symbol) {
    requireArguments(arguments.length, 1, 'ErrorEvent');
    super(type, eventInitDict, key);
    const init = toDictionary(eventInitDict, 'The init of an event');
    this.#column = (init?.colno ?? 0) >>> 0;
    this.#error = init?.error;
    this.#filename = init?.filename === undefined ? '' : toUsv(init.filename);
    this.#line = (init?.lineno ?? 0) >>> 0;
    this.#message = init?.message === undefined ? '' : toText(init.message);
  }

  get message(): string {
    return this.#message;
  }

  get filename(): string {
    return this.#filename;
  }

  get lineno(): number {
    return this.#line;
  }

  get colno(): number {
    return this.#column;
  }

  get error(): unknown {
    return this.#error;
  }
}

export class PromiseRejectionEvent extends Event {
  readonly #promise: Promise<unknown>;
  readonly #reason: unknown;

  constructor(type: string, eventInitDict: EventInit & { promise: Promise<unknown>; reason?: unknown }) {
    requireArguments(arguments.length, 2, 'PromiseRejectionEvent');
    super(type, eventInitDict);
    const init = toDictionary(eventInitDict, 'The init of an event');
    if (init?.promise === undefined) throw new TypeError('A PromiseRejectionEvent needs a promise');
    const { promise } = init;
    this.#promise = isInstance(NativePromise, promise) ? promise : NativePromise.resolve(promise);
    this.#reason = init.reason;
  }

  get promise(): Promise<unknown> {
    return this.#promise;
  }

  get reason(): unknown {
    return this.#reason;
  }
}

const target = new EventTarget();
standFor(target, globalThis);

export function addEventListener(type: string, callback: never, options?: never): void {
  requireArguments(arguments.length, 2, 'addEventListener');
  target.addEventListener(type, callback, options);
}

export function removeEventListener(type: string, callback: never, options?: never): void {
  requireArguments(arguments.length, 2, 'removeEventListener');
  target.removeEventListener(type, callback, options);
}

export function dispatchEvent(event: Event): boolean {
  requireArguments(arguments.length, 1, 'dispatchEvent');
  return target.dispatchEvent(event);
}

// Read where they are needed: an assignment to a global of these names sets the handler.
export const onerror = null;
export const onunhandledrejection = null;
export const onrejectionhandled = null;

/** An own property that is no accessor. */
function dataOf(from: unknown, name: string): unknown {
  if (typeof from !== 'object' || from === null) return undefined;
  const descriptor = getOwnPropertyDescriptor(from, name);
  return descriptor !== undefined && 'value' in descriptor ? descriptor.value : undefined;
}

/** The engine writes a line for each frame: `    at name (file:line:column)`. */
const frame = /\((\S+?):(\d+):(\d+)\)/;

let reporting = false;

/** HTML's "report an exception". An exception in a listener to it is only logged. */
function tell(error: unknown): boolean {
  if (reporting) return false;
  reporting = true;
  try {
    const stack = dataOf(error, 'stack');
    const at = typeof stack === 'string' ? matchOf(frame, stack) : null;
    const given = dataOf(error, 'message');
    const message = typeof given === 'string' ? 'Uncaught ' + given : 'Uncaught exception';
    const filename = at?.[1] ?? '';
    const lineno = +(at?.[2] ?? 0);
    const colno = +(at?.[3] ?? 0);
    const event = new ErrorEvent('error', { cancelable: true, message, filename, lineno, colno, error }, internal);
    const handler = dataOf(globalThis, 'onerror');
    let handled = false;
    if (typeof handler === 'function') {
      try {
        handled = apply(handler as never, globalThis, [message, filename, lineno, colno, error]) === true;
      } catch (thrown) {
        reportException(thrown);
      }
    }
    return !dispatchTrusted(target, event) || handled;
  } finally {
    reporting = false;
  }
}

defineReport(tell);

export function reportError(error: unknown): void {
  requireArguments(arguments.length, 1, 'reportError');
  reportException(error);
}

asInterface(ErrorEvent, 'ErrorEvent', 1);
asInterface(PromiseRejectionEvent, 'PromiseRejectionEvent', 2);
asOperations({ addEventListener, dispatchEvent, removeEventListener, reportError }, { addEventListener: 2, removeEventListener: 2 });

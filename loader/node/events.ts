/** node:events: the npm port, and what later versions of Node have beside it. */

import EventEmitter, { type Emitter, type Listener } from 'events/';

export const errorMonitor: unique symbol = Symbol('events.errorMonitor');
export const captureRejectionSymbol: unique symbol = Symbol.for('nodejs.rejection') as never;
export const captureRejections = false;
export const defaultMaxListeners = 10;

const emit = EventEmitter.prototype.emit;
EventEmitter.prototype.emit = function (this: Emitter, type: string | symbol, ...args: unknown[]): boolean {
  if (type === 'error' && this.listenerCount(errorMonitor) > 0) emit.call(this, errorMonitor, ...args);
  return emit.call(this, type, ...args);
};

interface Options {
  readonly signal?: AbortSignal;
}

function abortError(signal: AbortSignal): Error {
  return Object.assign(new Error('The operation was aborted', { cause: signal.reason }), { name: 'AbortError', code: 'ABORT_ERR' });
}

function isTarget(target: Emitter | EventTarget): target is EventTarget {
  return typeof (target as EventTarget).addEventListener === 'function' && typeof (target as Emitter).on !== 'function';
}

/** @returns what ends the listening */
function listen(target: Emitter | EventTarget, type: string | symbol, listener: Listener): () => void {
  if (isTarget(target)) {
    target.addEventListener(type as string, listener);
    return () => target.removeEventListener(type as string, listener);
  }
  target.on(type, listener);
  return () => void target.removeListener(type, listener);
}

/** The arguments of the next event; rejects with an `error` that comes before it. */
export function once(target: Emitter | EventTarget, type: string | symbol, { signal }: Options = {}): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortError(signal));
      return;
    }
    const ends: (() => void)[] = [];
    const settle = (act: () => void) => {
      for (const end of ends) end();
      act();
    };
    ends.push(listen(target, type, (...args) => settle(() => resolve(args))));
    if (type !== 'error' && !isTarget(target)) ends.push(listen(target, 'error', (error) => settle(() => reject(error))));
    if (signal !== undefined) ends.push(listen(signal, 'abort', () => settle(() => reject(abortError(signal)))));
  });
}

type Waiting = { readonly resolve: (step: IteratorResult<unknown[]>) => void; readonly reject: (reason: unknown) => void };

/** The arguments of each event from now on. */
export function on(target: Emitter | EventTarget, type: string | symbol, { signal }: Options = {}): AsyncIterableIterator<unknown[]> {
  if (signal?.aborted) throw abortError(signal);
  const come: unknown[][] = [];
  const waiting: Waiting[] = [];
  let failed: { readonly reason: unknown } | undefined;
  let finished = false;
  const finish = (reason?: { readonly reason: unknown }): void => {
    if (finished) return;
    finished = true;
    for (const end of ends) end();
    const first = reason === undefined ? undefined : waiting.shift();
    if (first === undefined) failed = reason;
    else first.reject(reason?.reason);
    for (const { resolve } of waiting.splice(0)) resolve({ done: true, value: undefined });
  };
  const ends = [
    listen(target, type, (...args) => {
      const first = waiting.shift();
      if (first === undefined) come.push(args);
      else first.resolve({ done: false, value: args });
    }),
  ];
  if (type !== 'error' && !isTarget(target)) ends.push(listen(target, 'error', (reason) => finish({ reason })));
  if (signal !== undefined) ends.push(listen(signal, 'abort', () => finish({ reason: abortError(signal) })));
  return {
    next() {
      const value = come.shift();
      if (value !== undefined) return Promise.resolve({ done: false, value });
      if (failed !== undefined) {
        const { reason } = failed;
        failed = undefined;
        return Promise.reject(reason);
      }
      if (finished) return Promise.resolve({ done: true, value: undefined });
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    return() {
      finish();
      return Promise.resolve({ done: true, value: undefined });
    },
    throw(reason) {
      finish({ reason });
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

export function getEventListeners(target: Emitter, type: string | symbol): Listener[] {
  return target.listeners(type);
}

export function listenerCount(target: Emitter, type: string | symbol): number {
  return target.listenerCount(type);
}

export function getMaxListeners(target: Emitter): number {
  return target.getMaxListeners();
}

export function setMaxListeners(most: number, ...targets: Emitter[]): void {
  if (targets.length === 0) EventEmitter.defaultMaxListeners = most;
  // Of an EventTarget nobody counts the listeners.
  for (const target of targets) if (typeof target.setMaxListeners === 'function') target.setMaxListeners(most);
}

export { EventEmitter };
export default Object.assign(EventEmitter, {
  EventEmitter,
  captureRejectionSymbol,
  captureRejections,
  errorMonitor,
  getEventListeners,
  getMaxListeners,
  listenerCount,
  on,
  once,
  setMaxListeners,
});

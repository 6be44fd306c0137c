/** node:timers: the platform's, called as they are at the time of the call. */

type Callback = (...args: any[]) => void;

// Not the functions themselves: `node:async_hooks` puts its own in their place.
export const setTimeout = (callback: Callback, ms?: number, ...args: unknown[]) => globalThis.setTimeout(callback, ms, ...args);
export const setInterval = (callback: Callback, ms?: number, ...args: unknown[]) => globalThis.setInterval(callback, ms, ...args);
export const setImmediate = (callback: Callback, ...args: unknown[]) => globalThis.setTimeout(callback, 0, ...args);
export const clearTimeout = (id?: number) => globalThis.clearTimeout(id);
export const clearInterval = (id?: number) => globalThis.clearInterval(id);
export const clearImmediate = clearTimeout;

export default { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate };

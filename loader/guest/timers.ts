/** setTimeout, setInterval and queueMicrotask over the host's timers. */

import { host } from './host.ts';
import { apply, mapDelete, mapGet, mapSet, max, NativeMap, promiseResolve, promiseThen, split } from './primordials.ts';
import { reportException } from './report.ts';
import { asOperations } from './webidl.ts';

type Callback = (...args: unknown[]) => unknown;

interface Timer {
  /** The host's number of the timer that is pending now. */
  armed: number;
  readonly id: number;
  readonly callback: Callback;
  readonly args: unknown[];
  /** -1: fires once. */
  readonly everyMs: number;
}

/** By the number that the plugin knows. */
const byId = new NativeMap<number, Timer>();
/** By the number that the host knows: the plugin's own but for an interval that has fired. */
const byArmed = new NativeMap<number, Timer>();

function start(what: string, callback: unknown, delay: unknown, args: unknown[], repeats: boolean): number {
  if (typeof callback !== 'function') throw new TypeError(what + ' takes a function; code from strings is off in plugins');
  const delayMs = max(0, (delay as number) | 0);
  const armed = host.setTimer(delayMs);
  const timer: Timer = { armed, id: armed, callback: callback as Callback, args, everyMs: repeats ? delayMs : -1 };
  mapSet(byId, armed, timer);
  mapSet(byArmed, armed, timer);
  return armed;
}

export function setTimeout(handler: Callback, timeout?: number, ...args: unknown[]): number {
  return start('setTimeout', handler, timeout, args, false);
}

export function setInterval(handler: Callback, timeout?: number, ...args: unknown[]): number {
  return start('setInterval', handler, timeout, args, true);
}

function clear(id: unknown): void {
  const timer = mapGet(byId, (id as number) | 0);
  if (timer === undefined) return;
  mapDelete(byId, timer.id);
  if (mapDelete(byArmed, timer.armed)) host.clearTimer(timer.armed);
}

export function clearTimeout(id?: number): void {
  clear(id);
}

export function clearInterval(id?: number): void {
  clear(id);
}

/** The platform's own use of a timer, with delays as long as the standard allows. */
export function callLater(callback: () => void, delayMs: number): void {
  const most = 2 ** 31 - 1;
  if (delayMs > most) setTimeout(() => callLater(callback, delayMs - most), most);
  else setTimeout(callback, delayMs);
}

/** The host has dropped these timers with the call that set them: what they hold must go, too. @param armed numbers with commas between them */
export function forget(armed: string): void {
  const numbers = split(armed, ',');
  for (let i = 0; i < numbers.length; i += 1) {
    const number = +(numbers[i] as string);
    const timer = mapGet(byArmed, number);
    if (timer === undefined) continue;
    mapDelete(byArmed, number);
    mapDelete(byId, timer.id);
  }
}

/** Called by the host when a timer that it holds is due. */
export function fire(armed: number): void {
  const timer = mapGet(byArmed, armed);
  if (timer === undefined) return;
  mapDelete(byArmed, armed);
  if (timer.everyMs === -1) mapDelete(byId, timer.id);
  try {
    apply(timer.callback, globalThis, timer.args);
  } catch (error) {
    reportException(error);
  }
  // It may have been cleared by its own callback.
  if (timer.everyMs === -1 || mapGet(byId, timer.id) !== timer) return;
  try {
    timer.armed = host.setTimer(timer.everyMs);
    mapSet(byArmed, timer.armed, timer);
  } catch (error) {
    mapDelete(byId, timer.id);
    reportException(error);
  }
}

export function queueMicrotask(callback: () => void): void {
  if (typeof callback !== 'function') throw new TypeError('queueMicrotask takes a function');
  promiseThen(promiseResolve(undefined), () => {
    try {
      callback();
    } catch (error) {
      reportException(error);
    }
  });
}

asOperations(
  { clearInterval, clearTimeout, queueMicrotask, setInterval, setTimeout },
  { clearInterval: 0, clearTimeout: 0, setInterval: 1, setTimeout: 1 },
);

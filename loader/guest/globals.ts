/** Puts the web platform on a global object, as the platform does. */

import { AbortController, AbortSignal } from './abort.ts';
import { atob, btoa } from './base64.ts';
import { ReadableStream } from './body-stream.ts';
import { console } from './console.ts';
import { Crypto, crypto } from './crypto.ts';
import { DOMException } from './dom-exception.ts';
import { CustomEvent, Event } from './event.ts';
import { EventTarget } from './event-target.ts';
import { Headers } from './headers.ts';
import { host } from './host.ts';
import { lockDown } from './lockdown.ts';
import { Navigator, Performance } from './performance.ts';
import { defineProperty, keys } from './primordials.ts';
import { Request } from './request.ts';
import { Response } from './response.ts';
import { refuseToClone, structuredClone } from './structured-clone.ts';
import { TextDecoder, TextEncoder } from './text.ts';
import { clearInterval, clearTimeout, queueMicrotask, setInterval, setTimeout } from './timers.ts';
import { URL } from './url.ts';
import { URLSearchParams } from './url-search-params.ts';
import { asInterface, internal } from './webidl.ts';

/** The interfaces, each with the number of arguments that its constructor needs. */
const interfaces: readonly [name: string, constructor: Function, needed: number][] = [
  ['AbortController', AbortController, 0],
  ['AbortSignal', AbortSignal, 0],
  ['Crypto', Crypto, 0],
  ['CustomEvent', CustomEvent, 1],
  ['DOMException', DOMException, 0],
  ['Event', Event, 1],
  ['EventTarget', EventTarget, 0],
  ['Headers', Headers, 0],
  ['Navigator', Navigator, 0],
  ['Performance', Performance, 0],
  ['Request', Request, 1],
  ['Response', Response, 0],
  ['TextDecoder', TextDecoder, 0],
  ['TextEncoder', TextEncoder, 0],
  ['URL', URL, 1],
  ['URLSearchParams', URLSearchParams, 0],
];

/** Operations with optional arguments, which do not count in `length`. */
const lengths: readonly [target: object, name: string, length: number][] = [
  [Headers.prototype, 'forEach', 1],
  [URLSearchParams.prototype, 'forEach', 1],
  [URLSearchParams.prototype, 'delete', 1],
  [URLSearchParams.prototype, 'has', 1],
  [URL, 'canParse', 1],
  [URL, 'parse', 1],
  [Response, 'json', 1],
  [Response, 'redirect', 1],
  [EventTarget.prototype, 'addEventListener', 2],
  [EventTarget.prototype, 'removeEventListener', 2],
  [AbortController.prototype, 'abort', 0],
  [AbortSignal, 'abort', 0],
  [TextDecoder.prototype, 'decode', 0],
];

const functions = { atob, btoa, clearInterval, clearTimeout, queueMicrotask, setInterval, setTimeout, structuredClone };
const functionLengths: Record<string, number> = { clearInterval: 0, clearTimeout: 0, setInterval: 1, setTimeout: 1, structuredClone: 1 };

/** Once, on the realm's own global object, before any plugin code. */
export function defineGlobals(target: object): void {
  const define = (name: string, value: unknown, enumerable: boolean) =>
    defineProperty(target, name, { value, writable: true, enumerable, configurable: true });
  const setLength = (method: unknown, length: number) => defineProperty(method as object, 'length', { value: length, configurable: true });
  const classes: Function[] = [];
  for (const [name, constructor, needed] of interfaces) {
    asInterface(constructor, name);
    setLength(constructor, needed);
    // The bundler may have renamed it.
    defineProperty(constructor, 'name', { value: name, configurable: true });
    define(name, constructor, false);
    if (constructor !== DOMException) classes[classes.length] = constructor;
  }
  refuseToClone(classes);
  for (const [owner, name, length] of lengths) setLength((owner as Record<string, unknown>)[name], length);
  for (const name of keys(functions) as (keyof typeof functions)[]) {
    const value = functions[name];
    defineProperty(value, 'name', { value: name, configurable: true });
    if (functionLengths[name] !== undefined) setLength(value, functionLengths[name]);
    define(name, value, true);
  }
  define('ReadableStream', ReadableStream, false);
  define('console', console, false);
  define('crypto', crypto, true);
  define('navigator', new Navigator(internal), true);
  define('performance', new Performance(internal), true);
  define('self', target, true);
  // The engine's generator starts alike in every sandbox that is made from one snapshot.
  defineProperty(Math, 'random', {
    value: { random: () => host.randomNumber() }.random,
    writable: true,
    enumerable: false,
    configurable: true,
  });
  lockDown(target);
}

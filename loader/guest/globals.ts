/** Puts the web platform on the global object, as the platform does. */

import { host } from './host.ts';
import { part } from './lazy.ts';
import { lockDown } from './lockdown.ts';
import { charCodeAt, defineProperty, split } from './primordials.ts';
import { Request, type RequestInit } from './request.ts';
import { Response } from './response.ts';
import { asOperations } from './webidl.ts';

const target = globalThis as Record<string, unknown>;

function define(name: string, value: unknown): void {
  // Classes are not enumerable, as Web IDL has it, nor is `console`, as its own standard does.
  const enumerable = charCodeAt(name, 0) >= 97 && name !== 'console';
  defineProperty(target, name, { value, writable: true, enumerable, configurable: true });
}

/** Named as the handlers of most plugins are, so that nothing tells which plugin needs it before it calls it. */
function fetch(input: Request, init?: RequestInit): Promise<Response> {
  const { fetch } = part<typeof import('./fetch.ts')>('fetch.ts');
  return arguments.length === 0 ? (fetch as () => Promise<Response>)() : fetch(input, init);
}
asOperations({ fetch }, { fetch: 1 });

/** What every sandbox has. Once, before any plugin code. */
export function defineGlobals(): void {
  define('Request', Request);
  define('Response', Response);
  define('fetch', fetch);
  define('self', target);
  // The engine's generator starts alike in every sandbox that is made from one snapshot.
  defineProperty(Math, 'random', {
    value: { random: () => host.randomNumber() }.random,
    writable: true,
    enumerable: false,
    configurable: true,
  });
  lockDown(target);
}

/** Adds the globals of some parts. @param list a line for each: the module's file, then the globals, with spaces between */
export function addParts(list: string): void {
  const lines = split(list, '\n');
  for (let i = 0; i < lines.length; i += 1) {
    const words = split(lines[i] as string, ' ');
    const values = part<Record<string, unknown>>(words[0] as string);
    for (let k = 1; k < words.length; k += 1) define(words[k] as string, values[words[k] as string]);
  }
}

/** Adds globals that load their part when they are first read: for code that finds them by other means than their names. */
export function promiseParts(list: string): void {
  const lines = split(list, '\n');
  for (let i = 0; i < lines.length; i += 1) {
    const words = split(lines[i] as string, ' ');
    for (let k = 1; k < words.length; k += 1) promise(words[k] as string, words[0] as string);
  }
}

function promise(name: string, file: string): void {
  defineProperty(target, name, {
    get: () => {
      const value = part<Record<string, unknown>>(file)[name];
      define(name, value);
      return value;
    },
    set: (value) => define(name, value),
    enumerable: false,
    configurable: true,
  });
}

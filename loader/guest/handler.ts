/**
 * A plugin's entry points in full: classes, named exports, and handlers beside `fetch`. A plugin whose default export has
 * a `fetch` and nothing else never loads this.
 */

import { part } from './lazy.ts';
import {
  apply,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  isCallable,
  isClass,
  join,
  mapForEach,
  mapGet,
  mapSet,
  mapSize,
  matches,
  NativeMap,
  objectPrototype,
  ownKeys,
  push,
} from './primordials.ts';

type Method = (...args: unknown[]) => unknown;
type Class = new (ctx: unknown, env: unknown) => Record<string, unknown>;
type Exported = Record<string, unknown>;

/** One of the modules' exports that calls can reach. */
export interface EntryPoint {
  /** An object, of which every call has the same, or a class, of which each call has an instance. */
  readonly target: Exported | Class | undefined;
  readonly isClass: boolean;
  /** What can be called by name, beside the handlers. */
  readonly methods: Map<string, Method>;
  readonly handlers: Map<string, Method>;
}

const handlerKinds = ['fetch', 'queue', 'scheduled'];
/** Handlers of other platforms' events: no methods for others to call. */
const reserved = ['constructor', 'fetch', 'queue', 'scheduled', 'connect', 'alarm', 'email', 'tail', 'tailStream', 'trace', 'test', 'dup'];
const callable = /^[A-Za-z_$][\w$]{0,99}$/;
/** They are listed, stored and shown. */
const mostInterfaces = 200;

const points = new NativeMap<string, EntryPoint>();

/**
 * Takes every entry point from the plugin's module.
 * @returns the interfaces that it has, separated by commas, and the default one's `fetch`
 * @throws TypeError where the default export is no entry point
 */
export function adoptAll(module: Exported): { readonly interfaces: string; readonly entry: Method | undefined } {
  const interfaces: string[] = [];
  const main = pointOf('default', module['default']);
  list('default', main, interfaces);
  if (interfaces.length === 0) throw new TypeError('The default class has none of fetch, queue and scheduled, and no other method');
  const names = ownKeys(module);
  for (let i = 0; i < names.length; i += 1) {
    const name = names[i];
    if (typeof name !== 'string' || name === 'default' || !matches(callable, name)) continue;
    const value = module[name];
    if (isNamedPoint(value)) list(name, pointOf(name, value), interfaces);
  }
  if (interfaces.length > mostInterfaces) {
    throw new TypeError(
      'The plugin has ' + interfaces.length + ' interfaces, handlers and methods together; it may have ' + mostInterfaces,
    );
  }
  return { interfaces: join(interfaces, ','), entry: mapGet(main.handlers, 'fetch') === undefined ? undefined : entryOf(main) };
}

/** The `fetch` of an entry point, as a function of request, env and ctx. @throws TypeError where it has none */
export function fetchOf(name: string): Method {
  const point = mapGet(points, name);
  if (point === undefined || mapGet(point.handlers, 'fetch') === undefined) throw new TypeError('The plugin has no fetch:' + name);
  return entryOf(point);
}

const entryOf =
  (point: EntryPoint): Method =>
  (request, env, ctx) =>
    callHandler(point, 'fetch', request, env, ctx);

/** @throws TypeError where there is none */
export function entryPoint(name: string): EntryPoint {
  const point = mapGet(points, name);
  if (point === undefined) throw new TypeError('The plugin has no entry point ' + name);
  return point;
}

/** @throws TypeError where there is no such handler, and whatever the handler throws */
export function callHandler(point: EntryPoint, kind: string, event: unknown, env: unknown, ctx: unknown): unknown {
  if (!point.isClass) {
    const handler = mapGet(point.handlers, kind);
    if (handler === undefined) throw new TypeError('The handler object has no ' + kind);
    return apply(handler, point.target, [event, env, ctx]);
  }
  const self = new (point.target as Class)(ctx, env);
  const handler = self[kind];
  if (!isCallable(handler)) throw new TypeError('The class has no ' + kind);
  return apply(handler, self, [event]);
}

/**
 * A method by its name. Of an object it is a function of one argument, env and ctx, as the syntax without classes has it.
 * @throws TypeError where there is no such method, and whatever the method throws
 */
export function callMethod(point: EntryPoint, name: string, args: readonly unknown[], env: unknown, ctx: unknown): unknown {
  const method = mapGet(point.methods, name);
  if (method === undefined) throw new TypeError('The entry point has no method ' + name);
  if (point.isClass) return apply(method, new (point.target as Class)(ctx, env), args);
  if (args.length > 1) throw new TypeError('A method of a handler object takes one argument; extend WorkerEntrypoint to take more');
  return apply(method, point.target, [args[0], env, ctx]);
}

function pointOf(name: string, value: unknown): EntryPoint {
  const ofClass = isClass(value);
  const target = isCallable(value) && !ofClass ? undefined : (value as Exported);
  const point: EntryPoint = { target, isClass: ofClass, methods: new NativeMap(), handlers: new NativeMap() };
  if (ofClass) readClass(point, value as Class);
  else if (isCallable(value)) mapSet(point.handlers, 'fetch', value);
  else readObject(point, value);
  mapSet(points, name, point);
  return point;
}

function readClass(point: EntryPoint, value: Class): void {
  const { WorkerEntrypoint } = part<typeof import('./workers.ts')>('workers.ts');
  const root = WorkerEntrypoint.prototype;
  const open = extendsPoint(value);
  for (let at = value.prototype as object | null; at !== null && at !== root && at !== objectPrototype; at = getPrototypeOf(at)) {
    const names = ownKeys(at);
    for (let i = 0; i < names.length; i += 1) {
      const name = names[i];
      if (typeof name !== 'string') continue;
      const method = getOwnPropertyDescriptor(at, name)?.value;
      if (isCallable(method)) note(point, name, method, open);
    }
  }
}

function readObject(point: EntryPoint, value: unknown): void {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(
      value === undefined
        ? 'The plugin has no default export: export a handler object, a class or a function'
        : 'The default export must be a handler object, a class or a function; it is ' + (value === null ? 'null' : 'a ' + typeof value),
    );
  }
  for (let i = 0; i < handlerKinds.length; i += 1) {
    const kind = handlerKinds[i] as string;
    const handler = (value as Exported)[kind];
    if (isCallable(handler)) mapSet(point.handlers, kind, handler);
  }
  if (mapSize(point.handlers) === 0) throw new TypeError('The handler object has none of fetch, queue and scheduled');
  if (!isPlain(value)) return;
  const names = ownKeys(value);
  for (let i = 0; i < names.length; i += 1) {
    const name = names[i];
    if (typeof name !== 'string') continue;
    const method = getOwnPropertyDescriptor(value, name)?.value;
    // By their count of parameters methods are told from what the object has for itself.
    if (isCallable(method)) note(point, name, method, method.length === 3);
  }
}

function note(point: EntryPoint, name: string, method: Method, open: boolean): void {
  for (let i = 0; i < handlerKinds.length; i += 1) {
    if (handlerKinds[i] !== name) continue;
    if (mapGet(point.handlers, name) === undefined) mapSet(point.handlers, name, method);
    return;
  }
  for (let i = 0; i < reserved.length; i += 1) if (reserved[i] === name) return;
  if (!open || !matches(callable, name) || mapGet(point.methods, name) !== undefined) return;
  mapSet(point.methods, name, method);
}

/** Exports may be anything: only what looks like an entry point is one. */
function isNamedPoint(value: unknown): boolean {
  if (isClass(value)) return extendsPoint(value as Class);
  if (typeof value !== 'object' || value === null || !isPlain(value)) return false;
  for (let i = 0; i < handlerKinds.length; i += 1) if (isCallable((value as Exported)[handlerKinds[i] as string])) return true;
  return false;
}

function extendsPoint(value: Class): boolean {
  const root = part<typeof import('./workers.ts')>('workers.ts').WorkerEntrypoint.prototype;
  for (let at = value.prototype as object | null; at !== null && at !== undefined; at = getPrototypeOf(at)) if (at === root) return true;
  return false;
}

const isPlain = (value: object): boolean => {
  const prototype = getPrototypeOf(value);
  return prototype === objectPrototype || prototype === null;
};

function list(name: string, { handlers, methods }: EntryPoint, interfaces: string[]): void {
  for (let i = 0; i < handlerKinds.length; i += 1) {
    const kind = handlerKinds[i] as string;
    if (mapGet(handlers, kind) !== undefined) push(interfaces, name === 'default' ? kind : kind + ':' + name);
  }
  const found = keysOf(methods);
  for (let i = 0; i < found.length; i += 1) push(interfaces, 'rpc:' + name + '.' + found[i]);
}

function keysOf(map: Map<string, unknown>): string[] {
  const found: string[] = [];
  mapForEach(map, (_, key) => push(found, key));
  return found;
}

/** node:util: what libraries use of it. */

import { isDeepStrictEqual } from './deep-equal.ts';
import { type InspectOptions, inspect } from './inspect.ts';
import { types } from './util/types.ts';

type Fn = (...args: any[]) => any;

export function formatWithOptions(options: InspectOptions, ...args: unknown[]): string {
  const [first, ...others] = args;
  const rest = [...others];
  let text = '';
  if (typeof first === 'string') {
    text = first.replace(/%[sdifjoOc%]/g, (form) => {
      if (form === '%%') return rest.length === 0 && others.length === 0 ? form : '%';
      if (rest.length === 0) return form;
      return formOf(form, rest.shift(), options);
    });
  } else if (args.length > 0) text = inspect(first, options);
  for (const one of rest) text += ` ${typeof one === 'string' ? one : inspect(one, options)}`;
  return text;
}

function formOf(form: string, value: unknown, options: InspectOptions): string {
  switch (form) {
    case '%s':
      if (typeof value === 'bigint') return `${value}n`;
      if (Object.is(value, -0)) return '-0';
      if (typeof value !== 'object' || value === null) return String(value);
      return hasOwnText(value) ? String(value) : inspect(value, { ...options, depth: 0, compact: 3 });
    case '%d':
      return typeof value === 'bigint'
        ? `${value}n`
        : typeof value === 'symbol' || typeof value === 'object'
          ? 'NaN'
          : numberText(Number(value));
    case '%i':
      return typeof value === 'bigint'
        ? `${value}n`
        : typeof value === 'symbol' || typeof value === 'object'
          ? 'NaN'
          : numberText(Number.parseInt(value as string, 10));
    case '%f':
      return typeof value === 'symbol' ? 'NaN' : numberText(Number.parseFloat(value as string));
    case '%j':
      try {
        return `${JSON.stringify(value)}`;
      } catch (error) {
        if (/circular/i.test(String((error as Error).message))) return '[Circular]';
        throw error;
      }
    case '%o':
      return inspect(value, { ...options, showHidden: true, depth: 4 });
    case '%O':
      return inspect(value, options);
    default:
      return '';
  }
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : `${value}`;
}

/** Whether an object says itself how it reads: an error, or one of a class with a `toString` of its own. */
function hasOwnText(value: object): boolean {
  if (value instanceof Error || types.isDate(value)) return true;
  const { toString } = value;
  return (
    typeof toString === 'function' && toString !== Object.prototype.toString && toString !== Array.prototype.toString && !types.isMap(value)
  );
}

export function format(...args: unknown[]): string {
  return formatWithOptions({}, ...args);
}

const customPromisify: unique symbol = Symbol.for('nodejs.util.promisify.custom') as never;

function promisifyFunction(original: Fn): Fn {
  if (typeof original !== 'function') throw typeError('The "original" argument must be of type function');
  const own = (original as { [customPromisify]?: Fn })[customPromisify];
  if (own !== undefined) return own;
  function promised(this: unknown, ...args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      original.call(this, ...args, (error: unknown, value: unknown) => (error ? reject(error) : resolve(value)));
    });
  }
  Object.setPrototypeOf(promised, Object.getPrototypeOf(original) as object);
  return Object.defineProperties(promised, Object.getOwnPropertyDescriptors(original));
}

export const promisify = Object.assign(promisifyFunction, { custom: customPromisify });

export function callbackify(original: Fn): Fn {
  if (typeof original !== 'function') throw typeError('The "original" argument must be of type function');
  function calledBack(this: unknown, ...args: unknown[]): void {
    const callback = args.pop() as Fn;
    if (typeof callback !== 'function') throw typeError('The last argument must be of type function');
    (original.apply(this, args) as Promise<unknown>).then(
      (value) => queueMicrotask(() => callback(null, value)),
      (error: unknown) => {
        const reason =
          error ||
          Object.assign(new Error('Promise was rejected with a falsy value'), { code: 'ERR_FALSY_VALUE_REJECTION', reason: error });
        queueMicrotask(() => callback(reason));
      },
    );
  }
  return calledBack;
}

function typeError(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_TYPE' });
}

export function inherits(constructor: Function, parent: Function): void {
  Object.defineProperty(constructor, 'super_', { value: parent, writable: true, configurable: true });
  Object.setPrototypeOf(constructor.prototype, parent.prototype as object);
}

export function deprecate<F extends Fn>(original: F, message: string, code?: string): F {
  let told = false;
  return function (this: unknown, ...args: unknown[]) {
    if (!told) console.warn(`${code === undefined ? '' : `[${code}] `}DeprecationWarning: ${message}`);
    told = true;
    return new.target ? Reflect.construct(original, args, new.target) : original.apply(this, args);
  } as F;
}

/** Silent: there is no NODE_DEBUG. */
export function debuglog(): Fn & { enabled: boolean } {
  return Object.assign(() => undefined, { enabled: false });
}
export { debuglog as debug };

export function stripVTControlCharacters(text: string): string {
  return text.replace(/[\u001b\u009b][[\]()#;?]*(?:(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PR-TZcf-nq-uy=><~])/g, '');
}

/** No terminal reads what a plugin writes. */
export function styleText(_style: string | readonly string[], text: string): string {
  return text;
}

export function toUSVString(text: unknown): string {
  return String(text).toWellFormed();
}

export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

export const isArray: typeof Array.isArray = Array.isArray;
export const { TextEncoder, TextDecoder } = globalThis;
export { inspect, isDeepStrictEqual, types };

export default {
  ...{ aborted, callbackify, debug: debuglog, debuglog, deprecate, format, formatWithOptions, inherits, inspect, isArray },
  ...{ isDeepStrictEqual, promisify, stripVTControlCharacters, styleText, TextDecoder, TextEncoder, toUSVString, types },
};

/**
 * Node's modules and names as plugins have them: less than Node's own, for what libraries use in passing. Imports nothing.
 *
 * Each is told by its name with `node:`, and the other leads to that: a name without a colon is looked for in every folder first,
 * at every check.
 */

declare module 'node:assert' {
  class AssertionError extends Error {
    constructor(options?: { message?: string; actual?: unknown; expected?: unknown; operator?: string });
    actual: unknown;
    expected: unknown;
    operator: string;
    generatedMessage: boolean;
    code: 'ERR_ASSERTION';
  }
  type Expected = RegExp | Error | object | ((thrown: any) => boolean) | (new (...args: any[]) => unknown);
  interface Assert {
    (value: unknown, message?: string | Error): asserts value;
    readonly AssertionError: typeof AssertionError;
    readonly strict: Assert;
    ok(value: unknown, message?: string | Error): asserts value;
    fail(message?: string | Error): never;
    equal(actual: unknown, expected: unknown, message?: string | Error): void;
    notEqual(actual: unknown, expected: unknown, message?: string | Error): void;
    strictEqual<T>(actual: unknown, expected: T, message?: string | Error): asserts actual is T;
    notStrictEqual(actual: unknown, expected: unknown, message?: string | Error): void;
    deepEqual(actual: unknown, expected: unknown, message?: string | Error): void;
    notDeepEqual(actual: unknown, expected: unknown, message?: string | Error): void;
    deepStrictEqual<T>(actual: unknown, expected: T, message?: string | Error): asserts actual is T;
    notDeepStrictEqual(actual: unknown, expected: unknown, message?: string | Error): void;
    match(text: string, pattern: RegExp, message?: string | Error): void;
    doesNotMatch(text: string, pattern: RegExp, message?: string | Error): void;
    ifError(value: unknown): asserts value is null | undefined;
    throws(act: () => unknown, expected?: Expected | string, message?: string | Error): void;
    doesNotThrow(act: () => unknown, message?: string | Error): void;
    rejects(act: Promise<unknown> | (() => Promise<unknown>), expected?: Expected | string, message?: string | Error): Promise<void>;
    doesNotReject(act: Promise<unknown> | (() => Promise<unknown>), message?: string | Error): Promise<void>;
  }
  const assert: Assert;
  export default assert;
  export { AssertionError };
  export const strict: Assert;
  export const ok: Assert['ok'];
  export const fail: Assert['fail'];
  export const equal: Assert['equal'];
  export const notEqual: Assert['notEqual'];
  export const strictEqual: Assert['strictEqual'];
  export const notStrictEqual: Assert['notStrictEqual'];
  export const deepEqual: Assert['deepEqual'];
  export const notDeepEqual: Assert['notDeepEqual'];
  export const deepStrictEqual: Assert['deepStrictEqual'];
  export const notDeepStrictEqual: Assert['notDeepStrictEqual'];
  export const match: Assert['match'];
  export const doesNotMatch: Assert['doesNotMatch'];
  export const ifError: Assert['ifError'];
  export const throws: Assert['throws'];
  export const doesNotThrow: Assert['doesNotThrow'];
  export const rejects: Assert['rejects'];
  export const doesNotReject: Assert['doesNotReject'];
}

declare module 'assert' {
  export * from 'node:assert';
  export { default } from 'node:assert';
}

declare module 'node:async_hooks' {
  export class AsyncLocalStorage<T> {
    constructor(options?: { defaultValue?: T; name?: string });
    readonly name: string;
    static bind<F extends (...args: any[]) => any>(act: F): F;
    static snapshot(): <R, A extends any[]>(act: (...args: A) => R, ...args: A) => R;
    getStore(): T | undefined;
    run<R, A extends any[]>(store: T, act: (...args: A) => R, ...args: A): R;
    exit<R, A extends any[]>(act: (...args: A) => R, ...args: A): R;
    enterWith(store: T): void;
    disable(): void;
  }
  export class AsyncResource {
    constructor(type: string, options?: unknown);
    static bind<F extends (...args: any[]) => any>(act: F, type?: string, self?: unknown): F;
    bind<F extends (...args: any[]) => any>(act: F): F;
    runInAsyncScope<R>(act: (this: any, ...args: any[]) => R, self?: unknown, ...args: any[]): R;
    asyncId(): number;
    triggerAsyncId(): number;
    emitDestroy(): this;
  }
  export function executionAsyncId(): number;
  export function triggerAsyncId(): number;
  const hooks: { AsyncLocalStorage: typeof AsyncLocalStorage; AsyncResource: typeof AsyncResource };
  export default hooks;
}

declare module 'async_hooks' {
  export * from 'node:async_hooks';
  export { default } from 'node:async_hooks';
}

declare module 'node:buffer' {
  export type BufferEncoding =
    | 'utf8'
    | 'utf-8'
    | 'utf16le'
    | 'utf-16le'
    | 'ucs2'
    | 'ucs-2'
    | 'latin1'
    | 'binary'
    | 'ascii'
    | 'hex'
    | 'base64'
    | 'base64url';
  export interface Buffer extends Uint8Array {
    toString(encoding?: BufferEncoding, start?: number, end?: number): string;
    toJSON(): { type: 'Buffer'; data: number[] };
    equals(other: Uint8Array): boolean;
    compare(target: Uint8Array, targetStart?: number, targetEnd?: number, start?: number, end?: number): -1 | 0 | 1;
    copy(target: Uint8Array, targetStart?: number, start?: number, end?: number): number;
    write(text: string, encoding?: BufferEncoding): number;
    write(text: string, offset: number, encoding?: BufferEncoding): number;
    write(text: string, offset: number, length: number, encoding?: BufferEncoding): number;
    slice(start?: number, end?: number): Buffer;
    subarray(start?: number, end?: number): Buffer;
    fill(value: string | Uint8Array | number, offset?: number, end?: number, encoding?: BufferEncoding): this;
    fill(value: string | Uint8Array | number, encoding: BufferEncoding): this;
    indexOf(value: string | number | Uint8Array, start?: number, encoding?: BufferEncoding): number;
    lastIndexOf(value: string | number | Uint8Array, start?: number, encoding?: BufferEncoding): number;
    includes(value: string | number | Uint8Array, start?: number, encoding?: BufferEncoding): boolean;
    swap16(): this;
    swap32(): this;
    swap64(): this;
    readInt8(offset?: number): number;
    writeInt8(value: number, offset?: number): number;
    readUInt8(offset?: number): number;
    writeUInt8(value: number, offset?: number): number;
    readInt16LE(offset?: number): number;
    writeInt16LE(value: number, offset?: number): number;
    readInt16BE(offset?: number): number;
    writeInt16BE(value: number, offset?: number): number;
    readUInt16LE(offset?: number): number;
    writeUInt16LE(value: number, offset?: number): number;
    readUInt16BE(offset?: number): number;
    writeUInt16BE(value: number, offset?: number): number;
    readInt32LE(offset?: number): number;
    writeInt32LE(value: number, offset?: number): number;
    readInt32BE(offset?: number): number;
    writeInt32BE(value: number, offset?: number): number;
    readUInt32LE(offset?: number): number;
    writeUInt32LE(value: number, offset?: number): number;
    readUInt32BE(offset?: number): number;
    writeUInt32BE(value: number, offset?: number): number;
    readFloatLE(offset?: number): number;
    writeFloatLE(value: number, offset?: number): number;
    readFloatBE(offset?: number): number;
    writeFloatBE(value: number, offset?: number): number;
    readDoubleLE(offset?: number): number;
    writeDoubleLE(value: number, offset?: number): number;
    readDoubleBE(offset?: number): number;
    writeDoubleBE(value: number, offset?: number): number;
    readBigInt64LE(offset?: number): bigint;
    writeBigInt64LE(value: bigint, offset?: number): number;
    readBigInt64BE(offset?: number): bigint;
    writeBigInt64BE(value: bigint, offset?: number): number;
    readBigUInt64LE(offset?: number): bigint;
    writeBigUInt64LE(value: bigint, offset?: number): number;
    readBigUInt64BE(offset?: number): bigint;
    writeBigUInt64BE(value: bigint, offset?: number): number;
    readIntLE(offset: number, length: number): number;
    writeIntLE(value: number, offset: number, length: number): number;
    readIntBE(offset: number, length: number): number;
    writeIntBE(value: number, offset: number, length: number): number;
    readUIntLE(offset: number, length: number): number;
    writeUIntLE(value: number, offset: number, length: number): number;
    readUIntBE(offset: number, length: number): number;
    writeUIntBE(value: number, offset: number, length: number): number;
  }
  export const Buffer: {
    readonly prototype: Buffer;
    from(value: string, encoding?: BufferEncoding): Buffer;
    from(value: ArrayBufferLike, offset?: number, length?: number): Buffer;
    from(value: ArrayLike<number> | Uint8Array | { valueOf(): object } | { readonly data: readonly number[] }): Buffer;
    of(...bytes: number[]): Buffer;
    alloc(size: number, fill?: string | Uint8Array | number, encoding?: BufferEncoding): Buffer;
    allocUnsafe(size: number): Buffer;
    allocUnsafeSlow(size: number): Buffer;
    byteLength(value: string | ArrayBufferView | ArrayBufferLike, encoding?: BufferEncoding): number;
    compare(a: Uint8Array, b: Uint8Array): -1 | 0 | 1;
    concat(list: readonly Uint8Array[], length?: number): Buffer;
    copyBytesFrom(view: ArrayBufferView, offset?: number, length?: number): Buffer;
    isBuffer(value: unknown): value is Buffer;
    isEncoding(name: string): name is BufferEncoding;
    poolSize: number;
  };
  export const constants: { readonly MAX_LENGTH: number; readonly MAX_STRING_LENGTH: number };
  export const kMaxLength: number;
  export const kStringMaxLength: number;
  export const INSPECT_MAX_BYTES: number;
  export function isUtf8(bytes: Uint8Array): boolean;
  export function isAscii(bytes: Uint8Array): boolean;
  export function transcode(bytes: Uint8Array, source: BufferEncoding, target: BufferEncoding): Buffer;
  export const atob: typeof globalThis.atob;
  export const btoa: typeof globalThis.btoa;
  const buffer: { readonly Buffer: typeof Buffer };
  export default buffer;
}

declare module 'buffer' {
  export * from 'node:buffer';
  export { default } from 'node:buffer';
}

declare module 'node:crypto' {
  import type { Buffer } from 'node:buffer';
  export const webcrypto: typeof globalThis.crypto;
  export const subtle: typeof globalThis.crypto extends { readonly subtle: infer S } ? S : never;
  export function getRandomValues<T extends ArrayBufferView>(view: T): T;
  export function randomUUID(): string;
  export function randomBytes(size: number): Buffer;
  export function randomBytes(size: number, callback: (error: Error | null, bytes: Buffer) => void): void;
  export function randomFillSync<T extends ArrayBufferView>(view: T, offset?: number, size?: number): T;
  export function randomInt(most: number): number;
  export function randomInt(least: number, most: number): number;
  export function randomInt(least: number, most: number, callback: (error: Error | null, value: number) => void): void;
  export function timingSafeEqual(a: ArrayBufferView | ArrayBuffer, b: ArrayBufferView | ArrayBuffer): boolean;
  const crypto: {
    readonly webcrypto: typeof webcrypto;
    readonly subtle: typeof subtle;
    readonly getRandomValues: typeof getRandomValues;
    readonly randomUUID: typeof randomUUID;
    readonly randomBytes: typeof randomBytes;
    readonly randomFillSync: typeof randomFillSync;
    readonly randomInt: typeof randomInt;
    readonly timingSafeEqual: typeof timingSafeEqual;
  };
  export default crypto;
}

declare module 'crypto' {
  export * from 'node:crypto';
  export { default } from 'node:crypto';
}

declare module 'node:events' {
  type Listener = (...args: any[]) => void;
  interface Waiting {
    readonly signal?: AbortSignal;
  }
  class EventEmitter {
    static readonly EventEmitter: typeof EventEmitter;
    static readonly errorMonitor: unique symbol;
    static readonly once: typeof once;
    static readonly on: typeof on;
    static defaultMaxListeners: number;
    on(type: string | symbol, listener: Listener): this;
    once(type: string | symbol, listener: Listener): this;
    off(type: string | symbol, listener: Listener): this;
    addListener(type: string | symbol, listener: Listener): this;
    removeListener(type: string | symbol, listener: Listener): this;
    removeAllListeners(type?: string | symbol): this;
    prependListener(type: string | symbol, listener: Listener): this;
    prependOnceListener(type: string | symbol, listener: Listener): this;
    emit(type: string | symbol, ...args: any[]): boolean;
    listeners(type: string | symbol): Listener[];
    rawListeners(type: string | symbol): Listener[];
    listenerCount(type: string | symbol): number;
    eventNames(): (string | symbol)[];
    setMaxListeners(most: number): this;
    getMaxListeners(): number;
  }
  export const errorMonitor: typeof EventEmitter.errorMonitor;
  export function once(target: EventEmitter | EventTarget, type: string | symbol, options?: Waiting): Promise<any[]>;
  export function on(target: EventEmitter | EventTarget, type: string | symbol, options?: Waiting): AsyncIterableIterator<any[]>;
  export function getEventListeners(target: EventEmitter, type: string | symbol): Listener[];
  export function listenerCount(target: EventEmitter, type: string | symbol): number;
  export function setMaxListeners(most: number, ...targets: (EventEmitter | EventTarget)[]): void;
  export { EventEmitter };
  export default EventEmitter;
}

declare module 'events' {
  export * from 'node:events';
  export { default } from 'node:events';
}

declare module 'node:path' {
  interface ParsedPath {
    root: string;
    dir: string;
    base: string;
    name: string;
    ext: string;
  }
  export function basename(path: string, ending?: string): string;
  export function dirname(path: string): string;
  export function extname(path: string): string;
  export function format(parts: Partial<ParsedPath>): string;
  export function isAbsolute(path: string): boolean;
  export function join(...parts: string[]): string;
  export function normalize(path: string): string;
  export function parse(path: string): ParsedPath;
  export function relative(from: string, to: string): string;
  export function resolve(...parts: string[]): string;
  export function toNamespacedPath(path: string): string;
  export const sep: '/';
  export const delimiter: ':';
  export const posix: typeof import('node:path');
  const path: typeof import('node:path');
  export default path;
}

declare module 'path' {
  export * from 'node:path';
  export { default } from 'node:path';
}

declare module 'node:perf_hooks' {
  export const performance: typeof globalThis.performance;
  const hooks: { readonly performance: typeof globalThis.performance };
  export default hooks;
}

declare module 'perf_hooks' {
  export * from 'node:perf_hooks';
  export { default } from 'node:perf_hooks';
}

declare module 'node:process' {
  interface Process {
    readonly env: Record<string, string | undefined>;
    readonly argv: readonly string[];
    readonly platform: string;
    readonly arch: string;
    readonly pid: number;
    readonly title: string;
    readonly version: string;
    cwd(): string;
    nextTick<A extends any[]>(callback: (...args: A) => void, ...args: A): void;
    uptime(): number;
    hrtime: { (since?: readonly [number, number]): [number, number]; bigint(): bigint };
    memoryUsage(): Readonly<Record<'rss' | 'heapTotal' | 'heapUsed' | 'external' | 'arrayBuffers', number>>;
    emitWarning(warning: string | Error): void;
    on(event: string | symbol, listener: (...args: any[]) => void): this;
    once(event: string | symbol, listener: (...args: any[]) => void): this;
    off(event: string | symbol, listener: (...args: any[]) => void): this;
    removeListener(event: string | symbol, listener: (...args: any[]) => void): this;
  }
  export const process: Process;
  export default process;
  export const env: Process['env'];
  export const argv: Process['argv'];
  export const platform: string;
  export const arch: string;
  export const pid: number;
  export const title: string;
  export const version: string;
  export const cwd: Process['cwd'];
  export const nextTick: Process['nextTick'];
  export const uptime: Process['uptime'];
  export const hrtime: Process['hrtime'];
  export const memoryUsage: Process['memoryUsage'];
  export const emitWarning: Process['emitWarning'];
}

declare module 'process' {
  export * from 'node:process';
  export { default } from 'node:process';
}

declare module 'node:querystring' {
  interface Codec {
    readonly encodeURIComponent?: (text: string) => string;
    readonly decodeURIComponent?: (text: string) => string;
    readonly maxKeys?: number;
  }
  export function escape(text: unknown): string;
  export function unescape(text: string): string;
  export function parse(text: string, separator?: string, equals?: string, options?: Codec): Record<string, string | string[]>;
  export function stringify(value: unknown, separator?: string, equals?: string, options?: Codec): string;
  export { parse as decode, stringify as encode };

  const querystring: {
    readonly escape: typeof escape;
    readonly unescape: typeof unescape;
    readonly parse: typeof parse;
    readonly stringify: typeof stringify;
    readonly decode: typeof parse;
    readonly encode: typeof stringify;
  };
  export default querystring;
}

declare module 'querystring' {
  export * from 'node:querystring';
  export { default } from 'node:querystring';
}

declare module 'node:string_decoder' {
  export class StringDecoder {
    constructor(encoding?: string);
    readonly encoding: string;
    write(bytes: Uint8Array | string): string;
    end(bytes?: Uint8Array | string): string;
  }
  const decoder: { readonly StringDecoder: typeof StringDecoder };
  export default decoder;
}

declare module 'string_decoder' {
  export * from 'node:string_decoder';
  export { default } from 'node:string_decoder';
}

declare module 'node:timers' {
  export const setTimeout: typeof globalThis.setTimeout;
  export const setInterval: typeof globalThis.setInterval;
  export const clearTimeout: typeof globalThis.clearTimeout;
  export const clearInterval: typeof globalThis.clearInterval;
  export function setImmediate(callback: (...args: any[]) => void, ...args: any[]): number;
  export function clearImmediate(id?: number): void;
}

declare module 'timers' {
  export * from 'node:timers';
}

declare module 'node:timers/promises' {
  interface Options {
    readonly signal?: AbortSignal;
  }
  export function setTimeout<T = void>(ms?: number, value?: T, options?: Options): Promise<T>;
  export function setImmediate<T = void>(value?: T, options?: Options): Promise<T>;
  export function setInterval<T = void>(ms?: number, value?: T, options?: Options): AsyncGenerator<T>;
  export const scheduler: { wait(ms: number, options?: Options): Promise<void>; yield(): Promise<void> };
}

declare module 'timers/promises' {
  export * from 'node:timers/promises';
}

declare module 'node:url' {
  interface Url {
    protocol: string | null;
    slashes: boolean | null;
    auth: string | null;
    host: string | null;
    port: string | null;
    hostname: string | null;
    hash: string | null;
    search: string | null;
    query: string | Record<string, string | string[]> | null;
    pathname: string | null;
    path: string | null;
    href: string;
  }
  export const URL: typeof globalThis.URL;
  export const URLSearchParams: typeof globalThis.URLSearchParams;
  export function parse(input: string, withQuery?: boolean, slashesMeanHost?: boolean): Url;
  export function format(url: Partial<Url> | URL | string, options?: { auth?: boolean; fragment?: boolean; search?: boolean }): string;
  export function resolve(from: string, to: string): string;
  export function domainToASCII(domain: string): string;
  export function fileURLToPath(url: string | URL): string;
  export function pathToFileURL(path: string): URL;
  export function urlToHttpOptions(url: URL): Record<string, unknown>;
}

declare module 'url' {
  export * from 'node:url';
}

declare module 'node:util/types' {
  export function isMap(value: unknown): value is Map<unknown, unknown>;
  export function isSet(value: unknown): value is Set<unknown>;
  export function isWeakMap(value: unknown): value is WeakMap<object, unknown>;
  export function isWeakSet(value: unknown): value is WeakSet<object>;
  export function isDate(value: unknown): value is Date;
  export function isRegExp(value: unknown): value is RegExp;
  export function isPromise(value: unknown): value is Promise<unknown>;
  export function isUint8Array(value: unknown): value is Uint8Array;
  export function isArrayBuffer(value: unknown): value is ArrayBuffer;
  export function isAnyArrayBuffer(value: unknown): value is ArrayBuffer;
  export function isArrayBufferView(value: unknown): value is ArrayBufferView;
  export function isDataView(value: unknown): value is DataView;
  export function isNativeError(value: unknown): value is Error;
  export function isTypedArray(value: unknown): boolean;
  export function isSharedArrayBuffer(value: unknown): boolean;
  export function isGeneratorFunction(value: unknown): boolean;
  export function isAsyncFunction(value: unknown): boolean;
  export function isGeneratorObject(value: unknown): boolean;
  export function isBoxedPrimitive(value: unknown): boolean;
  export function isNumberObject(value: unknown): boolean;
  export function isStringObject(value: unknown): boolean;
  export function isBooleanObject(value: unknown): boolean;
  export function isBigIntObject(value: unknown): boolean;
  export function isSymbolObject(value: unknown): boolean;
}

declare module 'util/types' {
  export * from 'node:util/types';
}

declare module 'node:util' {
  interface InspectOptions {
    readonly depth?: number | null;
    readonly showHidden?: boolean;
    readonly breakLength?: number;
    readonly compact?: number | boolean;
    readonly sorted?: boolean;
    readonly maxArrayLength?: number | null;
    readonly maxStringLength?: number | null;
    readonly colors?: boolean;
  }
  type Fn = (...args: any[]) => any;
  export const inspect: {
    (value: unknown, options?: InspectOptions): string;
    (value: unknown, showHidden: boolean, depth?: number): string;
    readonly custom: unique symbol;
    readonly defaultOptions: InspectOptions;
  };
  export function format(...args: unknown[]): string;
  export function formatWithOptions(options: InspectOptions, ...args: unknown[]): string;
  export const promisify: {
    <A extends any[], R>(original: (...args: [...A, (error: any, value: R) => void]) => void): (...args: A) => Promise<R>;
    <A extends any[]>(original: (...args: [...A, (error?: any) => void]) => void): (...args: A) => Promise<void>;
    (original: Fn): Fn;
    readonly custom: unique symbol;
  };
  export function callbackify(original: (...args: any[]) => Promise<any>): Fn;
  export function inherits(constructor: unknown, parent: unknown): void;
  export function deprecate<F extends Fn>(original: F, message: string, code?: string): F;
  export function debuglog(section: string): Fn & { readonly enabled: boolean };
  export { debuglog as debug };
  export function isDeepStrictEqual(a: unknown, b: unknown): boolean;
  export function stripVTControlCharacters(text: string): string;
  export function styleText(style: string | readonly string[], text: string): string;
  export function toUSVString(text: unknown): string;
  export function aborted(signal: AbortSignal, resource?: unknown): Promise<void>;
  export const isArray: typeof Array.isArray;
  export const types: typeof import('node:util/types');
  export const TextEncoder: typeof globalThis.TextEncoder;
  export const TextDecoder: typeof globalThis.TextDecoder;
  const util: typeof import('node:util');
  export default util;
}

declare module 'util' {
  export * from 'node:util';
  export { default } from 'node:util';
}

declare module 'node:assert/strict' {
  import { strict } from 'node:assert';

  export * from 'node:assert';
  export default strict;
}

declare module 'assert/strict' {
  import { strict } from 'node:assert';

  export * from 'node:assert';
  export default strict;
}

declare module 'node:path/posix' {
  export * from 'node:path';
  export { default } from 'node:path';
}

declare module 'path/posix' {
  export * from 'node:path';
  export { default } from 'node:path';
}

declare module 'node:stream/web' {
  const streams: any;
  export default streams;
  export const ReadableStream: any, WritableStream: any, TransformStream: any;
}

declare module 'stream/web' {
  const streams: any;
  export default streams;
  export const ReadableStream: any, WritableStream: any, TransformStream: any;
}

/** There where a file mentions it; see docs/authors.md. */
declare const process: typeof import('node:process').process;
/** There where a file mentions it; see docs/authors.md. */
declare const Buffer: typeof import('node:buffer').Buffer;
type Buffer = import('node:buffer').Buffer;
declare const global: typeof globalThis;

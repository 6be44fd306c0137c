/**
 * The engine's WASM module (quickjs-emscripten's, version 0.32.0, pinned) and what it imports. It is instantiated
 * directly: the library's own loader gives every instance closures and wrappers that take more memory than a guest, and
 * lets the guest see the host's time zone and environment. This file and `engine.ts` are the only ones that know the
 * module's inside; `wasm-module.test.ts` fails where a new version changes it.
 */

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { initialPages } from '../../guards/memory.ts';
import { refusedLength, withPolls } from './engine-polls.ts';
import { withExports, withLeastMemory } from './wasm-edit.ts';

type Fn = (...args: number[]) => number;

/** What the engine uses of the module, by the library's names; the values are the module's minified ones. */
export const exportNames = {
  __wasm_call_ctors: 'u',
  malloc: 'v',
  free: 'M',
  emscripten_stack_get_current: 'Oa',
  QTS_Throw: 'w',
  QTS_NewError: 'x',
  QTS_RuntimeSetMaxStackSize: 'D',
  QTS_NewRuntime: 'K',
  QTS_NewContext: 'N',
  QTS_FreeValuePointer: 'P',
  QTS_FreeCString: 'S',
  QTS_NewArrayBuffer: 'X',
  QTS_NewFloat64: 'Y',
  QTS_NewString: '_',
  QTS_GetString: '$',
  QTS_GetArrayBuffer: 'aa',
  QTS_GetArrayBufferLength: 'ba',
  QTS_ExecutePendingJob: 'ga',
  QTS_GetProp: 'ha',
  QTS_SetProp: 'ja',
  QTS_Call: 'ma',
  QTS_ResolveException: 'na',
  QTS_Eval: 'pa',
  QTS_PromiseState: 'wa',
  QTS_PromiseResult: 'xa',
  QTS_NewFunction: 'Da',
  QTS_RuntimeEnableInterruptHandler: 'Fa',
  QTS_RuntimeEnableModuleLoader: 'Ha',
} as const;

type Short = (typeof exportNames)[keyof typeof exportNames];

/** The functions of one instance, by the module's minified names: a second object of them would cost each instance 2 KB. */
export type WasmFunctions = Readonly<Record<Short, Fn>>;

/** What the module asks of its owner, each by the name that it imports it under. */
export interface WasmOwner {
  /** @returns whether the memory now has at least this many bytes */
  grow(bytes: number): boolean;
  callHost(argc: number, argv: number): number;
  poll(): boolean;
  /** A method of arrays was asked to go through more elements than any array has. */
  lengthRefused(): void;
  /** @returns the address of a C string made with `malloc`, or 0 to refuse */
  loadModule(name: number): number;
  normalizeModule(base: number, name: number): number;
  /** Milliseconds since the epoch, as the guest's Date shall see them. */
  now(): number;
}

let compiling: Promise<WebAssembly.Module> | undefined;
let compiled: WebAssembly.Module | undefined;

/** The module's bytes, as the library's package has them. */
export function readEngine(): Promise<Uint8Array> {
  return readFile(createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm'));
}

/** For a process that may not read it: what `leanEngine` has made of it. Before the first instance. */
export function provideEngine(bytes: Uint8Array): void {
  compiling = compile(bytes);
}

export function compileEngine(): Promise<WebAssembly.Module> {
  compiling ??= readEngine().then(leanEngine).then(compile);
  return compiling;
}

async function compile(bytes: Uint8Array): Promise<WebAssembly.Module> {
  compiled = await WebAssembly.compile(bytes);
  return compiled;
}

/** @throws Error where `compileEngine` has not been awaited */
export function compiledEngine(): WebAssembly.Module {
  if (compiled === undefined) throw new Error('the engine has not been compiled');
  return compiled;
}

/**
 * The module for hundreds of instances, none of which may hang (`engine-polls.ts`). It asks for 16 MiB of memory, of which it
 * needs 5.2 to start; but V8 collects garbage by what all memories together may take, and with hundreds of sandboxes does
 * little else. And it exports functions that nobody uses, for each of which V8 makes objects in each instance. The host
 * does it once for all executors: it takes 20 ms.
 */
export function leanEngine(module: Uint8Array): Uint8Array {
  return withExports(withLeastMemory(withPolls(module), initialPages), Object.values(exportNames));
}

const zero = () => 0;

function abort(): never {
  throw new Error('the engine aborted');
}

/** Fields of C's `struct tm`, in bytes from its start. */
const tm = { seconds: 0, minutes: 4, hours: 8, day: 12, month: 16, year: 20, weekday: 24, yearday: 28, isDst: 32, offset: 36 } as const;

/** C's `localtime`: the guest's time zone is UTC wherever the host stands. */
function writeTime(memory: WebAssembly.Memory, seconds: bigint, at: number): void {
  const view = new DataView(memory.buffer);
  const date = new Date(Number(seconds) * 1_000);
  const set = (field: keyof typeof tm, value: number) => view.setInt32(at + tm[field], value, true);
  set('seconds', date.getUTCSeconds());
  set('minutes', date.getUTCMinutes());
  set('hours', date.getUTCHours());
  set('day', date.getUTCDate());
  set('month', date.getUTCMonth());
  set('year', date.getUTCFullYear() - 1_900);
  set('weekday', date.getUTCDay());
  set(
    'yearday',
    Math.floor((Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - Date.UTC(date.getUTCFullYear(), 0)) / 86_400_000),
  );
  set('isDst', 0);
  set('offset', 0);
}

/** A new instance over a memory; its constructors have run. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory, owner: WasmOwner): WasmFunctions {
  const imports: Record<string, unknown> = {
    a: memory,
    // assert, abort, exit
    b: abort,
    q: abort,
    r: abort,
    // Files, environment and signals, of which there are none: each says that it did nothing.
    c: zero,
    d: zero,
    e: zero,
    f: zero,
    j: zero,
    l: zero,
    n: zero,
    o: zero,
    m: (seconds: bigint, at: number) => writeTime(memory, seconds, at),
    p: () => owner.now(),
    k: (bytes: number) => (owner.grow(bytes >>> 0) ? 1 : 0),
    s: (_context: number, _self: number, argc: number, argv: number) => owner.callHost(argc, argv),
    i: (about: number) => {
      if (about !== refusedLength) return owner.poll() ? 1 : 0;
      owner.lengthRefused();
      return 1;
    },
    h: (_runtime: number, _context: number, name: number) => owner.loadModule(name),
    g: (_runtime: number, _context: number, base: number, name: number) => owner.normalizeModule(base, name),
    // A host function is known by its number alone; nothing is kept for it.
    t: zero,
  };
  const { exports } = new WebAssembly.Instance(module, { a: imports } as unknown as WebAssembly.Imports);
  const functions = exports as unknown as WasmFunctions;
  functions.u();
  return functions;
}

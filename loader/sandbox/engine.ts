/**
 * QuickJS in WASM, one instance an engine: the only file that knows quickjs-emscripten's internals (version 0.32.0,
 * pinned). It uses the module's C functions directly and not the library's wrappers, since those catch what a hard stop
 * throws, keep per-value objects alive that no snapshot could hold, and cost more than the call itself.
 */

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { EvalFlags, IntrinsicsFlags, JSPromiseStateEnum } from '@jitl/quickjs-ffi-types';
import loadModule from '@jitl/quickjs-wasmfile-release-sync/emscripten-module';
import { QuickJSFFI } from '@jitl/quickjs-wasmfile-release-sync/ffi';
import { cappedMemory, MemoryGrowth } from '../../guards/memory.ts';

/** Address of a heap-allocated JSValue in the engine's memory. Whoever holds an owned one frees it with `free`. */
export type Pointer = number;

/** A function of the host's that the guest calls. It returns an owned value, or 0 for undefined. `args.length` is trusted, their types are not. */
export type HostFunction = (engine: Engine, args: Arguments) => Pointer;

/** The arguments of one call of a host function; pointers are borrowed and die with the call. */
export interface Arguments {
  readonly length: number;
  pointer(index: number): Pointer;
}

interface EmscriptenModule {
  callbacks: unknown;
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
}

type EmscriptenLoader = (options: {
  wasmMemory: WebAssembly.Memory;
  instantiateWasm(imports: { a: Record<string, unknown> }, done: (instance: WebAssembly.Instance) => void): void;
  print(text: string): void;
  printErr(text: string): void;
}) => Promise<EmscriptenModule>;

/** What the engine's module imports under minified names, in version 0.32.0: `engine.test.ts` fails where they change. */
const importNames = { resizeHeap: 'k' } as const;

/**
 * Guest frames watch the WASM shadow stack, but V8's own stack must not overflow first: 256 KiB is safe under
 * `--stack-size=7000` with the usual 8 MiB of `ulimit -s`.
 */
export const guestStackBytes = 256 * 1024;

/** What `node` needs beside, so that deep guest recursion is a guest's error and not an aborted instance. */
export const nodeStackFlag = '--stack-size=7000';

const intrinsics =
  IntrinsicsFlags.BaseObjects |
  IntrinsicsFlags.Date |
  IntrinsicsFlags.Eval |
  IntrinsicsFlags.StringNormalize |
  IntrinsicsFlags.RegExp |
  IntrinsicsFlags.JSON |
  IntrinsicsFlags.Proxy |
  IntrinsicsFlags.MapSet |
  IntrinsicsFlags.TypedArrays |
  IntrinsicsFlags.Promise;

let compiled: Promise<WebAssembly.Module> | undefined;

function compile(): Promise<WebAssembly.Module> {
  compiled ??= readFile(createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm')).then((bytes) =>
    WebAssembly.compile(bytes),
  );
  return compiled;
}

/** Thrown where the engine could not give a value because its memory is at its cap. */
export class OutOfMemory extends Error {
  override readonly name = 'OutOfMemory';
}

/** Runtime and context addresses: with the memory's bytes they are all that a sandbox is. */
export interface Roots {
  readonly runtime: number;
  readonly context: number;
  readonly scratch: number;
}

/** Bytes at `roots.scratch` for argument vectors and short strings, so that a call needs no malloc for them. */
const scratchBytes = 4_096;
const maxArguments = 8;

const nothing = () => {};

/** One WASM instance with one runtime and one context. Dropping every reference frees it: nothing in it is disposed of singly. */
export class Engine {
  readonly memory: WebAssembly.Memory;
  readonly growth: MemoryGrowth;
  readonly #module: EmscriptenModule;
  readonly #ffi: QuickJSFFI;
  readonly #functions: HostFunction[] = [];
  #poll: () => boolean = () => false;
  #runtime = 0;
  #context = 0;
  #scratch = 0;
  #bytes: Buffer;

  private constructor(memory: WebAssembly.Memory, growth: MemoryGrowth, module: EmscriptenModule) {
    this.memory = memory;
    this.growth = growth;
    this.#module = module;
    this.#ffi = new QuickJSFFI(module as never);
    this.#bytes = Buffer.from(memory.buffer);
    module.callbacks = {
      callFunction: (_asyncify: unknown, _context: number, _self: number, argc: number, argv: number, id: number) =>
        this.#callHost(argc, argv, id),
      shouldInterrupt: () => (this.#poll() ? 1 : 0),
      loadModuleSource: () => 0,
      normalizeModule: () => 0,
      freeHostRef: nothing,
    };
  }

  /** A bare instance: no runtime yet. Call `start`, or write a snapshot into `memory` and `adopt` its roots. */
  static async instantiate(memoryMb: number): Promise<Engine> {
    const wasm = await compile();
    const memory = cappedMemory(memoryMb);
    const growth = new MemoryGrowth(memory, memoryMb);
    const module = await (loadModule as unknown as EmscriptenLoader)({
      wasmMemory: memory,
      instantiateWasm(imports, done) {
        const resize = imports.a[importNames.resizeHeap];
        if (typeof resize !== 'function') throw new Error('the engine imports nothing to grow its memory with');
        imports.a[importNames.resizeHeap] = (bytes: number) => {
          const grown = growth.request(bytes >>> 0);
          // The module's own function refreshes its views of the memory; asked for what is there, it grows nothing.
          if (grown) resize(memory.buffer.byteLength);
          return grown ? 1 : 0;
        };
        done(new WebAssembly.Instance(wasm, imports as unknown as WebAssembly.Imports));
      },
      print: nothing,
      printErr: nothing,
    });
    return new Engine(memory, growth, module);
  }

  /** Makes the runtime and the context in a bare instance. */
  start(): void {
    this.#runtime = this.#ffi.QTS_NewRuntime() as number;
    this.#ffi.QTS_RuntimeSetMaxStackSize(this.#runtime as never, guestStackBytes);
    this.#ffi.QTS_RuntimeEnableInterruptHandler(this.#runtime as never);
    this.#context = this.#ffi.QTS_NewContext(this.#runtime as never, intrinsics as never) as number;
    this.#scratch = this.#module._malloc(scratchBytes);
  }

  get roots(): Roots {
    return { runtime: this.#runtime, context: this.#context, scratch: this.#scratch };
  }

  /** The memory has been overwritten with that of an engine with these roots. */
  adopt(roots: Roots): void {
    this.#runtime = roots.runtime;
    this.#context = roots.context;
    this.#scratch = roots.scratch;
    this.#bytes = Buffer.from(this.memory.buffer);
  }

  /** Asked every 10,000 branches or so: whether to interrupt. What it throws goes through the engine's frames and spends the instance. */
  onPoll(poll: () => boolean): void {
    this.#poll = poll;
  }

  /** The functions that the guest can call, by number: the same list in the same order on every engine that shares a snapshot. */
  provide(functions: readonly HostFunction[]): void {
    this.#functions.push(...functions);
  }

  get bytes(): Buffer {
    // Growing detaches the old buffer.
    if (this.#bytes.byteLength === 0) this.#bytes = Buffer.from(this.memory.buffer);
    return this.#bytes;
  }

  // Values out of the guest. None of these runs guest code.

  /** Only for a value known to be a number. */
  number(value: Pointer): number {
    return this.#ffi.QTS_GetFloat64(this.#context as never, value as never);
  }

  /**
   * The UTF-8 bytes of a value known to be a string, up to its first U+0000, in a view that is good only inside `use`.
   * @throws OutOfMemory
   */
  withText<T>(value: Pointer, use: (bytes: Buffer, start: number, end: number) => T): T {
    const start = this.#ffi.QTS_GetString(this.#context as never, value as never) as number;
    if (start === 0) throw new OutOfMemory('no memory for a string');
    try {
      const bytes = this.bytes;
      return use(bytes, start, bytes.indexOf(0, start));
    } finally {
      this.#ffi.QTS_FreeCString(this.#context as never, start as never);
    }
  }

  /** As `withText`, decoded. */
  text(value: Pointer): string {
    return this.withText(value, (bytes, start, end) => bytes.toString('utf8', start, end));
  }

  /**
   * The texts of two values known to be strings, as `withText`: both are read before either view is taken, since
   * reading one may grow the memory and detach the other's view.
   */
  withTexts<T>(
    first: Pointer,
    second: Pointer,
    use: (bytes: Buffer, start: number, end: number, secondStart: number, secondEnd: number) => T,
  ): T {
    return this.withText(first, (_bytes, start) =>
      this.withText(second, (bytes, secondStart, secondEnd) => use(bytes, start, bytes.indexOf(0, start), secondStart, secondEnd)),
    );
  }

  /** A copy of the bytes of a value known to be an ArrayBuffer. */
  buffer(value: Pointer): Buffer {
    const length = this.#ffi.QTS_GetArrayBufferLength(this.#context as never, value as never);
    if (length <= 0) return Buffer.alloc(0);
    const start = this.#ffi.QTS_GetArrayBuffer(this.#context as never, value as never) as number;
    if (start === 0) throw new OutOfMemory('no memory for bytes');
    const copy = Buffer.from(this.bytes.subarray(start, start + length));
    this.#module._free(start);
    return copy;
  }

  typeOf(value: Pointer): string {
    const start = this.#ffi.QTS_Typeof(this.#context as never, value as never) as number;
    const bytes = this.bytes;
    const text = bytes.toString('latin1', start, bytes.indexOf(0, start));
    this.#module._free(start);
    return text;
  }

  // Values into the guest. The caller owns what is returned.

  /** @throws OutOfMemory */
  newString(text: string): Pointer {
    // A UTF-16 unit takes at most three bytes of UTF-8.
    const most = text.length * 3 + 1;
    const short = most <= scratchBytes - maxArguments * 4;
    const start = short ? this.#scratch + maxArguments * 4 : this.#allocate(most);
    const bytes = this.bytes;
    bytes[start + bytes.write(text, start)] = 0;
    const value = this.#ffi.QTS_NewString(this.#context as never, start as never) as number;
    if (!short) this.#module._free(start);
    return value;
  }

  newNumber(value: number): Pointer {
    return this.#ffi.QTS_NewFloat64(this.#context as never, value) as number;
  }

  /** @throws OutOfMemory */
  newBuffer(bytes: Uint8Array): Pointer {
    // The engine takes the block over and frees it with the ArrayBuffer.
    const start = this.#allocate(bytes.byteLength);
    this.bytes.set(bytes, start);
    return this.#ffi.QTS_NewArrayBuffer(this.#context as never, start as never, bytes.byteLength) as number;
  }

  newHostFunction(name: string, id: number, arity: number): Pointer {
    // The engine's host references count from one; zero is its "none".
    return this.#ffi.QTS_NewFunction(this.#context as never, name, arity, false, (id + 1) as never) as number;
  }

  newObject(): Pointer {
    return this.#ffi.QTS_NewObject(this.#context as never) as number;
  }

  setProperty(target: Pointer, name: string, value: Pointer): void {
    const key = this.newString(name);
    this.#ffi.QTS_SetProp(this.#context as never, target as never, key as never, value as never);
    this.free(key);
  }

  /** Runs a getter where the guest has one: arm a deadline first. An owned value; may be an exception. */
  getProperty(target: Pointer, name: string): Pointer {
    const key = this.newString(name);
    const value = this.#ffi.QTS_GetProp(this.#context as never, target as never, key as never) as number;
    this.free(key);
    return value;
  }

  free(value: Pointer): void {
    this.#ffi.QTS_FreeValuePointer(this.#context as never, value as never);
  }

  // Running the guest.

  /** An owned value, which may be an exception: ask `exception`. */
  call(target: Pointer, args: readonly Pointer[]): Pointer {
    const view = this.bytes;
    for (let i = 0; i < args.length; i += 1) view.writeInt32LE(args[i] as number, this.#scratch + i * 4);
    return this.#ffi.QTS_Call(
      this.#context as never,
      target as never,
      this.#ffi.QTS_GetUndefined() as never,
      args.length,
      this.#scratch as never,
    ) as number;
  }

  /** Evaluates a classic script; an owned value, which may be an exception. */
  evaluateScript(code: string, name: string): Pointer {
    return this.#evaluate(code, name, EvalFlags.JS_EVAL_TYPE_GLOBAL | EvalFlags.JS_EVAL_FLAG_STRICT);
  }

  /** Evaluates an ES module: an owned value, its namespace or a promise of it, or an exception. */
  evaluateModule(code: string, name: string): Pointer {
    return this.#evaluate(code, name, EvalFlags.JS_EVAL_TYPE_MODULE | EvalFlags.JS_EVAL_FLAG_STRICT);
  }

  /** The exception in a result, owned, or 0 where the result is a plain value. The result stays the caller's. */
  exception(result: Pointer): Pointer {
    return this.#ffi.QTS_ResolveException(this.#context as never, result as never) as number;
  }

  /** `fulfilled` with an owned value, `rejected` with an owned reason, `pending`, or `none` where it is no promise. */
  promise(value: Pointer): { state: 'fulfilled' | 'rejected'; value: Pointer } | { state: 'pending' | 'none' } {
    const state = this.#ffi.QTS_PromiseState(this.#context as never, value as never);
    if (state === JSPromiseStateEnum.Pending) return { state: 'pending' };
    if (state !== JSPromiseStateEnum.Fulfilled && state !== JSPromiseStateEnum.Rejected) return { state: 'none' };
    return {
      state: state === JSPromiseStateEnum.Fulfilled ? 'fulfilled' : 'rejected',
      value: this.#ffi.QTS_PromiseResult(this.#context as never, value as never) as number,
    };
  }

  get hasJobs(): boolean {
    return this.#ffi.QTS_IsJobPending(this.#runtime as never) !== 0;
  }

  /** Runs at most `most` promise jobs. @returns owned: their number, or what one of them threw, which ends the batch */
  runJobs(most: number): Pointer {
    return this.#ffi.QTS_ExecutePendingJob(this.#runtime as never, most, this.#scratch as never) as number;
  }

  /** An owned exception with this error thrown: what a host function returns to throw. The text must be fit for the guest to read. */
  throwError(name: string, message: string): Pointer {
    const error = this.#ffi.QTS_NewError(this.#context as never) as number;
    for (const [key, text] of [
      ['name', name],
      ['message', message],
    ] as const) {
      const value = this.newString(text);
      this.setProperty(error, key, value);
      this.free(value);
    }
    const thrown = this.#ffi.QTS_Throw(this.#context as never, error as never) as number;
    this.free(error);
    return thrown;
  }

  #evaluate(code: string, name: string, flags: number): Pointer {
    const length = Buffer.byteLength(code);
    const start = this.#allocate(length + 1);
    const bytes = this.bytes;
    bytes.write(code, start);
    bytes[start + length] = 0;
    const value = this.#ffi.QTS_Eval(this.#context as never, start as never, length, name, 0 as never, flags as never) as number;
    this.#module._free(start);
    return value;
  }

  #allocate(bytes: number): number {
    const start = this.#module._malloc(Math.max(1, bytes));
    if (start === 0) throw new OutOfMemory(`no memory for ${bytes} bytes`);
    return start;
  }

  #callHost(argc: number, argv: number, id: number): Pointer {
    const target = this.#functions[id - 1];
    // Fail closed: an unknown number cannot come from our own prelude.
    if (target === undefined) throw new Error(`the guest called host function ${id}, which does not exist`);
    const ffi = this.#ffi;
    return target(this, {
      length: argc,
      pointer: (index) => ffi.QTS_ArgvGetJSValueConstPointer(argv as never, index) as number,
    });
  }
}

/**
 * QuickJS in WASM, one instance an engine. It uses the module's C functions directly and not the library's wrappers,
 * since those catch what a hard stop throws, keep per-value objects alive that no snapshot could hold, and cost more
 * than the call itself.
 */

import { EvalFlags, IntrinsicsFlags, JSPromiseStateEnum } from '@jitl/quickjs-ffi-types';
import type { MemoryGrowth } from '../../guards/memory.ts';
import { Arguments, GuestMemory, type Pointer, valueBytes } from './guest-memory.ts';
import type { Utf8 } from './sandbox-events.ts';
import { exportNames as as, compiledEngine, compileEngine, instantiate, type WasmFunctions, type WasmOwner } from './wasm-module.ts';

export type { Pointer } from './guest-memory.ts';

/** A function of the host's that the guest calls. It returns an owned value, or 0 for undefined. `args.length` is trusted, their types are not. */
export type HostFunction<Side = unknown> = (engine: Engine, args: Arguments, side: Side) => Pointer;

/** What a function of the guest's is called with. */
export type Argument = number | string | Uint8Array;

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

/** Where the runtime keeps what it leaves out of functions that it compiles, in bytes from its start; `engine.test.ts` holds it. */
const stripFlagsAt = 228;
/** Where the runtime keeps its list of waiting jobs, whose first word is itself where there are none. */
const jobsAt = 168;
/** Where the module keeps the address at which its heap ends now. */
const heapEndAt = 86_864;
/** A value of the module's own. */
const undefinedAt = 86_872;
/** The functions' text, and their lines and columns. */
const stripAll = 3;

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

/** Bytes at `roots.scratch` for arguments and short strings, so that a call needs no malloc for them. */
const scratchBytes = 4_096;
const maxArguments = 8;
/** In it, from its start: pointers to arguments, those that are numbers, strings on their way in. */
const argumentsAt = maxArguments * 4;
const stringsAt = argumentsAt + maxArguments * valueBytes;

const noModule = (): undefined => undefined;

/** One WASM instance with one runtime and one context. Dropping every reference frees it: nothing in it is disposed of singly. */
export class Engine implements WasmOwner {
  readonly #memory: GuestMemory;
  readonly #c: WasmFunctions;
  #functions: readonly HostFunction<never>[] = [];
  #side: unknown;
  #poll: () => boolean = () => false;
  #lengthRefused: () => void = () => {};
  #now: (side: never) => number = Date.now;
  #moduleText: (name: string) => string | undefined = noModule;
  #loadsModules = false;
  #runtime = 0;
  #context = 0;
  #scratch = 0;

  /** A bare instance, once one has been made by `instantiate`. */
  constructor(memoryMb: number, module: WebAssembly.Module = compiledEngine()) {
    this.#memory = new GuestMemory(memoryMb);
    this.#c = instantiate(module, this.#memory.memory, this);
  }

  get memory(): WebAssembly.Memory {
    return this.#memory.memory;
  }

  /** What the memory has grown to. */
  get memoryBytes(): number {
    return this.#memory.bytes.length;
  }

  get growth(): MemoryGrowth {
    return this.#memory.growth;
  }

  get bytes(): Buffer {
    return this.#memory.bytes;
  }

  /** A bare instance: no runtime yet. Call `start`, or write a snapshot into `memory` and `adopt` its roots. */
  static async instantiate(memoryMb: number): Promise<Engine> {
    return new Engine(memoryMb, await compileEngine());
  }

  /** Makes the runtime and the context in a bare instance. */
  start(): void {
    const c = this.#c;
    this.#runtime = c[as.QTS_NewRuntime]();
    c[as.QTS_RuntimeSetMaxStackSize](this.#runtime, guestStackBytes);
    c[as.QTS_RuntimeEnableInterruptHandler](this.#runtime);
    c[as.QTS_RuntimeEnableModuleLoader](this.#runtime, 1);
    this.#context = c[as.QTS_NewContext](this.#runtime, intrinsics);
    this.#scratch = this.#allocate(scratchBytes);
  }

  get roots(): Roots {
    return { runtime: this.#runtime, context: this.#context, scratch: this.#scratch };
  }

  /** The memory has been overwritten with that of an engine with these roots. */
  adopt(roots: Roots): void {
    this.#runtime = roots.runtime;
    this.#context = roots.context;
    this.#scratch = roots.scratch;
  }

  /** Where the stack begins when no guest frame is on it; it grows down from there. */
  get stackTop(): number {
    return this.#c[as.emscripten_stack_get_current]();
  }

  /** Addresses from here on were never used. */
  get heapEnd(): number {
    return this.bytes.readUInt32LE(heapEndAt);
  }

  /** Asked every 10,000 branches or so: whether to interrupt. What it throws goes through the engine's frames and spends the instance. */
  onPoll(poll: () => boolean): void {
    this.#poll = poll;
  }

  /** Told when a method of arrays is asked to go through more elements than any array has; it fails with a RangeError. */
  onLengthRefused(listener: () => void): void {
    this.#lengthRefused = listener;
  }

  /** The functions that the guest can call, by number: the same list in the same order on every engine that shares a snapshot. */
  provide<Side>(functions: readonly HostFunction<Side>[], side?: Side): void {
    this.#functions = functions;
    this.#side = side;
  }

  /** The functions that it has been provided with now get this. */
  set side(side: unknown) {
    this.#side = side;
  }

  /** What the guest's Date reads: milliseconds since the epoch. */
  onNow<Side>(now: (side: Side) => number): void {
    this.#now = now;
  }

  // What the module asks for.

  grow(bytes: number): boolean {
    return this.growth.request(bytes);
  }

  poll(): boolean {
    return this.#poll();
  }

  lengthRefused(): void {
    this.#lengthRefused();
  }

  now(): number {
    return this.#now(this.#side as never);
  }

  callHost(argc: number, argv: number): Pointer {
    const id = argc > 0 ? this.#memory.number(argv) : Number.NaN;
    const target = this.#functions[id];
    // Fail closed: an unknown number cannot come from our own prelude.
    if (target === undefined) throw new Error(`the guest called host function ${id}, which does not exist`);
    return target(this, new Arguments(argc - 1, argv + valueBytes), this.#side as never);
  }

  loadModule(name: number): number {
    const text = this.#moduleText(this.#cString(name));
    return text === undefined ? 0 : this.#newCString(text);
  }

  /** Refuses whatever a plugin may `import()`: only what the host itself loads may import. */
  normalizeModule(_base: number, name: number): number {
    return this.#loadsModules ? this.#newCString(this.#cString(name).replace(/^\.\//, '')) : 0;
  }

  // Values out of the guest. None of these runs guest code.

  /** A number, or a boolean as one; NaN for all else. */
  number(value: Pointer): number {
    return this.#memory.number(value);
  }

  /** The text of a value known to be a string, lone surrogates and all. @throws OutOfMemory */
  text(value: Pointer): string {
    return this.#memory.text(this.#string(value));
  }

  /** As `text`, in a view that is good until the engine runs. A lone surrogate becomes U+FFFD. @throws OutOfMemory */
  utf8(value: Pointer): Utf8 {
    return this.#memory.utf8(this.#string(value));
  }

  /** As `utf8`, of two: reading one could grow the memory and so detach the other's view. @throws OutOfMemory */
  twoUtf8(first: Pointer, second: Pointer): [Utf8, Utf8] {
    const strings = [this.#string(first), this.#string(second)] as const;
    return [this.#memory.utf8(strings[0]), this.#memory.utf8(strings[1])];
  }

  #string(value: Pointer): number {
    const string = this.#memory.string(value);
    if (string !== 0) return string;
    // A rope: under the sandbox's own memory cap the engine joins it to make a C string.
    const joined = this.#c[as.QTS_GetString](this.#context, value);
    if (joined === 0) throw new OutOfMemory('no memory for a string');
    this.#c[as.QTS_FreeCString](this.#context, joined);
    return this.#memory.string(value);
  }

  /** A copy of the bytes of a value known to be an ArrayBuffer. */
  buffer(value: Pointer): Buffer {
    const length = this.#c[as.QTS_GetArrayBufferLength](this.#context, value);
    if (length <= 0) return Buffer.alloc(0);
    const start = this.#c[as.QTS_GetArrayBuffer](this.#context, value);
    if (start === 0) throw new OutOfMemory('no memory for bytes');
    const copy = Buffer.from(this.bytes.subarray(start, start + length));
    this.#c[as.free](start);
    return copy;
  }

  isString(value: Pointer): boolean {
    return this.#memory.isString(value);
  }

  /** Whether it is an object or a function. */
  isObject(value: Pointer): boolean {
    return this.#memory.isObject(value);
  }

  // Values into the guest. The caller owns what is returned.

  /** @throws OutOfMemory */
  newString(text: string): Pointer {
    // A UTF-16 unit takes at most three bytes of UTF-8.
    const most = text.length * 3 + 1;
    const short = most <= scratchBytes - stringsAt;
    const start = short ? this.#scratch + stringsAt : this.#allocate(most);
    const bytes = this.bytes;
    bytes[start + bytes.write(text, start)] = 0;
    const value = this.#c[as.QTS_NewString](this.#context, start);
    if (!short) this.#c[as.free](start);
    return value;
  }

  newNumber(value: number): Pointer {
    return this.#c[as.QTS_NewFloat64](this.#context, value);
  }

  /** @throws OutOfMemory */
  newBuffer(bytes: Uint8Array): Pointer {
    // The engine takes the block over and frees it with the ArrayBuffer.
    const start = this.#allocate(bytes.byteLength);
    this.bytes.set(bytes, start);
    return this.#c[as.QTS_NewArrayBuffer](this.#context, start, bytes.byteLength);
  }

  /** The function by which a guest calls those that are provided: its first argument is the number of one, the others are that one's. */
  newHostFunction(name: string): Pointer {
    const start = this.#newCString(name);
    // The engine's host references count from one; zero is its "none". There is no other.
    const value = this.#c[as.QTS_NewFunction](this.#context, start, 0, 0, 1);
    this.#c[as.free](start);
    return value;
  }

  setProperty(target: Pointer, name: string, value: Pointer): void {
    const key = this.newString(name);
    this.#c[as.QTS_SetProp](this.#context, target, key, value);
    this.free(key);
  }

  /** Runs a getter where the guest has one: arm a deadline first. An owned value; may be an exception. */
  getProperty(target: Pointer, name: string): Pointer {
    const key = this.newString(name);
    const value = this.#c[as.QTS_GetProp](this.#context, target, key);
    this.free(key);
    return value;
  }

  free(value: Pointer): void {
    this.#c[as.QTS_FreeValuePointer](this.#context, value);
  }

  // Running the guest.

  /** Calls a function of the guest's with values. @returns owned: its value, or an exception; ask `exception` */
  callWith(target: Pointer, args: readonly Pointer[]): Pointer {
    args.forEach((value, i) => {
      this.#memory.setWord(this.#scratch + i * 4, value);
    });
    return this.#call(target, args.length);
  }

  /** As `callWith`, with values that are made for it. @throws OutOfMemory */
  call(target: Pointer, args: readonly Argument[]): Pointer {
    const owned: Pointer[] = [];
    for (let i = 0; i < args.length; i += 1) {
      const arg = args[i] as Argument;
      let at = this.#scratch + argumentsAt + i * valueBytes;
      if (typeof arg === 'number') this.#memory.setNumber(at, arg);
      else {
        at = typeof arg === 'string' ? this.newString(arg) : this.newBuffer(arg);
        owned.push(at);
      }
      this.#memory.setWord(this.#scratch + i * 4, at);
    }
    const result = this.#call(target, args.length);
    for (const value of owned) this.free(value);
    return result;
  }

  /** Evaluates a classic script; an owned value, which may be an exception. */
  evaluateScript(code: string, name: string): Pointer {
    return this.#evaluate(code, name, EvalFlags.JS_EVAL_TYPE_GLOBAL | EvalFlags.JS_EVAL_FLAG_STRICT);
  }

  /** Evaluates an ES module: an owned value, its namespace or a promise of it, or an exception. */
  evaluateModule(code: string, name: string): Pointer {
    return this.#evaluate(code, name, EvalFlags.JS_EVAL_TYPE_MODULE | EvalFlags.JS_EVAL_FLAG_STRICT);
  }

  /**
   * Evaluates the prelude's module of this name, and what it imports, without their text: an owned value as of
   * `evaluateModule`. It may be called from inside a host function.
   * @param moduleText the text of each module
   */
  evaluatePrelude(name: string, moduleText: (name: string) => string | undefined): Pointer {
    const flags = this.bytes[this.#runtime + stripFlagsAt] as number;
    this.#moduleText = moduleText;
    this.#loadsModules = true;
    this.bytes[this.#runtime + stripFlagsAt] = stripAll;
    try {
      // Through an import, so that a module which another has imported already is not made a second time.
      return this.evaluateModule(`export * from ${JSON.stringify(name)}`, `${name}?`);
    } finally {
      this.bytes[this.#runtime + stripFlagsAt] = flags;
      this.#loadsModules = false;
      this.#moduleText = noModule;
    }
  }

  /** As of C's: 0 where there is no memory. */
  malloc(bytes: number): number {
    return this.#c[as.malloc](bytes);
  }

  /** As of C's. */
  freeBlock(block: number): void {
    this.#c[as.free](block);
  }

  /** The exception in a result, owned, or 0 where the result is a plain value. The result stays the caller's. */
  exception(result: Pointer): Pointer {
    return this.#memory.isException(result) ? this.#c[as.QTS_ResolveException](this.#context, result) : 0;
  }

  /** `fulfilled` with an owned value, `rejected` with an owned reason, `pending`, or `none` where it is no promise. */
  promise(value: Pointer): { state: 'fulfilled' | 'rejected'; value: Pointer } | { state: 'pending' | 'none' } {
    const state = this.#c[as.QTS_PromiseState](this.#context, value);
    if (state === JSPromiseStateEnum.Pending) return { state: 'pending' };
    if (state !== JSPromiseStateEnum.Fulfilled && state !== JSPromiseStateEnum.Rejected) return { state: 'none' };
    return {
      state: state === JSPromiseStateEnum.Fulfilled ? 'fulfilled' : 'rejected',
      value: this.#c[as.QTS_PromiseResult](this.#context, value),
    };
  }

  get hasJobs(): boolean {
    const jobs = this.#runtime + jobsAt;
    return this.#memory.word(jobs) !== jobs;
  }

  /** Runs at most `most` promise jobs. @returns owned: their number, or what one of them threw, which ends the batch */
  runJobs(most: number): Pointer {
    return this.#c[as.QTS_ExecutePendingJob](this.#runtime, most, this.#scratch);
  }

  /** An owned exception with this error thrown: what a host function returns to throw. The text must be fit for the guest to read. */
  throwError(name: string, message: string): Pointer {
    const error = this.#c[as.QTS_NewError](this.#context);
    for (const [key, text] of [
      ['name', name],
      ['message', message],
    ] as const) {
      const value = this.newString(text);
      this.setProperty(error, key, value);
      this.free(value);
    }
    const thrown = this.#c[as.QTS_Throw](this.#context, error);
    this.free(error);
    return thrown;
  }

  /** The arguments' addresses are in the scratch. */
  #call(target: Pointer, count: number): Pointer {
    return this.#c[as.QTS_Call](this.#context, target, undefinedAt, count, this.#scratch);
  }

  #evaluate(code: string, name: string, flags: number): Pointer {
    const length = Buffer.byteLength(code);
    const start = this.#newCString(code);
    const nameStart = this.#newCString(name);
    const value = this.#c[as.QTS_Eval](this.#context, start, length, nameStart, 0, flags);
    this.#c[as.free](nameStart);
    this.#c[as.free](start);
    return value;
  }

  #cString(start: number): string {
    const bytes = this.bytes;
    return bytes.toString('utf8', start, bytes.indexOf(0, start));
  }

  /** A C string that its taker frees. @throws OutOfMemory */
  #newCString(text: string): number {
    const length = Buffer.byteLength(text);
    const start = this.#allocate(length + 1);
    const bytes = this.bytes;
    bytes.write(text, start);
    bytes[start + length] = 0;
    return start;
  }

  #allocate(bytes: number): number {
    const start = this.#c[as.malloc](Math.max(1, bytes));
    if (start === 0) throw new OutOfMemory(`no memory for ${bytes} bytes`);
    return start;
  }
}

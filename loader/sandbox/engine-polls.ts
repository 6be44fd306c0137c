/**
 * Has the engine's native loops look at the clock. As it comes, only bytecode does: `Array.prototype.indexOf.call({ length:
 * 2 ** 53 - 1 }, 1)` would run until its process is killed. What is done depends on what a function can do about a stop:
 *
 * - Generic methods, where what they are called on is no plain array, and whatever takes values from iterators: each round
 *   counts as a branch, and at a stop they fail as bytecode does when it is interrupted.
 * - Loops that may take much longer than what they work on is large (searching, long division, uniting ranges) ask the host
 *   once in a while. They cannot fail, so that only the hard stop, which is thrown through their frames, ends them.
 * - A call of a native function counts as many branches, since any of them may work on the whole memory.
 * - A length that no array can have is refused: the host is told, and the method fails.
 *
 * The functions are known by their numbers in the module of quickjs-emscripten 0.32.0, which its hash names. With another
 * one they have to be found anew: `engine-polls.test.ts` has a case for each. No round in which a plain array gives or takes
 * an element is changed, nor a property's access: counting would be felt there.
 */

import { createHash } from 'node:crypto';
import {
  atEnd,
  atEntry,
  beforeLoops,
  both,
  type CodeEdit,
  calling,
  inLoops,
  inRounds,
  outer,
  type RoundCode,
  withCode,
  withFunction,
} from './wasm-code.ts';
import { leb128, signedLeb128, withCounter } from './wasm-edit.ts';

const known = '105c3bed22d457e43e3d1c3c1c6959fda62a8fe06f0fc8a985303c3a2be72232';

/** The engine's own, by their numbers. */
const functions = {
  /** The imported one, which asks the host; its argument is looked at for `refusedLength` alone. */
  askHost: 7,
  js_poll_interrupts: 127,
  JS_ThrowRangeError: 50,
  js_get_length64: 56,
  js_call_c_function: 1_036,
  get_proxy_method: 130,
  js_string_cmp: 584,
} as const;

/** In a context, from its start: how many branches are left until the next poll. */
const interruptCounterAt = 232;
/** Branches that a call of a native function counts as. */
const nativeCallCost = 64;
/** In the module's memory: "invalid array length". */
const invalidLengthAt = 12_831;
/** What the host is asked with where a length was refused; else it is an address, or 0. */
export const refusedLength = -1;
/** As long as an array can be. */
const mostLength = 2n ** 32n - 1n;

/** Values as the engine has them: a tag above 32 bits. */
const exceptionValue = 6n << 32n;
const falseValue = 1n << 32n;

/** Instructions. */
const i32 = (value: number) => [0x41, ...signedLeb128(value)];
const i64 = (value: bigint) => [0x42, ...signedLeb128(value)];
const local = (index: number) => [0x20, ...leb128(index)];
const global = (index: number) => [0x23, ...leb128(index)];
const setGlobal = (index: number) => [0x24, ...leb128(index)];
const call = (index: number) => [0x10, ...leb128(index)];
const ifThen = (...then: number[]) => [0x04, 0x40, ...then, 0x0b];
/** Both branches leave an i32. */
const ifElse = (then: readonly number[], otherwise: readonly number[]) => [0x04, 0x7f, ...then, 0x05, ...otherwise, 0x0b];
const [drop, ret, add, subtract, greaterUnsigned, greaterSigned64] = [0x1a, 0x0f, 0x6a, 0x6b, 0x4b, 0x55];
const loadI64 = [0x29, 3, 0];

/** @param context the local that holds it */
const chargeBranches = (context: number, count: number) => [
  ...[...local(context), ...local(context), 0x28, 2, ...leb128(interruptCounterAt)],
  ...[...i32(count), subtract, 0x36, 2, ...leb128(interruptCounterAt)],
];
const poll = (context: number) => [...local(context), ...call(functions.js_poll_interrupts)];

/** What a function gives that has failed. */
const failed = { value: i64(exceptionValue), number: i32(-1), count: i64(-1n) } as const;

/** The engine's slow ways: to an element of what is no plain array, and to an iterator's next value. */
const slowWays = {
  ...{ JS_TryGetPropertyInt64: 92, JS_GetPropertyInt64: 114, JS_GetPropertyUint32: 163, JS_SetPropertyInt64: 154 },
  ...{ JS_DeletePropertyInt64: 270, JS_IteratorNext: 57, JS_IteratorNext2: 416 },
};

/**
 * Functions that go them in loops, and can fail: each round counts as a branch. They return in the middle, with their
 * references kept and their frame taken off the stack: of a sandbox that was stopped, nothing is used again.
 */
const stopped: Readonly<Record<keyof typeof failed, readonly number[]>> = {
  value: [
    // Array.from and Array.prototype's; push and unshift, includes and sorting, which have functions of their own.
    ...[1_033, 495, 496, 664, 1_039, 1_041, 1_042, 1_044, 1_045, 1_047, 1_048, 1_049, 1_051, 1_052, 1_053, 1_054, 1_055],
    // Typed arrays of what is none; String.raw; JSON.stringify's list of names.
    ...[661, 931, 1_268, 558],
    // Methods of sets and of iterators; Iterator.concat.
    ...[906, 907, 908, 909, 910, 912, 1_243, 1_246, 1_247],
  ],
  // Moving elements within an array.
  number: [390],
  // JS_FlattenIntoArray.
  count: [663],
};
const roundsStopped = 16;

/** Those that enter themselves for each element, so that short loops take for ever where an object holds others twice. */
const stoppedAtEntry = { js_json_to_str: [473, failed.number], JS_FlattenIntoArray: [663, failed.count] } as const;

/** Functions that cannot fail, by what they do, and after how many rounds they ask: asking takes as long as 100 small ones. */
const askingInLoops: Readonly<Record<string, readonly [rounds: number, ...indices: number[]]>> = {
  // With a million bits, a round takes 30 microseconds.
  'multiply, divide, print and read large integers': [64, 327, 517, 717, 759],
  'normalize text': [1_024, 467, 614, 615],
  'look around a final sigma': [1_024, 439, 833],
  'unite character ranges of regular expressions': [1_024, 258],
  'look names up while code is compiled': [1_024, 263, 449, 451],
};

/** The same, of which an argument says for how many rounds their loop goes on: so tight that counting would be felt. */
const askingByLength = { comparedBytes: [125, 2], comparedUnits: [708, 2] } as const;
/**
 * Searching a text for another. One loop counts the length of what is sought for each place at which it looks. Two more are
 * so tight that nothing can be added to them unfelt, so they give what is long to the first. Numbers are those of locals.
 */
const search = {
  string_indexof: { index: 837, length: 6 },
  /** `kind`: 0 for includes; startsWith and endsWith look at one place. `result`: false as yet. */
  js_string_includes: { index: 1_283, text: 10, sought: 8, from: 5, length: 3, kind: 4, result: 1 },
  /** `step`: 1 or -1. `result`: not found as yet. */
  js_string_indexOf: { index: 1_284, text: 10, sought: 9, from: 3, length: 6, step: 8, result: 12 },
} as const;
/** What is not longer is not counted. */
const shortLength = 64;
const lengthBetween = 262_144;

/** @throws Error where it is not the module that is known */
export function withPolls(raw: Uint8Array): Uint8Array {
  if (createHash('sha256').update(raw).digest('hex') !== known) {
    throw new Error("the engine's module is another one: its functions' numbers have to be found anew");
  }
  const counter = withCounter(raw);
  // Apart, so that what counts stays small enough to be compiled into its callers.
  const counting = withFunction(counter.module, countLength(counter.index));
  const edits = new Map<number, CodeEdit>([
    [functions.js_call_c_function, atEntry(chargeBranches(0, nativeCallCost))],
    [functions.get_proxy_method, atEntry(chargeBranches(0, nativeCallCost))],
    [functions.js_get_length64, atEnd(boundLength)],
  ]);
  for (const kind of ['value', 'number', 'count'] as const) {
    for (const index of stopped[kind]) edits.set(index, inRounds(stopping(failed[kind])));
  }
  for (const [index, failure] of Object.values(stoppedAtEntry)) {
    const polled = atEntry([...poll(0), ...ifThen(...failure, ret)]);
    const inside = edits.get(index);
    edits.set(index, inside === undefined ? polled : both(inside, polled));
  }
  for (const [rounds, ...indices] of Object.values(askingInLoops)) {
    for (const index of indices) edits.set(index, inRounds({ rounds, pick: outer, code: () => ask }));
  }
  const count = (length: number) => [...isLong(length), ...ifThen(...local(length), ...call(counting.index))];
  for (const [index, length] of Object.values(askingByLength)) edits.set(index, atEntry(count(length)));
  const { string_indexof, js_string_includes, js_string_indexOf } = search;
  const searching = calling(functions.js_string_cmp);
  edits.set(string_indexof.index, inLoops(searching, count(string_indexof.length)));
  edits.set(js_string_includes.index, beforeLoops(searching, includesLong(js_string_includes)));
  edits.set(js_string_indexOf.index, beforeLoops(searching, indexOfLong(js_string_indexOf)));
  return withCode(counting.module, edits);
}

/** The stack of the engine's C code grows down from what this global says. */
const stackPointer = 0;

const stopping = (failure: readonly number[]): RoundCode => ({
  rounds: roundsStopped,
  pick: calling(...Object.values(slowWays)),
  kept: [local(0), global(stackPointer)],
  code: ([context = 0, frame = 0]) => [
    ...chargeBranches(context, roundsStopped - 1),
    ...[...poll(context), ...ifThen(...local(frame), ...setGlobal(stackPointer), ...failure, ret)],
  ],
});

const ask = [...i32(0), ...call(functions.askHost), drop];

/** if ((counter += length) > lengthBetween) { counter = 0; … } */
const countLength = (counter: number) => [
  ...[...global(counter), ...local(0), add, ...setGlobal(counter)],
  ...[...global(counter), ...i32(lengthBetween), greaterUnsigned, ...ifThen(...i32(0), ...setGlobal(counter), ...ask)],
];

const [and, greaterOrEqual, extendUnsigned, or64, equalsZero, branch] = [0x71, 0x4e, 0xad, 0x84, 0x45, 0x0c];
const setLocal = (index: number) => [0x21, ...leb128(index)];
const isLong = (length: number) => [...local(length), ...i32(shortLength), greaterUnsigned];
const searched = ({ text, sought, from }: { text: number; sought: number; from: number }) => [
  ...[...local(text), ...local(sought), ...local(from), ...call(search.string_indexof.index)],
];

/** if (length > shortLength && kind === 0) { result = string_indexof(text, sought, from) >= 0; leave } */
const includesLong = (own: typeof search.js_string_includes) => [
  ...[...isLong(own.length), ...local(own.kind), equalsZero, and],
  ...ifThen(...searched(own), ...i32(0), greaterOrEqual, extendUnsigned, ...i64(falseValue), or64, ...setLocal(own.result), branch, 1),
];

/** if (length > shortLength && step === 1) { result = string_indexof(text, sought, from); leave } */
const indexOfLong = (own: typeof search.js_string_indexOf) => [
  ...[...isLong(own.length), ...local(own.step), ...i32(1), 0x46, and],
  ...ifThen(...searched(own), extendUnsigned, ...setLocal(own.result), branch, 1),
];

/** Where it has given no error, of what is no array: a length beyond any array's is refused, the result becomes an error. */
const boundLength = ifElse(failed.number, [
  ...[...local(1), ...loadI64, ...i64(mostLength), greaterSigned64],
  ...ifElse(
    [
      ...i32(refusedLength),
      ...call(functions.askHost),
      drop,
      ...local(0),
      ...i32(invalidLengthAt),
      ...i32(0),
      ...call(functions.JS_ThrowRangeError),
      ...failed.number,
    ],
    i32(0),
  ),
]);

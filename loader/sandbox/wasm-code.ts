/** Changes to the code of a WASM module's functions: https://webassembly.github.io/spec/core/binary/instructions.html */

import { leb128, Reader, sectionIds, signedLeb128, withSection } from './wasm-edit.ts';

/** A function's code as the format has it: groups of locals, then instructions, the last of which is `end`. */
export interface FunctionCode {
  readonly bytes: Uint8Array;
  /** Arguments; they are the first of the function's locals. */
  readonly params: number;
}

/** Gives the bytes anew. */
export type CodeEdit = (code: FunctionCode) => Uint8Array;

const opcodes = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  brTable: 0x0e,
  call: 0x10,
  callIndirect: 0x11,
  f32: 0x43,
  f64: 0x44,
  more: 0xfc,
} as const;
const i32Type = 0x7f;

/**
 * The module with some functions' code made anew.
 * @param edits by the function's index, imported functions counted first
 * @throws Error where there is no such function
 */
export function withCode(module: Uint8Array, edits: ReadonlyMap<number, CodeEdit>): Uint8Array {
  const paramsOf = readParams(module);
  const left = new Set(edits.keys());
  const changed = withSection(module, sectionIds.code, (content) => {
    const reader = new Reader(content);
    const count = reader.number();
    const parts: Uint8Array[] = [Buffer.from(leb128(count))];
    for (let index = paramsOf.length - count; index < paramsOf.length; index += 1) {
      const start = reader.at;
      const bytes = reader.bytes(reader.number());
      const edit = edits.get(index);
      if (edit === undefined) {
        parts.push(content.subarray(start, reader.at));
        continue;
      }
      left.delete(index);
      const made = edit({ bytes, params: paramsOf[index] as number });
      parts.push(Buffer.from(leb128(made.length)), made);
    }
    return Buffer.concat(parts);
  });
  if (left.size > 0) throw new Error(`the module has no function ${[...left].join(', ')}`);
  return changed;
}

/**
 * The module with one more function, which takes an i32 and gives nothing.
 * @param instructions without the last `end`
 * @returns its index beside
 */
export function withFunction(module: Uint8Array, instructions: readonly number[]): { readonly module: Uint8Array; readonly index: number } {
  const index = readParams(module).length;
  let type = -1;
  withSection(module, sectionIds.types, (content) => {
    const reader = new Reader(content);
    const count = reader.number();
    for (let i = 0; i < count; i += 1) {
      const start = reader.at + 1;
      reader.byte();
      reader.bytes(reader.number());
      reader.bytes(reader.number());
      if (Buffer.from(content.subarray(start, reader.at)).equals(Uint8Array.of(1, i32Type, 0))) type = i;
    }
    return content;
  });
  if (type < 0) throw new Error('the module has no function that takes a number and gives nothing');
  const append = (id: number, item: readonly number[]) => (one: Uint8Array) =>
    withSection(one, id, (content) => {
      const reader = new Reader(content);
      return Buffer.concat([Buffer.from(leb128(reader.number() + 1)), content.subarray(reader.at), Uint8Array.from(item)]);
    });
  const code = [0, ...instructions, opcodes.end];
  const declared = append(sectionIds.functions, leb128(type))(module);
  return { module: append(sectionIds.code, [...leb128(code.length), ...code])(declared), index };
}

/** How many arguments each function has, imported ones first. */
function readParams(module: Uint8Array): number[] {
  const types: number[] = [];
  const ofSection = (id: number, read: (reader: Reader) => void) =>
    withSection(module, id, (content) => {
      const reader = new Reader(content);
      for (let left = reader.number(); left > 0; left -= 1) read(reader);
      return content;
    });
  ofSection(sectionIds.types, (reader) => {
    reader.byte();
    const params = reader.number();
    reader.bytes(params);
    reader.bytes(reader.number());
    types.push(params);
  });
  const params: number[] = [];
  const take = (reader: Reader) => params.push(types[reader.number()] as number);
  ofSection(sectionIds.imports, (reader) => {
    reader.name();
    reader.name();
    if (reader.byte() === 0) take(reader);
    // The only other import is the memory: its flags, then the least and the most.
    else for (let fields = reader.byte() === 1 ? 2 : 1; fields > 0; fields -= 1) reader.number();
  });
  ofSection(sectionIds.functions, take);
  return params;
}

/** One edit, then another. */
export const both =
  (first: CodeEdit, second: CodeEdit): CodeEdit =>
  (code) =>
    second({ bytes: first(code), params: code.params });

/** Code that runs before all else of the function. */
export const atEntry =
  (added: readonly number[]): CodeEdit =>
  ({ bytes }) => {
    const { end } = readLocals(bytes);
    return Buffer.concat([bytes.subarray(0, end), Buffer.from(added), bytes.subarray(end)]);
  };

/** Code that runs where the function's own ends without a `return`, with its result on the stack. */
export const atEnd =
  (added: readonly number[]): CodeEdit =>
  ({ bytes }) =>
    Buffer.concat([bytes.subarray(0, -1), Buffer.from(added), bytes.subarray(-1)]);

/** Which of a function's loops. */
type Pick = (loops: readonly Loop[]) => readonly Loop[];

/** Those that call one of these functions. */
export const calling =
  (...indices: number[]): Pick =>
  (loops) =>
    loops.filter(({ calls }) => indices.some((index) => calls.has(index)));

/** Those that call anything or have loops of their own; all, where none does. */
export const outer: Pick = (loops) => {
  const some = loops.filter((loop) => loop.outer);
  return some.length > 0 ? some : loops;
};

/** Code that runs once a round. @throws Error where there is no such loop */
export const inLoops =
  (pick: Pick, added: readonly number[]): CodeEdit =>
  ({ bytes }) => {
    const { end } = readLocals(bytes);
    return Buffer.concat([bytes.subarray(0, end), ...withAdded(bytes, end, placesOf(bytes, end, pick, 'start'), added)]);
  };

/** Code that runs when loops are come to. @throws Error where there is no such loop */
export const beforeLoops =
  (pick: Pick, added: readonly number[]): CodeEdit =>
  ({ bytes }) => {
    const { end } = readLocals(bytes);
    return Buffer.concat([bytes.subarray(0, end), ...withAdded(bytes, end, placesOf(bytes, end, pick, 'at'), added)]);
  };

/** What `inRounds` adds. */
export interface RoundCode {
  /** It runs once in so many rounds of the function's loops, all of them together. A power of two. */
  readonly rounds: number;
  /** In others than these loops it does not run. */
  readonly pick: Pick;
  /** Each leaves an i32 to be kept when the function is entered: later, its arguments' locals may hold anything. */
  readonly kept?: readonly (readonly number[])[];
  /** @param kept the locals that hold what was kept */
  readonly code: (kept: readonly number[]) => readonly number[];
}

/**
 * Code that runs once in a while. Rounds are counted in a local: a global, or memory, would take small loops half as long
 * again. @throws Error where there is no such loop
 */
export const inRounds =
  ({ rounds, pick, kept = [], code }: RoundCode): CodeEdit =>
  ({ bytes, params }) => {
    const { groups, start, end, count } = readLocals(bytes);
    const counter = leb128(params + count);
    const keptIn = kept.map((_, i) => params + count + 1 + i);
    const round = [
      // counter += 1; if ((counter & (rounds - 1)) === 0) { … }
      ...[0x20, ...counter, 0x41, 1, 0x6a, 0x22, ...counter],
      ...[0x41, ...signedLeb128(rounds - 1), 0x71, 0x45, opcodes.if, 0x40, ...code(keptIn), opcodes.end],
    ];
    return Buffer.concat([
      ...[Buffer.from(leb128(groups + 1)), bytes.subarray(start, end), Uint8Array.of(...leb128(1 + kept.length), i32Type)],
      ...kept.map((value, i) => Uint8Array.of(...value, 0x21, ...leb128(keptIn[i] as number))),
      ...withAdded(bytes, end, placesOf(bytes, end, pick, 'start'), round),
    ]);
  };

function placesOf(bytes: Uint8Array, from: number, pick: Pick, place: 'at' | 'start'): number[] {
  const picked = pick(readLoops(bytes, from));
  if (picked.length === 0) throw new Error('the function has no such loop');
  return picked.map((loop) => loop[place]);
}

/** The instructions, with some more at these places. */
function withAdded(bytes: Uint8Array, from: number, places: readonly number[], added: readonly number[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let at = from;
  for (const place of places) {
    parts.push(bytes.subarray(at, place), Uint8Array.from(added));
    at = place;
  }
  return [...parts, bytes.subarray(at)];
}

/** `start`: where the groups of locals begin; `end`: where the instructions do. */
function readLocals(bytes: Uint8Array): { groups: number; start: number; end: number; count: number } {
  const reader = new Reader(bytes);
  const groups = reader.number();
  const start = reader.at;
  let count = 0;
  for (let left = groups; left > 0; left -= 1) {
    count += reader.number();
    reader.byte();
  }
  return { groups, start, end: reader.at, count };
}

interface Loop {
  /** Where it stands. */
  readonly at: number;
  /** Where its body begins. */
  readonly start: number;
  /** Whether there is a call or a loop in it. */
  outer: boolean;
  /** The functions that are called in it. */
  readonly calls: Set<number>;
}

function readLoops(bytes: Uint8Array, from: number): Loop[] {
  const reader = new Reader(bytes, from);
  const loops: Loop[] = [];
  /** What is open, blocks that are no loops as `undefined`. */
  const open: (Loop | undefined)[] = [];
  while (!reader.isAtEnd) {
    const { at } = reader;
    const opcode = reader.byte();
    const { at: operand } = reader;
    skipImmediates(reader, opcode);
    if (opcode === opcodes.loop || opcode === opcodes.call || opcode === opcodes.callIndirect) {
      const called = opcode === opcodes.call ? new Reader(bytes, operand).number() : undefined;
      for (const around of open) {
        if (around === undefined) continue;
        around.outer = true;
        if (called !== undefined) around.calls.add(called);
      }
    }
    if (opcode === opcodes.loop) {
      const loop = { at, start: reader.at, outer: false, calls: new Set<number>() };
      loops.push(loop);
      open.push(loop);
    } else if (opcode === opcodes.block || opcode === opcodes.if) open.push(undefined);
    else if (opcode === opcodes.end) open.pop();
  }
  return loops;
}

/** What stands behind an opcode. @throws Error on one that no compiler for this engine has used: vectors, threads, exceptions */
function skipImmediates(reader: Reader, opcode: number): void {
  let numbers = 0;
  if (opcode === opcodes.brTable) numbers = reader.number() + 1;
  else if (opcode === opcodes.more) numbers = immediatesOfMore(reader.number());
  else if (opcode === opcodes.f32) reader.bytes(4);
  else if (opcode === opcodes.f64) reader.bytes(8);
  else if (opcode === opcodes.callIndirect || (opcode >= 0x28 && opcode <= 0x3e)) numbers = 2;
  else if ((opcode >= 0x02 && opcode <= 0x04) || [0x0c, 0x0d, 0x10].includes(opcode) || (opcode >= 0x20 && opcode <= 0x24)) numbers = 1;
  else if (opcode >= 0x3f && opcode <= 0x42) numbers = 1;
  else if (!(opcode <= 0x01 || [0x05, 0x0b, 0x0f, 0x1a, 0x1b].includes(opcode) || (opcode >= 0x45 && opcode <= 0xc4))) {
    throw new Error(`the module has an instruction ${opcode.toString(16)}`);
  }
  for (; numbers > 0; numbers -= 1) reader.skipLeb128();
}

/** Saturating truncation, `memory.copy`, `memory.fill`. */
function immediatesOfMore(opcode: number): number {
  if (opcode <= 7) return 0;
  if (opcode === 10) return 2;
  if (opcode === 11) return 1;
  throw new Error(`the module has an instruction fc ${opcode}`);
}

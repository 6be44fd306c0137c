/**
 * The engine's module with a call before every load and store, which tells its address: what a guest's work touches in
 * memory. Of https://webassembly.github.io/spec/core/binary/instructions.html it knows what the module is made of.
 */

import { leb128, Reader, withSection } from '../../loader/sandbox/wasm-edit.ts';

/** An import of type (i32, i32) -> i32 that the engine never calls, by its index and its name. */
export const traceImport = { index: 4, name: 'f' } as const;

const sections = { types: 1, functions: 3, code: 10 } as const;
const opcodes = { localGet: 0x20, localSet: 0x21, i32Const: 0x41, call: 0x10, brTable: 0x0e, prefix: 0xfc } as const;
const firstLoad = 0x28;
const firstStore = 0x36;
const lastStore = 0x3e;
/** i32, i64, f32, f64 */
const valueTypes = [0x7f, 0x7e, 0x7d, 0x7c];
/** Of each store, which of these types it stores. */
const storedTypes = [0, 1, 2, 3, 0, 0, 1, 1, 1];

/** How many immediates in LEB128 follow an opcode. @throws Error on one that the module should not have */
function immediates(opcode: number): number {
  if (opcode >= 0x45 && opcode <= 0xc4) return 0;
  // unreachable, nop, else, end, return, drop, select
  if ([0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b].includes(opcode)) return 0;
  // block, loop, if, br, br_if, call, locals, globals, memory.size, memory.grow, i32.const, i64.const
  if ([0x02, 0x03, 0x04, 0x0c, 0x0d, 0x10, 0x20, 0x21, 0x22, 0x23, 0x24, 0x3f, 0x40, 0x41, 0x42].includes(opcode)) return 1;
  // call_indirect
  if (opcode === 0x11) return 2;
  throw new Error(`opcode ${opcode.toString(16)} is not known`);
}

/** Of the operations behind the prefix: conversions, `memory.copy`, `memory.fill`. */
function prefixedImmediates(operation: number): number {
  if (operation <= 7) return 0;
  if (operation === 10) return 2;
  if (operation === 11) return 1;
  throw new Error(`operation ${operation} is not known`);
}

export function traced(module: Uint8Array): Uint8Array {
  const parameters: number[] = [];
  withSection(module, sections.types, (content) => {
    const reader = new Reader(content);
    for (let left = reader.number(); left > 0; left -= 1) {
      reader.byte();
      const count = reader.number();
      parameters.push(count);
      reader.bytes(count);
      reader.bytes(reader.number());
    }
    return content;
  });
  const types: number[] = [];
  withSection(module, sections.functions, (content) => {
    const reader = new Reader(content);
    for (let left = reader.number(); left > 0; left -= 1) types.push(reader.number());
    return content;
  });
  return withSection(module, sections.code, (content) => {
    const reader = new Reader(content);
    const count = reader.number();
    const bodies = types.map((type) => tracedBody(reader.bytes(reader.number()), parameters[type] as number));
    return Buffer.concat([Buffer.from(leb128(count)), ...bodies.flatMap((body) => [Buffer.from(leb128(body.length)), body])]);
  });
}

function tracedBody(body: Uint8Array, parameters: number): Uint8Array {
  const reader = new Reader(body);
  const groups = reader.number();
  const groupsAt = reader.at;
  let locals = parameters;
  for (let i = 0; i < groups; i += 1) {
    locals += reader.number();
    reader.byte();
  }
  const out: number[] = [...leb128(groups + valueTypes.length), ...body.subarray(groupsAt, reader.at)];
  for (const type of valueTypes) out.push(1, type);
  while (!reader.isAtEnd) {
    const start = reader.at;
    const opcode = reader.byte();
    if (opcode >= firstLoad && opcode <= lastStore) {
      reader.number();
      const offset = reader.number();
      const tell = [opcodes.i32Const, ...signedLeb128(offset), opcodes.call, traceImport.index];
      const kept = leb128(locals + (storedTypes[opcode - firstStore] ?? 0));
      if (opcode < firstStore) out.push(...tell);
      else out.push(opcodes.localSet, ...kept, ...tell, opcodes.localGet, ...kept);
    } else if (opcode === opcodes.brTable) for (let left = reader.number() + 1; left > 0; left -= 1) reader.number();
    else if (opcode === opcodes.prefix) for (let left = prefixedImmediates(reader.number()); left > 0; left -= 1) reader.number();
    else if (opcode === 0x43) reader.bytes(4);
    else if (opcode === 0x44) reader.bytes(8);
    else for (let left = immediates(opcode); left > 0; left -= 1) reader.skipLeb128();
    for (let at = start; at < reader.at; at += 1) out.push(body[at] as number);
  }
  return Uint8Array.from(out);
}

/** Of a number that is not negative. */
function signedLeb128(value: number): number[] {
  const bytes = leb128(value);
  const last = bytes.length - 1;
  // Its top bit would be read as the sign.
  if (((bytes[last] as number) & 0x40) !== 0) {
    bytes[last] = (bytes[last] as number) | 0x80;
    bytes.push(0);
  }
  return bytes;
}

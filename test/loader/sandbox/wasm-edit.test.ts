import assert from 'node:assert/strict';
import { type FunctionCode, inLoops, outer, withCode, withFunction } from '../../../loader/sandbox/wasm-code.ts';
import { withCounter, withExports, withLeastMemory } from '../../../loader/sandbox/wasm-edit.ts';
import { readEngine } from '../../../loader/sandbox/wasm-module.ts';

const { exports } = WebAssembly.Module as unknown as { exports(module: WebAssembly.Module): { name: string }[] };
const exportsOf = async (bytes: Uint8Array) => exports(await WebAssembly.compile(bytes)).map(({ name }) => name);

describe('changes to a module’s bytes', () => {
  it('withExports(module, names) keeps these exports and no others', async () => {
    const module = await readEngine();
    const before = await exportsOf(module);
    const [first, , third] = before as [string, string, string];
    assert.deepEqual(await exportsOf(withExports(module, [third, first])), [first, third]);
    assert.deepEqual(await exportsOf(module), before);
    assert.throws(() => withExports(module, [first, 'not there']), /does not export not there/);
  });

  it('withLeastMemory(module, pages) lets it start with a smaller memory', async () => {
    const module = await readEngine();
    for (const pages of [1, 96, 200]) {
      const changed = withLeastMemory(module, pages);
      await WebAssembly.compile(changed);
      assert.throws(() => withLeastMemory(changed, pages + 1), /memory as expected/);
    }
    assert.throws(() => withLeastMemory(module, 257), /memory as expected/);
  });

  it('withCounter(module) adds a global, withFunction(module, instructions) a function, and both leave a module', async () => {
    const module = await readEngine();
    const counted = withCounter(module);
    assert.equal(counted.index, 1);
    assert.equal(withCounter(counted.module).index, 2);
    const { module: changed, index } = withFunction(counted.module, [0x20, 0, 0x24, counted.index]);
    await WebAssembly.compile(changed);
    assert.equal(withFunction(changed, []).index, index + 1);
  });

  it('withCode(module, edits) changes these functions and no others', async () => {
    const module = await readEngine();
    const seen: number[] = [];
    const keep = ({ bytes, params }: FunctionCode) => {
      seen.push(params);
      return bytes;
    };
    assert.deepEqual(
      withCode(
        module,
        new Map([
          [19, keep],
          [92, keep],
        ]),
      ),
      Buffer.from(module),
    );
    assert.deepEqual(seen, [2, 4]);
    for (const index of [18, 1_000_000]) assert.throws(() => withCode(module, new Map([[index, keep]])), /has no function/);
    assert.throws(() => withCode(module, new Map([[28, inLoops(outer, [])]])), /has no such loop/);
  });

  it('neither takes what is no such module', () => {
    const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
    assert.throws(() => withExports(empty, []), /has no section 7/);
    assert.throws(() => withLeastMemory(empty, 1), /has no section 2/);
  });
});

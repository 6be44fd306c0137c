import assert from 'node:assert/strict';
import { withExports, withLeastMemory } from '../../../loader/sandbox/wasm-edit.ts';
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

  it('neither takes what is no such module', () => {
    const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
    assert.throws(() => withExports(empty, []), /has no section 7/);
    assert.throws(() => withLeastMemory(empty, 1), /has no section 2/);
  });
});

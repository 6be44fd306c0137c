import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { initialPages, wasmPageBytes } from '../../../guards/memory.ts';
import { Engine } from '../../../loader/sandbox/engine.ts';
import { type Image, imageOf, Packed, Packer } from '../../../loader/sandbox/packer.ts';
import { preludeWith } from '../../../loader/sandbox/prelude.ts';
import { Reader, withSection } from '../../../loader/sandbox/wasm-edit.ts';
import { compileEngine, readEngine } from '../../../loader/sandbox/wasm-module.ts';
import { evaluatedPrelude } from '../../support/sandboxes.ts';

const memoryMb = 32;

async function packed(): Promise<{ engine: Engine; packer: Packer; image: Image; other: Image; into: Packed }> {
  const prelude = await evaluatedPrelude();
  const engine = await Engine.instantiate(memoryMb);
  const packer = new Packer(engine);
  const image = imageOf(engine, prelude.snapshot) as Image;
  const other = imageOf(engine, await preludeWith(prelude, 'url.ts;')) as Image;
  packer.become(image);
  engine.adopt(prelude.snapshot.roots);
  return { engine, packer, image, other, into: new Packed(image) };
}

/** Without what is on the stack's first pages, which a call into the engine writes. */
const same = (one: Buffer, two: Buffer, top: number) =>
  one.subarray(0, top - 8_192).equals(two.subarray(0, top - 8_192)) && one.subarray(top).equals(two.subarray(top));

describe('Packer', () => {
  it('has the module that its source compiles to: else `npm run packer` writes it anew', () => {
    const program = fileURLToPath(new URL('../../../tools/packer.ts', import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, '--check'], { encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr.slice(-2_000));
  });

  it('finds all that an engine is in its memory: else there is but the stack pointer, and no table that code can write', async () => {
    const globals: number[] = [];
    const types = { i32: 0x7f, mutable: 1 };
    const module = await readEngine();
    withSection(module, 6, (content) => {
      const reader = new Reader(content);
      for (let left = reader.number(); left > 0; left -= 1) {
        globals.push(reader.byte(), reader.byte());
        // i32.const, its value, end
        reader.byte();
        reader.skipLeb128();
        reader.byte();
      }
      return content;
    });
    assert.deepEqual(globals, [types.i32, types.mutable]);
    const { exports } = WebAssembly.Module as unknown as { exports(module: WebAssembly.Module): { kind: string }[] };
    const exported = exports(await compileEngine()).map(({ kind }) => kind);
    assert.deepEqual(new Set(exported), new Set(['function']));
  });

  it('pack(into) takes out what differs from the image, and unpack(packed) puts it back, in any engine', async () => {
    const { engine, packer, into } = await packed();
    const before = Buffer.from(engine.bytes);
    const { stackTop, heapEnd } = engine;
    const changed = [0, 1, 63, 64, 127, 86_000, 90_000, stackTop, stackTop + 1, stackTop + 100_001, heapEnd - 1];
    for (const at of changed) engine.bytes[at] = (engine.bytes[at] as number) ^ 0xa5;
    const after = Buffer.from(engine.bytes);
    packer.pack(into);
    assert.ok(same(engine.bytes, before, stackTop), 'the memory is not its image’s');
    assert.ok(into.bytes < 2_000, `${into.bytes}`);

    const second = await packed();
    second.packer.become(second.other);
    second.packer.unpack(into);
    assert.ok(same(second.engine.bytes, after, stackTop), 'the memory is not what was packed');
    packer.unpack(into);
    assert.ok(same(engine.bytes, after, stackTop), 'it cannot be unpacked twice');
  });

  it('takes what lies above the image’s heap, where the heap has grown', async () => {
    const { engine, packer, into } = await packed();
    const before = Buffer.from(engine.bytes);
    const block = engine.malloc(300_000);
    assert.ok(engine.heapEnd > block + 299_999);
    engine.bytes.fill(7, block, block + 300_000);
    packer.pack(into);
    assert.ok(same(engine.bytes, before, engine.stackTop));
    packer.unpack(into);
    assert.ok(engine.bytes.subarray(block, block + 300_000).every((byte) => byte === 7));
  });

  it('wipes the stack as deep as it was used', async () => {
    const { engine, packer } = await packed();
    const { stackTop } = engine;
    // Frames, a frame with a hole, and more below it.
    for (const [from, bytes] of [
      [0, 40_000],
      [50_000, 5_000],
      [70_000, 90_000],
    ] as const)
      engine.bytes.fill(9, stackTop - from - bytes, stackTop - from);
    packer.pack();
    const left = engine.bytes.subarray(0, stackTop).indexOf(Buffer.alloc(16, 9));
    assert.equal(left, -1, `${stackTop - left} bytes below the top`);
  });

  it('trusts no memory that tells a wrong end of its heap', async () => {
    const { engine, packer, into } = await packed();
    const heapEndAt = 86_864;
    assert.equal(engine.bytes.readUInt32LE(heapEndAt), engine.heapEnd);
    for (const wrong of [0, 0xffff_ffff]) {
      engine.bytes.writeUInt32LE(wrong, heapEndAt);
      engine.bytes[engine.stackTop + 100] = 77;
      packer.pack(into);
      assert.notEqual(engine.heapEnd, wrong);
      assert.notEqual(engine.bytes[engine.stackTop + 100], 77);
    }
  });

  it('is of no use for an engine whose memory has grown', async () => {
    const { engine, packer } = await packed();
    assert.ok(packer.isReusable);
    assert.ok(engine.growth.request(initialPages * wasmPageBytes + 1));
    assert.ok(!packer.isReusable);
  });

  it('is of no use for an engine whose memory was to grow over its cap', async () => {
    const { engine, packer } = await packed();
    assert.equal(engine.malloc(memoryMb * 1_048_576), 0);
    assert.ok(!packer.isReusable);
  });
});

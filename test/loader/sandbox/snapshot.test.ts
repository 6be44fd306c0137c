import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { clearFree } from '../../../loader/sandbox/clear-free.ts';
import { Engine } from '../../../loader/sandbox/engine.ts';
import { decodeOver, evaluatePrelude, preludeWith } from '../../../loader/sandbox/prelude.ts';
import { encodeSnapshot, Rewind, restoreSnapshot, takeSnapshot } from '../../../loader/sandbox/snapshot.ts';
import { callOf, evaluatedPrelude, getHead, sandboxOf } from '../../support/sandboxes.ts';

describe('a snapshot', () => {
  it('restored into a bare engine goes on with closures, maps, private fields and pending promises', async () => {
    const engine = await Engine.instantiate(32);
    engine.start();
    const next = engine.evaluateScript(
      `(() => {
        class Counter { #n = 40; next() { return ++this.#n; } }
        const counter = new Counter();
        const seen = new Map([['kept', 'yes']]);
        let woken = 'not yet';
        let wake;
        new Promise((resolve) => { wake = resolve }).then(() => { woken = 'woken' });
        return () => { wake(); return counter.next() + ' ' + seen.get('kept') + ' ' + woken; };
      })()`,
      'test.js',
    );
    const snapshot = await takeSnapshot(engine, { next });

    const answers: string[][] = [];
    for (let copy = 0; copy < 2; copy += 1) {
      const bare = await Engine.instantiate(32);
      restoreSnapshot(bare, snapshot);
      const call = () => bare.text(bare.call(snapshot.entries['next'] as number, []));
      const first = call();
      while (bare.hasJobs) bare.free(bare.runJobs(10));
      answers.push([first, call()]);
    }
    // Each copy starts from the snapshot, not from where the other went.
    assert.deepEqual(answers, [
      ['41 yes not yet', '42 yes woken'],
      ['41 yes not yet', '42 yes woken'],
    ]);
  });

  it('calls the host functions of the engine that it is restored into', async () => {
    const engine = await Engine.instantiate(32);
    engine.start();
    engine.provide([(one) => one.newString('first host')], undefined);
    const ask = engine.newHostFunction('ask');
    const snapshot = await takeSnapshot(engine, { ask });
    const bare = await Engine.instantiate(32);
    bare.provide([(one) => one.newString('second host')], undefined);
    restoreSnapshot(bare, snapshot);
    assert.equal(bare.text(bare.call(snapshot.entries['ask'] as number, [0])), 'second host');
  });

  it('holds only the pages that are in use', async () => {
    const engine = await Engine.instantiate(32);
    engine.start();
    const snapshot = await takeSnapshot(engine, {});
    assert.ok(snapshot.bytes.byteLength < 1_048_576, `${snapshot.bytes.byteLength} bytes`);
  });

  it('the id of the prelude is the same in every process, and another where a module is another', async () => {
    const script = `
      import { bundlePrelude } from './loader/builder/prelude.ts';
      import { evaluatePrelude } from './loader/sandbox/prelude.ts';
      process.stdout.write((await evaluatePrelude(await bundlePrelude())).id);
      process.exit();`;
    const cwd = join(import.meta.dirname, '..', '..', '..');
    const other = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    const [text, prelude] = await Promise.all([other.stdout.setEncoding('utf8').toArray(), evaluatedPrelude()]);
    assert.match(prelude.id, /^[0-9a-f]{64}$/);
    assert.equal(text.join(''), prelude.id);
    const changed = { ...prelude.modules, 'main.ts': `${prelude.modules['main.ts']}\nglobalThis.another = 1;` };
    assert.notEqual((await evaluatePrelude(changed)).id, prelude.id);
  });

  it('is equal wherever the same modules were evaluated', async () => {
    const snapshots = await Promise.all(
      [1, 2].map(async () => {
        const { sandbox } = await sandboxOf('const map = new Map([[1, { a: [2] }]]); export default () => map.size');
        using _ = sandbox;
        return encodeSnapshot(await sandbox.snapshot());
      }),
    );
    assert.deepEqual(snapshots[0], snapshots[1]);
  });

  describe('decodeOver(prelude, bytes)', () => {
    const wrong = async (bytes: Uint8Array) => {
      const prelude = await evaluatedPrelude();
      await assert.rejects(() => decodeOver(prelude, bytes));
    };
    /** A snapshot's content, as the format has it: memory's bytes, heap's end, number of pages, length of parts, pages, parts, their bytes. */
    const content = (
      memoryBytes: number,
      heapEnd: number,
      count: number,
      pages: readonly number[],
      bytes: number,
      parts = '',
      length = parts.length,
    ) =>
      zstdCompressSync(
        Buffer.concat([
          new Uint8Array(Uint32Array.from([memoryBytes, heapEnd, count, length, ...pages]).buffer),
          Buffer.from(parts),
          Buffer.alloc(bytes),
        ]),
      );
    let encoded: Uint8Array;
    before(async () => {
      const { sandbox } = await sandboxOf(
        'const list = Array.from({ length: 2_000 }, (_, i) => "text " + i); export default () => list.length',
      );
      using _ = sandbox;
      encoded = await encodeSnapshot(await sandbox.snapshot());
    });

    it('takes what encodeSnapshot gave', async () => {
      const { pages, bytes, heapEnd, memoryBytes } = await decodeOver(await evaluatedPrelude(), encoded);
      assert.ok(pages.length > 0 && bytes.length === pages.length * 4_096 && heapEnd <= memoryBytes);
    });

    it('refuses what is no snapshot', async () => {
      for (const bytes of [new Uint8Array(), Buffer.from('garbage'), Buffer.alloc(4_096, 7), zstdCompressSync(Buffer.alloc(0))])
        await wrong(bytes);
      for (const length of [1, 11, 13, 5_000]) await wrong(zstdCompressSync(Buffer.alloc(length, 255)));
    });

    it('refuses one that ends early', async () => {
      for (const part of [0.01, 0.3, 0.9, 0.999]) await wrong(encoded.subarray(0, Math.floor(encoded.length * part)));
      await wrong(encoded.subarray(0, -1));
    });

    it('gives no other content where a byte is another', async () => {
      const prelude = await evaluatedPrelude();
      const right = await decodeOver(prelude, encoded);
      let refused = 0;
      for (let at = 0; at < encoded.length; at += Math.ceil(encoded.length / 200)) {
        const damaged = Buffer.from(encoded);
        damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
        try {
          // A bit that means nothing, such as the size of the decoder's window.
          assert.deepEqual(await decodeOver(prelude, damaged), right);
        } catch (error) {
          assert.notEqual((error as Error).name, 'AssertionError');
          refused += 1;
        }
      }
      assert.ok(refused > 190, `${refused}`);
    });

    it('refuses pages outside of the heap, out of order, twice, and fewer or more than it says', async () => {
      const mib = 1_048_576;
      assert.equal((await decodeOver(await evaluatedPrelude(), content(mib, mib, 2, [3, 255], 8_192))).pages.length, 2);
      await wrong(content(mib, mib, 1, [256], 4_096));
      await wrong(content(mib, mib / 2, 1, [128], 4_096));
      await wrong(content(mib, mib, 1, [0xffff_ffff], 4_096));
      await wrong(content(mib, mib, 2, [0xffff_ffff, 3], 8_192));
      await wrong(content(mib, mib, 2, [4, 3], 8_192));
      await wrong(content(mib, mib, 2, [3, 3], 8_192));
      await wrong(content(mib, 2 * mib, 1, [3], 4_096));
      await wrong(content(mib - 1, mib - 1, 1, [255], 4_096));
      await wrong(content(mib, mib, 0xffff_ffff, [3], 4_096));
      await wrong(content(mib, mib, 3, [3, 4], 8_192));
      await wrong(content(mib, mib, 1, [3, 4], 8_192));
    });

    it('bases it on the prelude with the parts that it names, and refuses parts that there are none of', async () => {
      const mib = 1_048_576;
      const prelude = await evaluatedPrelude();
      const { base } = await decodeOver(prelude, content(mib, mib, 1, [3], 4_096, 'url.ts; '));
      assert.equal(base, await preludeWith(prelude, 'url.ts;'));
      assert.notDeepEqual(base?.pages, prelude.snapshot.pages);
      assert.equal((await decodeOver(prelude, content(mib, mib, 1, [3], 4_096, '    '))).base, prelude.snapshot);
      await wrong(content(mib, mib, 1, [3], 4_096, 'urls.ts;'));
      await wrong(content(mib, mib, 1, [3], 4_096, 'toString'));
      await wrong(content(mib, mib, 1, [3], 4_096, 'url.ts;'));
      await wrong(content(mib, mib, 1, [3], 4_096, 'url.ts; ', 0xffff_fffc));
      await wrong(content(mib, mib, 1, [3], 4_096, ' '.repeat(8_192)));
    });
  });

  it('a rewind clears what was empty, however wide, and what the heap has grown by', async () => {
    const engine = await Engine.instantiate(32);
    engine.start();
    const look = engine.evaluateScript(
      `(() => {
        const wide = new Uint8Array(3_000_000);
        const behind = new Array(1_000).fill('behind');
        let more;
        return () => {
          let seen = 0;
          for (const byte of wide) seen += byte;
          const was = seen + ' ' + behind[0] + ' ' + typeof more;
          wide.fill(1);
          behind.fill('changed');
          more = new Array(500_000).fill(7);
          return was;
        };
      })()`,
      'test.js',
    );
    const snapshot = await takeSnapshot(engine, { look });
    const rewind = new Rewind(snapshot);
    const bare = await Engine.instantiate(32);
    restoreSnapshot(bare, snapshot);
    const call = () => bare.text(bare.call(look, []));
    assert.equal(call(), '0 behind undefined');
    assert.equal(call(), '3000000 changed object');
    assert.ok(bare.heapEnd > snapshot.heapEnd);
    rewind.apply(bare);
    assert.ok(bare.bytes.subarray(snapshot.heapEnd).every((byte) => byte === 0));
    assert.equal(call(), '0 behind undefined');
  });

  it('clearing free memory leaves what is in use, and memory that can be used', async () => {
    const engine = await Engine.instantiate(48);
    engine.start();
    const work = engine.evaluateScript(
      `(() => {
        const kept = new Map();
        return (round) => {
          const parts = [];
          for (let i = 0; i < 20_000; i++) parts.push({ i, text: 'part ' + i + 'x'.repeat(i % 300), more: new Uint8Array(i % 700).fill(i) });
          for (let i = 0; i < parts.length; i += 97) kept.set(round + ' ' + i, parts[i]);
          let sum = 0;
          for (const { i, text, more } of kept.values()) {
            if (text !== 'part ' + i + 'x'.repeat(i % 300)) throw new Error('text ' + i);
            if (more.length !== i % 700 || more.some((byte) => byte !== i % 256)) throw new Error('bytes ' + i);
            sum += i;
          }
          return kept.size + ' ' + sum;
        };
      })()`,
      'test.js',
    );
    const answers: string[] = [];
    const ends: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const result = engine.call(work, [round]);
      assert.equal(engine.exception(result), 0);
      answers.push(engine.text(result));
      engine.free(result);
      clearFree(engine);
      ends.push(engine.heapEnd);
    }
    const sum = 97 * ((206 * 207) / 2);
    assert.deepEqual(
      answers,
      [1, 2, 3].map((rounds) => `${rounds * 207} ${rounds * sum}`),
    );
    assert.equal(engine.growth.refused, false);
    // What was cleared is used again: the heap has grown by what is kept, at most.
    assert.ok((ends[2] as number) - (ends[0] as number) < 1_048_576, ends.join());
    const cleared = engine.bytes.subarray(0, engine.heapEnd);
    let empty = 0;
    for (let at = 0; at < cleared.length; at += 4_096) if (cleared.subarray(at, at + 4_096).every((byte) => byte === 0)) empty += 1;
    // Most of what the rounds took is free.
    assert.ok(empty * 4_096 > cleared.length / 2, `${empty} of ${cleared.length / 4_096} pages are empty`);
  });
});

describe('what a sandbox has read at its top level that no snapshot may hold', () => {
  const readBy = async (code: string) => {
    const { sandbox } = await sandboxOf(code);
    using _ = sandbox;
    return sandbox.unrepeatable;
  };
  const cases: Record<string, ('randomness' | 'time' | undefined)[]> = {
    'Math.random()': ['randomness'],
    'crypto.getRandomValues(new Uint8Array(8))': ['randomness'],
    'crypto.randomUUID()': ['randomness'],
    "await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, true, ['sign'])": ['randomness'],
    '[Date.now(), Math.random()]': ['randomness'],
    'Date.now()': ['time'],
    'new Date()': ['time'],
    'Date()': ['time'],
    'performance.now()': ['time'],
  };
  for (const [expression, [expected]] of Object.entries(cases)) {
    it(`is ${expected} for ${expression}`, async () => {
      assert.equal(await readBy(`const x = ${expression}; export default () => x`), expected);
      assert.equal(await readBy(`const f = async () => ${expression}; await f(); export default () => 1`), expected);
    });

    it(`is nothing for ${expression} in a handler`, async () => {
      const { sandbox, notes } = await sandboxOf(`export default async () => { const x = ${expression}; return typeof x }`);
      using _ = sandbox;
      assert.equal(sandbox.unrepeatable, undefined);
      sandbox.start(callOf(1), getHead, undefined);
      assert.equal(notes.take().filter(({ kind }) => kind === 'reply').length, 1);
      assert.equal(sandbox.unrepeatable, undefined);
    });
  }

  it('is nothing for dates from numbers, for modules that only name a clock, and for parts that are loaded', async () => {
    for (const code of [
      'const day = new Date(0), at = Date.UTC(2020, 1); export default () => day',
      'const now = Date.now, random = Math.random, { randomUUID } = crypto; export default () => [now(), random()]',
      'const all = Object.getOwnPropertyNames(globalThis).map((name) => typeof globalThis[name]); export default () => all',
      'const u = new URL("https://a.b"), p = new URLPattern({}), b = new Blob(["x"]), s = new ReadableStream(); export default () => 1',
      'const a = new AbortController(), e = structuredClone(new Map()), f = new FormData(), c = crypto.subtle; export default () => 1',
    ]) {
      assert.equal(await readBy(code), undefined, code);
    }
  });
});

/** Blob and File, measured against Node's; what they share; and what a snapshot of one holds. */

import assert from 'node:assert/strict';
import { compareWithNode } from './differential.ts';
import { openRealm } from './realm.ts';

const look = (blob: string): string => `(async () => { const b = ${blob}; return [b.size, b.type, await b.text()]; })()`;

compareWithNode(
  'Blob',
  [
    ...[
      `new Blob()`,
      `new Blob(undefined, undefined)`,
      `new Blob([], null)`,
      `new Blob(['a', 'b', new Uint8Array([99]), new Uint8Array([1, 100, 101]).subarray(1), new DataView(new Uint8Array([102]).buffer)])`,
      `new Blob([new Blob(['x', 'y']), new File(['z'], 'n'), 1, null, undefined, {}, [1, 2]])`,
      `new Blob(new Set(['a', 'b']))`,
      `new Blob(new Uint8Array([1, 2]))`,
      `new Blob(new String('xyz'))`,
      `new Blob(['\\ud800', '\\udc00', 'ä😀', 'a\\0b'])`,
      `new Blob([new Uint8Array([0xef, 0xbb, 0xbf, 0x61])])`,
      `new Blob([new Uint8Array([0xff, 0x61])])`,
      `new Blob(['a\\r\\nb\\rc\\nd\\n\\r'], { endings: 'transparent' })`,
      `new Blob(['a\\r\\nb\\rc\\nd\\n\\r'], { endings: 'native' })`,
      `new Blob(['a\\r', '\\nb', new Blob(['\\r\\n'])], { endings: 'native' })`,
      ...['text/PLAIN', 'a', ' x ', '\\tx', 'é', 'x\\u007f', '', 'İmage/gif'].map((type) => `new Blob(['a'], { type: '${type}' })`),
      `new Blob([], { type: undefined, endings: undefined })`,
      `new Blob([], { type: null })`,
    ].map(look),
    ...[`null`, `'a'`, `1`, `{}`, `{ length: 1, 0: 'a' }`, `new Date()`, `Symbol()`].map((parts) => `new Blob(${parts})`),
    ...[`1`, `'a'`, `true`].map((options) => `new Blob([], ${options})`),
    `new Blob([], { endings: 'x' })`,
    `new Blob([Symbol()])`,
    `new Blob([], { type: Symbol() })`,
    `Blob()`,
    `[Blob.length, Blob.name, Blob.prototype.slice.length, Object.prototype.toString.call(new Blob())]`,
    `(() => { const seen = []; new Blob([], { get type() { seen.push('type'); }, get endings() { seen.push('endings'); } }); return seen; })()`,
    ...[
      ``,
      `1`,
      `1, 3`,
      `-2`,
      `-2, -1`,
      `3, 1`,
      `0, 100`,
      `100`,
      `-100, 2`,
      `undefined, 2`,
      `NaN, 2`,
      `'1', '3'`,
      `0.5, 2.5`,
      `1.5`,
      `-1.5`,
      `Infinity`,
      `-Infinity, Infinity`,
      `null, 1`,
      `0, 2, 'TEXT/x'`,
      `0, 2, 'é'`,
      `0, 2, undefined`,
    ].map((range) => look(`new Blob(['ab', new Uint8Array([99, 100]), 'ef'], { type: 'a/b' }).slice(${range})`)),
    look(`new Blob(['a'.repeat(300), 'b'.repeat(300)]).slice(299, 301).slice(1)`),
    `(async () => { const buffer = new Uint8Array([1, 2]); const b = new Blob([buffer]); buffer[0] = 9; const given = await b.bytes(); given[1] = 9; return [given, await b.arrayBuffer()]; })()`,
    `Blob.prototype.text.call({})`,
    `Blob.prototype.size`,
    `(async () => { const chunks = []; for await (const chunk of new Blob(['abc', new Uint8Array(3)]).stream()) chunks.push(...chunk); return chunks; })()`,
    `(async () => { const reader = new Blob(['abc']).stream().getReader({ mode: 'byob' }); const { value } = await reader.read(new Uint8Array(64)); return [value, (await reader.read(new Uint8Array(64))).done]; })()`,
    `(async () => (await new Blob([]).stream().getReader().read()).done)()`,
    `(async () => { let text = ''; for await (const part of new Blob(['ä', 'ö']).textStream()) text += part; return text; })()`,
    `(async () => { const c = structuredClone(Object.assign(new Blob(['ab'], { type: 'x/y' }), { own: 1 })); return [c instanceof Blob, c.type, c.own, await c.text()]; })()`,
  ],
  {
    // Node makes `-1.5` of `-1`, where `[Clamp]` rounds to the even one.
    [look(`new Blob(['abcd']).slice(-2.5)`)]: [2, '', 'cd'],
  },
);

compareWithNode(
  'File',
  [
    ...[
      `new File(['a', 'b'], 'n')`,
      `new File([], '\\ud800')`,
      `new File([], 'a/b', { type: 'TEXT/x', endings: 'native' })`,
      `new File(['x'], null)`,
      `new File(['\\r\\n'], 1, { endings: 'native' })`,
    ].map((file) => `(async () => { const f = ${file}; return [f.name, f.size, f.type, await f.text(), f instanceof Blob]; })()`),
    ...[`5`, `'7'`, `NaN`, `new Date(3)`, `null`, `0`, `-5`, `true`].map((at) => `new File([], 'n', { lastModified: ${at} }).lastModified`),
    `Math.abs(new File([], 'n').lastModified - Date.now()) < 1e12`,
    `new File()`,
    `new File([])`,
    `new File('a', 'n')`,
    `new File([], Symbol())`,
    `new File([], 'n', 1)`,
    `File([], 'n')`,
    `[File.length, File.name, Object.prototype.toString.call(new File([], 'n')), Object.getPrototypeOf(File) === Blob]`,
    `new File(['a'], 'n').slice(0, 1) instanceof File`,
    `(() => { const c = structuredClone({ f: new File(['ab'], 'n', { type: 'x/y', lastModified: 3 }) }).f; return [c instanceof File, c.name, c.type, c.lastModified, c.size]; })()`,
    `Object.getOwnPropertyDescriptor(File.prototype, 'name').get.call(new Blob())`,
  ],
  {
    // A long long, which Node does not make of it.
    ...Object.fromEntries(
      Object.entries({ '1.9': 1, '-1.9': -1, '-0.5': 0, Infinity: 0, '-0': 0, '2 ** 64 + 2 ** 12': 4096 }).map(([at, kept]) => [
        `new File([], 'n', { lastModified: ${at} }).lastModified`,
        kept,
      ]),
    ),
  },
);

describe('new File(bits, name, options)', () => {
  it('converts its arguments from left to right', async () => {
    using realm = await openRealm();
    const seen = await realm.run(`(() => {
      const seen = [];
      const text = (name, value) => ({ toString() { seen.push(name); return value; } });
      new File([text('bits', '')], text('name', ''), {
        get type() { seen.push('type'); }, get lastModified() { seen.push('lastModified'); }, get endings() { seen.push('endings'); },
      });
      return seen;
    })()`);
    assert.deepEqual(seen, ['bits', 'name', 'endings', 'type', 'lastModified']);
  });
});

describe('a Blob', () => {
  it('of a million blobs of blobs does not take a piece for each', async () => {
    using realm = await openRealm();
    assert.deepEqual(
      await realm.run(
        `(async () => { let b = new Blob(['x']); for (let i = 0; i < 20; i++) b = new Blob([b, b]); return [b.size, (await b.slice(-2).text())]; })()`,
      ),
      [1_048_576, 'xx'],
    );
  });

  it('goes on working when the plugin has replaced what it stands on', async () => {
    using realm = await openRealm();
    await realm.run(`(() => {
      for (const [target, name] of [[Blob.prototype, 'size'], [File.prototype, 'name'], [File.prototype, 'lastModified']]) Object.defineProperty(target, name, { get() { throw new Error('patched'); } });
      Array.prototype.push = Array.prototype.join = String.prototype.split = () => { throw new Error('patched'); };
    })()`);
    assert.deepEqual(
      await realm.run(
        `(async () => { const f = new FormData(); f.set('a', new File(['x\\ny'], 'n')); const g = await new Response(f).formData(); return [await g.get('a').text(), await new Blob(['a', new Blob(['b'])]).text()]; })()`,
      ),
      ['x\ny', 'ab'],
    );
  });
});

/** structuredClone, measured against Node's. */

import assert from 'node:assert/strict';
import { compareWithNode } from './differential.ts';
import { openRealm } from './realm.ts';

compareWithNode(
  'structuredClone',
  [
    ...[
      '1',
      `'a'`,
      'null',
      'undefined',
      'true',
      '-0',
      'NaN',
      '{ a: [1, { b: 2 }], c: undefined }',
      '[, 1, , 2]',
      'Object.assign([1], { a: 2 })',
      `new Map([[{ a: 1 }, new Set([1])]])`,
      `new Uint8Array([1, 2, 3]).subarray(1)`,
      `new ArrayBuffer(3)`,
      `new Float64Array([1.5])`,
      `Object.create({ a: 1 })`,
      `Object.create(null)`,
      `{ __proto__: null, a: 1 }`,
      `JSON.parse('{"__proto__": 1}')`,
    ].map((value) => `structuredClone(${value.startsWith('{') ? `(${value})` : value})`),
    `structuredClone([, 1]).hasOwnProperty(0)`,
    `structuredClone(5n) === 5n`,
    `(() => { const d = structuredClone(new Date(5)); return [d instanceof Date, d.getTime()]; })()`,
    `(() => { const r = /a/gi; r.lastIndex = 3; const c = structuredClone(r); return [c instanceof RegExp, c.source, c.flags, c.lastIndex]; })()`,
    `[Object(1), Object('a'), Object(false), Object(5n)].map((boxed) => { const c = structuredClone(boxed); return [typeof c, typeof c.valueOf(), String(c)]; })`,
    `(() => { const a = { b: [] }; a.b.push(a); const c = structuredClone(a); return c.b[0] === c && c !== a; })()`,
    `(() => { const x = {}; const c = structuredClone({ x, y: x, z: [x] }); return c.x === c.y && c.z[0] === c.x; })()`,
    `(() => { const b = new ArrayBuffer(8); const c = structuredClone([new Uint8Array(b, 2), new DataView(b, 4, 2), b]); return [c[0].buffer === c[1].buffer, c[0].buffer === c[2], c[0].byteOffset, c[1].byteOffset, c[1].byteLength]; })()`,
    `(() => { const m = new Map(); m.set(m, m); const c = structuredClone(m); return c.get(c) === c; })()`,
    `(() => { const e = new RangeError('m', { cause: { a: 1 } }); e.extra = 1; const c = structuredClone(e); return [c instanceof RangeError, c.name, c.message, c.cause, c.extra, typeof c.stack]; })()`,
    `(() => { class Mine extends Error { name = 'Mine'; } const c = structuredClone(new Mine('m')); return [c instanceof Mine, c instanceof Error, c.name, c.message]; })()`,
    `(() => { class A { a = 1; #b = 2; m() {} } const c = structuredClone(new A()); return [c, c instanceof A, c.constructor === Object]; })()`,
    `structuredClone({ get a() { return 1; } })`,
    `structuredClone({ get a() { throw new RangeError(); } })`,
    `structuredClone({ [Symbol()]: 1, a: 2 })`,
    `structuredClone(() => {})`,
    `structuredClone({ f() {} })`,
    `structuredClone(Symbol())`,
    `structuredClone(Object(Symbol()))`,
    `structuredClone(Promise.resolve())`,
    `structuredClone(new WeakMap())`,
    `structuredClone(new WeakSet())`,
    `structuredClone()`,
    `structuredClone(new DOMException('m', 'AbortError')).name`,
    `structuredClone(new Proxy({}, {}))`,
    `(() => { const b = new Uint8Array([1, 2]).buffer; const c = structuredClone({ b }, { transfer: [b] }); return [c.b, b.byteLength]; })()`,
    `(() => { const b = new ArrayBuffer(1); structuredClone(b, { transfer: [b, b] }); })()`,
    `structuredClone(1, { transfer: [1] })`,
    `(() => { const b = new ArrayBuffer(1); structuredClone(b, { transfer: [b] }); structuredClone(b); })()`,
    `(() => { try { structuredClone(() => {}); } catch (e) { return [e.name, e.code, e instanceof DOMException]; } })()`,
  ].filter((expression) => !expression.includes('Proxy')),
  {
    'structuredClone(new Headers())': 'throws DataCloneError',
    'structuredClone(new Request("http://a"))': 'throws DataCloneError',
    'structuredClone(new URL("http://a"))': 'throws DataCloneError',
    'structuredClone(new Event("x"))': 'throws DataCloneError',
  },
);

describe('structuredClone(a very deep value)', () => {
  it('does not overflow the stack', async () => {
    using realm = await openRealm();
    assert.equal(
      await realm.run(
        `(() => { let a = {}; for (let i = 0; i < 50_000; i++) a = { a }; let c = structuredClone(a); let n = 0; while (c.a) { c = c.a; n++; } return n; })()`,
      ),
      50_000,
    );
  });
});

compareWithNode('structuredClone of buffers that can be resized', [
  `((copy) => [copy.resizable, copy.byteLength, copy.maxByteLength])(structuredClone(new ArrayBuffer(8, { maxByteLength: 16 })))`,
  ...[
    'new Uint8Array(buffer)',
    'new Uint16Array(buffer, 2)',
    'new Uint8Array(buffer, 1, 3)',
    'new DataView(buffer)',
    'new DataView(buffer, 1, 3)',
  ].flatMap((view) =>
    [16, 8].map(
      (most) =>
        `((buffer) => { new Uint8Array(buffer).fill(7); const copy = structuredClone(${view}); const before = copy.byteLength; copy.buffer.resize(6); return [before, copy.byteLength, copy.byteOffset, [...new Uint8Array(buffer)]]; })(new ArrayBuffer(8, { maxByteLength: ${most} }))`,
    ),
  ),
  ...['new Uint8Array(buffer, 4)', 'new Uint16Array(buffer)', 'new DataView(buffer, 4)', 'new Uint8Array(buffer, 0, 4)'].map(
    (view) =>
      `((buffer) => { const view = ${view}; buffer.resize(0); return structuredClone(view).byteLength; })(new ArrayBuffer(8, { maxByteLength: 16 }))`,
  ),
  `((buffer) => { const copy = structuredClone(buffer, { transfer: [buffer] }); return [copy.resizable, copy.byteLength, buffer.byteLength]; })(new ArrayBuffer(8, { maxByteLength: 16 }))`,
]);

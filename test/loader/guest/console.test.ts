/** console: what comes out in the log. */

import assert from 'node:assert/strict';
import { openRealm, type Realm } from './realm.ts';

describe('console', () => {
  let realm: Realm;
  beforeEach(async () => {
    realm = await openRealm();
  });
  afterEach(() => realm[Symbol.dispose]());

  const lines = async (code: string): Promise<Realm['lines']> => {
    assert.equal(await realm.run(`(() => { ${code} })()`), '<undefined>');
    return realm.lines.splice(0);
  };
  const text = async (args: string): Promise<string | undefined> => (await lines(`console.log(${args})`))[0]?.[1];

  it('has a level for each method', async () => {
    assert.deepEqual(
      await lines(
        `console.debug('a'); console.log('b'); console.info('c'); console.warn('d'); console.error('e'); console.assert(0, 'f'); console.assert(1)`,
      ),
      [
        [0, 'a'],
        [1, 'b'],
        [1, 'c'],
        [2, 'd'],
        [3, 'e'],
        [3, 'Assertion failed: f'],
      ],
    );
  });

  const values: readonly [args: string, text: string][] = [
    [``, ``],
    [`'a', 'b', 1`, `a b 1`],
    [`[1, 'a', null, undefined, true, -0, 5n, Symbol('s')]`, `[ 1, 'a', null, undefined, true, -0, 5n, Symbol(s) ]`],
    [`{ a: 1, 'b c': { d: [] }, [Symbol('s')]: {} }`, `{ a: 1, 'b c': { d: [] }, [Symbol(s)]: {} }`],
    [`{ a: { b: { c: { d: { e: { f: 1 } } } } } }`, `{ a: { b: { c: { d: { e: [Object] } } } } }`],
    [`(() => { const a = { b: {} }; a.b.a = a; return a; })()`, `{ b: { a: [Circular] } }`],
    [`{ get a() { throw 1; }, set b(x) {}, get c() { return 1; }, set c(x) {} }`, `{ a: [Getter], b: [Setter], c: [Getter/Setter] }`],
    [`new Map([['a', { b: 1 }]]), new Set([1, 'x'])`, `Map(1) { 'a' => { b: 1 } } Set(2) { 1, 'x' }`],
    [`new Date(0), new Date(NaN), /a\\/b/gi`, `1970-01-01T00:00:00.000Z Invalid Date /a\\/b/gi`],
    [
      `new Uint8Array([1, 2]), new ArrayBuffer(3), new DataView(new ArrayBuffer(1))`,
      `Uint8Array(2) [ 1, 2 ] ArrayBuffer { byteLength: 3 } DataView {}`,
    ],
    [`new (class Mine { a = 1; #b = 2; })(), Object.create(null)`, `Mine { a: 1 } [Object: null prototype] {}`],
    [`function named() {}, () => {}, class A {}`, `[Function: named] [Function] [Function: A]`],
    [`Object(1), Object('a'), Promise.resolve(1), new WeakMap()`, `[number object: 1] [string object: 'a'] Promise {} WeakMap {}`],
    [`[, 1]`, `[ <empty>, 1 ]`],
    [`"it's", ["it's", 'a\\nb']`, `it's [ "it's", "a\\nb" ]`],
    [`'a\\0b'`, `a\\0b`],
    [`new Proxy({}, { ownKeys() { throw 1; } }), new Proxy({ a: 1 }, {})`, `[cannot be read] { a: 1 }`],
    [`'%s|%d|%i|%f|%j|%o|%c|%%|%x', 'a', '1.5', '1.5', '1.5', { a: 1 }, [1], 'css', 'rest'`, `a|1.5|1|1.5|{"a":1}|[ 1 ]||%|%x rest`],
    [`'%s %s', 'a'`, `a %s`],
    [`'100%', 1`, `100% 1`],
    [`'%d %d', Symbol(), 5n`, `NaN 5n`],
    [`new Headers(), 2n ** 300n`, `Headers {} [a long bigint]`],
    [`Array.from({ length: 101 }, () => 0)`, `[ ${'0, '.repeat(100)}… 1 more ]`],
  ];
  for (const [args, expected] of values) it(`console.log(${args})`, async () => assert.equal(await text(args), expected));

  it('writes errors with their stacks and causes', async () => {
    assert.match((await text(`new RangeError('boom', { cause: 'why' })`)) ?? '', /^RangeError: boom\n +at .*\[cause\]: 'why'$/s);
    assert.match((await text(`new DOMException('m', 'AbortError')`)) ?? '', /^AbortError: m/);
  });

  it('is bounded in length, whatever it is given', async () => {
    for (const args of [
      `'x'.repeat(1e6)`,
      `['x'.repeat(1e6)]`,
      `Array.from({ length: 1e4 }, () => 'y'.repeat(1000))`,
      `'%s'.repeat(1e4), ...Array(1e4).fill('z'.repeat(100))`,
    ]) {
      assert.ok(((await text(args)) ?? '').length <= 8_192, args);
    }
    const wide = `(() => { let a = { v: 1 }; for (let i = 0; i < 50; i++) a = Object.fromEntries(Array.from({ length: 50 }, (_, j) => ['k' + j, a])); return a; })()`;
    assert.ok(((await text(wide)) ?? '').length <= 8_192);
  });

  it('counts, times and groups', async () => {
    assert.deepEqual(
      await lines(`console.count(); console.count(); console.countReset(); console.count(); console.count('a'); console.countReset('b')`),
      [
        [1, 'default: 1'],
        [1, 'default: 2'],
        [1, 'default: 1'],
        [1, 'a: 1'],
        [2, 'There is no count b'],
      ],
    );
    assert.deepEqual(
      await lines(`console.time('t'); console.time('t'); console.timeLog('t', 'x'); console.timeEnd('t'); console.timeEnd('t')`),
      [
        [2, 'The timer t is running already'],
        [1, 't: 0ms x'],
        [1, 't: 0ms'],
        [2, 'There is no timer t'],
      ],
    );
    assert.deepEqual(
      await lines(
        `console.group('g'); console.log('a\\nb'); console.group(); console.log('c'); console.groupEnd(); console.groupEnd(); console.groupEnd(); console.log('d')`,
      ),
      [
        [1, 'g'],
        [1, '  a\n  b'],
        [1, '    c'],
        [1, 'd'],
      ],
    );
  });

  it('writes tables', async () => {
    assert.deepEqual(await lines(`console.table([{ a: 1, b: 'x' }, { a: 22 }]); console.table(5); console.table([1, 2])`), [
      [1, "(index) |  a |   b\n      0 |  1 | 'x'\n      1 | 22 |    "],
      [1, '5'],
      [1, '(index) | Values\n      0 |      1\n      1 |      2'],
    ]);
  });

  it('trace and dir', async () => {
    assert.match((await lines(`console.trace('x')`))[0]?.[1] ?? '', /^Trace: x\n +at /);
    assert.deepEqual(await lines(`console.dir({ a: { b: 1 } }, { depth: 0 })`), [[1, '{ a: [Object] }']]);
  });
});

/** Native loops of the engine that would outlive every deadline, had they not been made to look at the clock: a case for each. */

import assert from 'node:assert/strict';
import { defaultLimits } from '../../../guards/limits.ts';
import { Engine } from '../../../loader/sandbox/engine.ts';
import { withPolls } from '../../../loader/sandbox/engine-polls.ts';
import { readEngine } from '../../../loader/sandbox/wasm-module.ts';
import { callOf, getHead, sandboxOf } from '../../support/sandboxes.ts';

const limits = { cpuMs: 20, deadlineMs: 60_000 };

/** How a call of this code ends. The sandbox's code is not instrumented, so that nothing but the engine's own polls stops it. */
async function endOf(code: string): Promise<{ readonly end: string; readonly soft: boolean }> {
  const { sandbox, notes } = await sandboxOf(`export default () => { ${code} }`, limits, true);
  using _ = sandbox;
  const { stopped, left } = sandbox.start(callOf(1, { ...defaultLimits, ...limits }), getHead, undefined);
  const told = notes.take().map((one) => (one.kind === 'fail' ? one.message : one.kind));
  return { end: stopped?.code ?? told.join(), soft: left !== undefined };
}

const generics = [
  ...['concat()', 'copyWithin(0, 1)', 'copyWithin(1, 0)', 'every(() => true)', 'filter(() => {})', 'find(() => {})'],
  ...['findLast(() => {})', 'flat()', 'flatMap(() => {})', 'forEach(() => {})', 'includes(1)', 'indexOf(1)', 'join("")', 'lastIndexOf(1)'],
  ...['map(() => {})', 'reduce(() => {}, 0)', 'reduceRight(() => {}, 0)', 'reverse()', 'shift()', 'slice()', 'some(() => {})', 'sort()'],
  ...['splice(0, 1)', 'splice(0, 0, 1)', 'toLocaleString()', 'toString()', 'unshift(1)'],
];

/** Those whose frames fail: the engine stays whole, as after any stop. */
const soft: Readonly<Record<string, string>> = {
  ...Object.fromEntries(generics.map((call) => [`new Array(2 ** 32 - 1).${call}`, `new Array(2 ** 32 - 1).${call}`])),
  'filling what takes nothing': 'Array.prototype.fill.call(new Proxy({ length: 2 ** 32 - 1 }, { set: Boolean.bind(null, true) }), 0)',
  'elements of a proxy': 'Array.prototype.indexOf.call(new Proxy({ length: 2 ** 32 - 1 }, {}), 1)',
  'proxies in proxies':
    'let p = { length: 2 ** 32 - 1 }; for (let i = 0; i < 300; i += 1) p = new Proxy(p, {}); Array.prototype.includes.call(p, 1)',
  'concat of what can be spread': '[].concat({ length: 2 ** 32 - 10, [Symbol.isConcatSpreadable]: true })',
  'String.raw': 'String.raw({ raw: { length: 2 ** 32 - 1 } })',
  'names for JSON.stringify': 'JSON.stringify({}, new Array(2 ** 32 - 1))',
  'JSON of what holds the same twice': 'let a = [1, 1]; for (let i = 0; i < 40; i += 1) a = [a, a]; JSON.stringify(a)',
  'flattening of what holds the same twice': 'let a = []; for (let i = 0; i < 50; i += 1) a = [a, a]; a.flat(Infinity)',
  'dropping from an iterator': '[].values.call({ length: 2 ** 32 - 1 }).drop(2 ** 53 - 1).next()',
  'an iterator’s every': '[].values.call({ length: 2 ** 32 - 1 }).every(Object.is.bind(null, undefined))',
  isDisjointFrom: 'new Set([1, 2]).isDisjointFrom({ size: 1, has() {}, keys: () => [].values.call({ length: 2 ** 32 - 1 }) })',
  isSupersetOf: 'new Set([undefined]).isSupersetOf({ size: 1, has() {}, keys: () => [].values.call({ length: 2 ** 32 - 1 }) })',
  union: 'new Set([1]).union({ size: 1, has() {}, keys: () => [].values.call({ length: 2 ** 32 - 1 }) })',
  difference: 'new Set([1, 2]).difference({ size: 1, has() {}, keys: () => [].values.call({ length: 2 ** 32 - 1 }) })',
  intersection: 'new Set([1, 2]).intersection({ size: 1, has() {}, keys: () => [].values.call({ length: 2 ** 32 - 1 }) })',
  symmetricDifference: 'new Set([1]).symmetricDifference({ size: 1, has() {}, keys: () => [].values.call({ length: 2 ** 32 - 1 }) })',
};

/** Those that only the hard stop ends. */
const hard: Readonly<Record<string, string>> = {
  indexOf: "'a'.repeat(2e6).indexOf('a'.repeat(1e6) + 'b')",
  'indexOf of wide text': "'ä€'.repeat(1e6).indexOf('ä€'.repeat(5e5) + 'b')",
  includes: "'a'.repeat(2e6).includes('a'.repeat(1e6) + 'b')",
  replaceAll: "'a'.repeat(2e6).replaceAll('a'.repeat(1e6) + 'b', '')",
  split: "'a'.repeat(2e6).split('a'.repeat(1e6) + 'b')",
  'comparing long strings': "const a = 'a'.repeat(4e6), b = 'a'.repeat(4e6); for (;;) a === b",
  'a product of a million bits': 'const x = 2n ** 500_000n - 1n; for (;;) x * x',
  'a power': '3n ** 600_000n',
  'a quotient': 'for (;;) (2n ** 1_000_000n - 1n) / (2n ** 500_000n - 1n)',
  'an integer’s text': 'for (;;) String(2n ** 1_000_000n - 1n)',
  'an integer of a text': "for (;;) BigInt('9'.repeat(300_000))",
  normalize: "('a' + '\\u0315\\u0300\\u05ae\\u0301'.repeat(5e5)).normalize('NFD')",
  'classes of a regular expression': "new RegExp('[\\\\p{L}\\\\p{N}]'.repeat(3_000), 'iu')",
  'names in code': "new Function(Array.from({ length: 6e4 }, (_, i) => 'let v' + i + ';').join(''))",
};

describe('the engine’s native loops', () => {
  for (const [what, code] of Object.entries(soft)) {
    it(`end as cpu_exceeded, with the engine whole: ${what}`, async () => {
      assert.deepEqual(await endOf(code), { end: 'cpu_exceeded', soft: true });
    });
  }

  for (const [what, code] of Object.entries(hard)) {
    it(`end as cpu_exceeded: ${what}`, async () => assert.equal((await endOf(code)).end, 'cpu_exceeded'));
  }

  it('end where each call of a native function takes long', async () => {
    assert.equal((await endOf('const a = new Array(1e5).fill(0); for (;;) a.lastIndexOf(1)')).end, 'cpu_exceeded');
  });

  it('are not begun where no array is that long', async () => {
    // These look at no length of what they are called on.
    const others = generics.filter((call) => !/^(?:concat|to\w*String)\(/.test(call));
    for (const call of [...others, 'fill(0)', 'push(1)', 'at(-1)', 'toSorted()']) {
      const { end } = await endOf(`Array.prototype.${call.replace('(', '.call({ length: 2 ** 32 },')}`);
      assert.equal(end, 'loop_budget_exceeded', call);
    }
    for (const code of ['[].concat({ length: Infinity, [Symbol.isConcatSpreadable]: true })', 'Array.from({ length: 2 ** 53 })']) {
      assert.equal((await endOf(code)).end, 'loop_budget_exceeded', code);
    }
  });
});

describe('what the engine’s native functions give', () => {
  const values: Readonly<Record<string, string>> = {
    'searches of short and of long texts': `
      const out = [], long = 'ab'.repeat(50) + 'c', wide = '€b'.repeat(50) + 'c';
      for (const text of ['', long, 'xx' + long + 'yy' + long, 'xx' + wide + 'yy' + wide, long.slice(1), 'a'.repeat(500)])
        for (const sought of [long, wide, '', long + 'z', 'ab', 'a'.repeat(100), 'a'.repeat(64), 'a'.repeat(65)])
          for (const from of [0, 1, 3, 107, 200, -1, 1e9])
            out.push(text.indexOf(sought, from), text.lastIndexOf(sought, from), text.includes(sought, from),
              text.startsWith(sought, from), text.endsWith(sought, from), text.split(sought).length, text.replace(sought, '<>').length);
      return out;`,
    'generic methods on what is no array': `
      const like = () => ({ length: 100, ...Array.from({ length: 70 }, (_, i) => (i * 37) % 71) });
      const { concat, copyWithin, fill, filter, flat, includes, indexOf, join, lastIndexOf, map, reduce, reduceRight, reverse, shift, slice, sort, splice, unshift } = Array.prototype;
      return [
        copyWithin.call(like(), 3, 10, 40), fill.call(like(), 7, 50), filter.call(like(), (x) => x > 30), flat.call([like(), [[1]]]),
        includes.call(like(), undefined), indexOf.call(like(), 36), join.call(like()), lastIndexOf.call(like(), 36), map.call(like(), (x) => x * 2),
        reduce.call(like(), (a, b) => a + b), reduceRight.call(like(), (a, b) => a + '/' + b), reverse.call(like()), shift.call(like()),
        slice.call(like(), 5, 90), sort.call(like()), splice.call(like(), 5, 20, 1, 2), unshift.call(like(), 1, 2),
        concat.call([], { ...like(), [Symbol.isConcatSpreadable]: true }), Array.from(like()), Array.from(new Set(Array.from(like()))),
      ];`,
    'iterators and sets': `
      const numbers = () => Array.from({ length: 100 }, (_, i) => (i * 37) % 71).values();
      const a = new Set(numbers()), b = new Set(numbers().map((x) => x + 5));
      return [
        numbers().drop(50).toArray(), numbers().take(20).reduce((x, y) => x + y), numbers().every((x) => x < 71), numbers().find((x) => x > 69),
        ...['union', 'intersection', 'difference', 'symmetricDifference'].map((name) => [...a[name](b)]),
        ...['isSubsetOf', 'isSupersetOf', 'isDisjointFrom'].map((name) => a[name](b)),
      ];`,
    'large integers': `
      const out = [];
      for (const n of [3n, 2n ** 64n + 1n, 7n ** 300n, -(5n ** 999n)]) for (const m of [2n, 10n ** 40n, -(11n ** 77n)])
        out.push(n * m, n / m, n % m, (n * m).toString(7), BigInt(String(n)) === n);
      return out.map(String);`,
    'normal forms, cases and expressions': `
      const marks = 'a\\u0315\\u0300\\u05ae\\u0301Å가'.repeat(30);
      return [
        ...['NFC', 'NFD', 'NFKC', 'NFKD'].map((form) => marks.normalize(form)), ('ΑΣ' + '\\u0301'.repeat(200) + 'Σ').toLowerCase(),
        'x'.replace(/[^\\p{L}\\p{N}a-z]/giu, ''), /^[^\\u0100-\\u{10ffff}]+$/iu.test('Grüße'), JSON.stringify({ b: [{ c: [1, [2]] }], a: 1 }, ['a', 'b']),
      ];`,
  };
  for (const [what, code] of Object.entries(values)) {
    it(`${what}: is what Node’s give`, async () => {
      const engine = await Engine.instantiate(64);
      engine.start();
      const script = `JSON.stringify((() => { ${code} })())`;
      const value = engine.evaluateScript(script, 'test.js');
      assert.equal(engine.exception(value), 0);
      // biome-ignore lint/security/noGlobalEval: the same code, in both engines
      // biome-ignore lint/complexity/noCommaOperator: indirect, as a script is
      assert.equal(engine.text(value), (0, eval)(script));
    });
  }
});

describe('withPolls(module)', () => {
  it('takes no other module than the one whose functions it knows', async () => {
    const module = Uint8Array.from(await readEngine());
    module[module.length - 1] = (module[module.length - 1] as number) ^ 1;
    assert.throws(() => withPolls(module), /another one/);
  });
});

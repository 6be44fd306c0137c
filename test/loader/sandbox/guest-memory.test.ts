import assert from 'node:assert/strict';
import { runInThisContext } from 'node:vm';
import { Engine, type Pointer } from '../../../loader/sandbox/engine.ts';

async function started(memoryMb = 32): Promise<Engine> {
  const engine = await Engine.instantiate(memoryMb);
  engine.start();
  return engine;
}

const evaluate = (engine: Engine, code: string): Pointer => {
  const value = engine.evaluateScript(code, 'test.js');
  assert.equal(engine.exception(value), 0, `${code} threw`);
  return value;
};

describe('values in the engine’s memory', () => {
  const numbers = [0, 1, -1, 42, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53, -0.5, 1e300, 5e-324, Infinity, -Infinity, -0];

  for (const number of numbers) {
    it(`${Object.is(number, -0) ? '-0' : number} crosses both ways`, async () => {
      const engine = await started();
      const same = evaluate(engine, `(x) => Object.is(x, ${Object.is(number, -0) ? '-0' : number}) && x`);
      const back = engine.call(same, [number]);
      assert.ok(Object.is(engine.number(back), number));
    });
  }

  it('number(value) takes a boolean as a number, and all else as none', async () => {
    const engine = await started();
    assert.equal(engine.number(evaluate(engine, 'true')), 1);
    assert.equal(engine.number(evaluate(engine, 'false')), 0);
    for (const code of ['NaN', 'undefined', 'null', '"1"', '({})', '(() => 1)', 'Symbol()', '2n', '2n ** 70n', '"a".repeat(9_000) + "b"'])
      assert.ok(Number.isNaN(engine.number(evaluate(engine, code))), code);
  });

  it('tells strings and objects from all else', async () => {
    const engine = await started();
    const kinds: [code: string, isString: boolean, isObject: boolean][] = [
      ['"a"', true, false],
      ['"ü€"', true, false],
      ['"a".repeat(9_000) + "b".repeat(9_000)', true, false],
      ['({})', false, true],
      ['(() => 1)', false, true],
      ['new ArrayBuffer(1)', false, true],
      ['null', false, false],
      ['undefined', false, false],
      ['1.5', false, false],
      ['Symbol()', false, false],
      ['3n', false, false],
    ];
    for (const [code, isString, isObject] of kinds) {
      const value = evaluate(engine, code);
      assert.deepEqual([engine.isString(value), engine.isObject(value)], [isString, isObject], code);
    }
  });

  const texts: [what: string, code: string][] = [
    ['nothing', '""'],
    ['ASCII of any length', '"abcdefghijk".slice(0, 5)'],
    ['Latin-1', '"größer"'],
    ['wide characters', '"€uro 😀"'],
    ['U+0000', '"a\\0b"'],
    ['lone surrogates', '"a\\ud800b"'],
    ['a rope', '"a".repeat(9_000) + "b".repeat(9_000)'],
    ['a rope of many pieces', '(() => { let x = ""; for (let i = 0; i < 300; i += 1) x += "0123456789".repeat(100) + i; return x })()'],
    ['a rope with wide characters and U+0000', '"ü\\0".repeat(9_000) + "€".repeat(9_000)'],
    ['an atom', 'Object.keys({ propertyName: 1 })[0]'],
  ];

  for (const [what, code] of texts) {
    it(`text(value) and utf8(value) read ${what}`, async () => {
      const engine = await started();
      const value = evaluate(engine, code);
      const expected = runInThisContext(code) as string;
      assert.equal(engine.text(value), expected);
      const { bytes, start, end } = engine.utf8(value);
      assert.equal(Buffer.from(bytes.subarray(start, end)).toString(), expected.toWellFormed());
      assert.equal(engine.text(value), expected, 'read again');
    });
  }

  it('text(value) of a rope that the sandbox has no memory to join throws', async () => {
    const engine = await started(32);
    const value = evaluate(engine, '(() => { let x = "a".repeat(10_000); for (let i = 0; i < 12; i += 1) x += x; return x })()');
    assert.throws(() => engine.text(value), /no memory for a string/);
  });

  it('hasJobs says whether promise jobs wait', async () => {
    const engine = await started();
    assert.equal(engine.hasJobs, false);
    engine.free(evaluate(engine, 'Promise.resolve().then(() => Promise.resolve()); 1'));
    assert.equal(engine.hasJobs, true);
    engine.free(engine.runJobs(100));
    assert.equal(engine.hasJobs, false);
  });
});

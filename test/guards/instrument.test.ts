// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the snippets are source text
import assert from 'node:assert/strict';
import vm from 'node:vm';
import { instrument } from '../../guards/instrument.ts';

interface Ran {
  readonly result: unknown;
  /** Guard numbers in the order in which they tripped. */
  readonly tripped: readonly number[];
  readonly fuel: number;
}

const exported = '__result';

/** Runs a module's text, whose `export default` is an expression, as a script in a fresh realm. */
async function evaluate(code: string, globals: object): Promise<unknown> {
  const script = code.replace(/export default/, `globalThis.${exported} =`);
  const context = vm.createContext({ ...globals });
  // An async function in strict mode stands in for a module's top level.
  await vm.runInContext(`(async () => { "use strict"; ${script}\n})()`, context, { timeout: 5_000 });
  return await (context[exported] as unknown);
}

class Tripped extends Error {}

/** @param fuel how many counts pass before the guard trips; tripping throws here, and leaves no fuel for what comes after */
async function run(code: string, fuel = 1_000_000): Promise<Ran> {
  const tripped: number[] = [];
  let set: (n?: number) => number = () => assert.fail('the module did not register');
  const globals = {
    __nboxGuard(register: typeof set) {
      set = register;
      assert.equal(set(fuel), 0);
      return (site: number) => {
        tripped.push(site);
        set(0);
        throw new Tripped(`at ${site}`);
      };
    },
  };
  try {
    const result = await evaluate(instrument(code).code, globals);
    return { result, tripped, fuel: set() };
  } catch (error) {
    if (!(error instanceof Tripped)) throw error;
    return { result: undefined, tripped, fuel: set() };
  }
}

describe('instrument(code)', () => {
  const endless: Record<string, string> = {
    'while, block': 'const a = 1;\nwhile (true) { a; }\nexport default 1;',
    'while, one statement': 'let a = 1;\nwhile (true) a++;\nexport default 1;',
    'while, empty statement': 'const a = 1;\nwhile (true);\nexport default 1;',
    'do, block': 'let a = 1;\ndo { a++; } while (true);\nexport default 1;',
    'do, one statement without a semicolon': 'let a = 1;\ndo a++\nwhile (true)\nexport default 1;',
    'for, block': 'const a = 1;\nfor (;;) { a; }\nexport default 1;',
    'for, empty statement': 'const a = 1;\nfor (;;);\nexport default 1;',
    'for, nested in one line': 'const a = 1;\nfor (;;) for (;;) for (;;) a;\nexport default 1;',
    'for-in': 'const o = Array(200).fill(1);\nfor (const k in o) k;\nexport default 1;',
    'for-of over an endless generator':
      'const it = { [Symbol.iterator]() { return { next: Reflect.get.bind(null, { v: { value: 1, done: false } }, "v") }; } };\nfor (const x of it) { x; }\nexport default 1;',
    'labelled continue': 'let a = 0;\nouter: while (true) { while (true) continue outer; }\nexport default 1;',
    'while inside a condition of a loop': 'const a = 1;\nconst f = () => true; while (f());\nexport default 1;',
    recursion: 'const a = 1;\nfunction f() { try { f(); } finally { f(); } }\nexport default f();',
    'recursion through an arrow': 'const a = 1;\nconst f = () => [f, f].map((g) => g());\nexport default f();',
    getter: 'const o = {\nget x() { try { return this.x } finally { this.x } } };\nexport default o.x;',
    'static block': 'const a = 1;\nclass A { static { for (;;); } }\nexport default 1;',
    'field initialiser': 'const a = 1;\nclass A { x = (() => { for (;;); })(); }\nexport default new A();',
    'default parameter': 'const a = 1;\nfunction f(x = (() => { while (true); })()) { return x; }\nexport default f();',
    'computed key': 'const a = 1;\nexport default { [(() => { while (true); })()]: 1 };',
    'template substitution': 'const a = 1;\nexport default `${(() => { for (;;); })()}`;',
  };
  for (const [name, code] of Object.entries(endless)) {
    it(`stops: ${name}`, async () => {
      const { tripped } = await run(code, 100);
      const { sites } = instrument(code);
      assert.equal(tripped.length > 0, true);
      // Every snippet has its loop or recursion on its second line, or names a helper before it.
      const lines = new Set(tripped.map((site) => sites[site]?.line));
      assert.deepEqual([...lines], [2]);
    });
  }

  it('stops for-await over an endless async generator', async () => {
    const code = 'async function* g() { while (true) yield 1; }\nexport default (async () => { for await (const x of g()) x; })();';
    const { tripped } = await run(code, 100);
    assert.equal(tripped.length > 0, true);
  });

  it('counts each round and each entry once', async () => {
    const rounds = 'let n = 0; for (let i = 0; i < 10; i++) n += i; export default n;';
    assert.deepEqual(await run(rounds, 10), { result: 45, tripped: [], fuel: 0 });
    assert.equal((await run(rounds, 9)).tripped.length, 1);
    const calls = 'const f = (x) => g(x); const g = (x) => x; f(1); f(2); f(3); export default 0;';
    assert.equal((await run(calls, 100)).fuel, 97);
    assert.equal((await run('let i = 0; do i++; while (i < 5); export default i;', 100)).fuel, 95);
    assert.equal((await run('let i = 0; while (i < 5) i++; export default i;', 100)).fuel, 95);
    assert.equal(
      (
        await run(
          'class A { constructor() { f() } get x() { return 1 } static y() { f() } *z() { yield 1 } } const f = () => {}; const a = new A(); a.x; A.y(); [...a.z()]; export default 0;',
          100,
        )
      ).fuel,
      96,
    );
  });

  it('names each place in the code that was given', () => {
    const code = 'const a = 1;\n  for (;;) {\n    (() => a())();\n  }\nexport default { get() { a() }, async *b() { yield 1 } };';
    assert.deepEqual(instrument(code).sites, [
      { line: 2, column: 3 },
      { line: 3, column: 6 },
      { line: 5, column: 21 },
      { line: 5, column: 41 },
    ]);
  });

  const same: Record<string, string> = {
    'object literal bodies': 'export default [() => ({ a: 1 }), () => ({}), (x) => ({ x })].map((f) => f(2));',
    'sequence bodies': 'let n = 0; export default (() => (n++, n++, n))();',
    'in operator in a for head':
      'const o = { a: 1 }; let r = []; for (let f = (k) => (k in o); r.length < 2; ) r.push(f("a")); export default r;',
    'async arrows':
      'export default (async () => { const f = async (x) => await x; const g = async x => ({ x }); return [await f(1), await g(2)]; })();',
    'nested arrows': 'export default (a => b => c => a + b + c)(1)(2)(3);',
    'arrow that returns an assignment': 'let x; const f = () => x = 5; export default [f(), x];',
    'arrow with a conditional body': 'export default [true, false].map((c) => c ? { a: 1 } : [2]);',
    'arrow in a call chain': 'export default ((x) => x)(3) + (() => 4)();',
    'arrow with a comment after its body': 'const f = () => 1 // one\n; export default f();',
    'arrow body in parentheses with a member': 'export default (() => (1, { a: 2 }).a)();',
    'arrow with a template body': 'export default ((x) => `a${x}b`)(1);',
    'arrow with a regular expression body': 'export default (() => /[/(]\\/[`"]/.source)();',
    'yield and spread':
      'function* g() { const x = yield 1; yield* [x, 3]; return 4; } const i = g(); export default [i.next(), i.next(2), i.next(), i.next()];',
    'derived constructors':
      'class A { constructor(x) { this.x = x; } } class B extends A { constructor() { super(7); } } class C extends B {} export default new C().x;',
    'private members and accessors':
      'class A { #x = 1; get x() { return this.#x; } set x(v) { this.#x = v; } static #p() { return 9; } static q() { return A.#p(); } } const a = new A(); a.x = 5; export default [a.x, A.q()];',
    directives:
      'function f() { "use strict"; return this; } function g() { "a"\n"use strict"\nreturn this === undefined } export default [f() === undefined, g()];',
    'labels and jumps':
      'const r = []; outer: for (const a of [1, 2, 3]) { inner: for (const b of [1, 2, 3]) { if (b === 2) continue outer; if (a === 3) break outer; r.push([a, b]); } } export default r;',
    'dangling else': 'const r = []; for (const x of [1, 2]) if (x === 1) while (r.length < 1) r.push(x); else r.push(9); export default r;',
    'if around a bodiless loop': 'const r = []; if (true) for (const x of [1, 2]) r.push(x); else r.push(3); export default r;',
    'closures over loop variables': 'const fs = []; for (let i = 0; i < 3; i++) fs.push(() => i); export default fs.map((f) => f());',
    'var from a loop body': 'for (const x of [1, 2]) var last = x; export default last;',
    'switch in a loop': 'const r = []; for (const x of [1, 2, 3]) switch (x) { case 2: continue; default: r.push(x); } export default r;',
    'try in a loop':
      'const r = []; for (const x of [1, 2]) try { if (x === 2) throw x; r.push(x); } catch (e) { r.push([e]); } finally { r.push(0); } export default r;',
    'names of functions':
      'const f = () => {}; const o = { g() {}, h: () => 1, ["i"]: function () {} }; export default [f.name, o.g.name, o.h.name, o.i.name];',
    'lengths of functions': 'export default [((a, b) => a).length, (function (a, b = 1) {}).length];',
    'this and arguments in arrows': 'function f() { return (() => [this.v, arguments[0]])(); } export default f.call({ v: 1 }, 2);',
    'new.target': 'function F() { return { t: new.target === F }; } export default new F().t;',
    'default parameters with arrows': 'const f = (a, b = (x) => x + a, c = () => b(1)) => c(); export default f(1);',
    'destructuring defaults': 'const { a = () => 1, b: [c = () => 2] = [] } = {}; export default [a(), c()];',
    'immediately invoked function': 'export default (function () { return 1; })() + (() => { return 2; })();',
    'await in a loop head':
      'export default (async () => { let s = 0; for await (const x of [Promise.resolve(1), 2]) s += x; while (await Promise.resolve(s < 10)) s += 5; return s; })();',
    'do without semicolon, then a statement': 'let i = 0; do i++; while (i < 3) i += 10; export default i;',
    'do with nested do': 'let n = 0, i = 0; do do n++; while (n % 3) while (++i < 2); export default [n, i];',
    'getter named get, method named async':
      'const o = { get get() { return 1; }, async() { return 2; }, static: () => 3 }; export default [o.get, o.async(), o.static()];',
    'hoisted functions': 'const r = f(); function f() { return g(); } function g() { return 1; } export default r;',
    'a function that reads a comment only': 'function f() { /* { } */ } const g = () => { // {\n}; export default [f(), g()];',
    'strings with code in them': 'export default ["for(;;){}", `() => ${"while(1)"}`, /function(){}/.source];',
    'line breaks of every kind': 'const a = `x\u2028y`;\r\nconst f = () =>\r\n  a;\r\nexport default f().length;',
    'astral characters before a loop': 'const 𠮷 = "😀"; const r = []; for (const c of 𠮷) r.push(c); export default r;',
  };
  for (const [name, code] of Object.entries(same)) {
    it(`changes nothing: ${name}`, async () => {
      const expected = await evaluate(code, {});
      const { result, tripped } = await run(code);
      // Values of another realm are compared by what they hold.
      assert.equal(JSON.stringify(result), JSON.stringify(expected));
      assert.notEqual(JSON.stringify(expected), undefined);
      assert.deepEqual(tripped, []);
    });
  }

  describe('loops that are counted ahead', () => {
    const isAhead = (code: string) => /\bM\d/.test(instrument(code).code);
    /** With the counts that they take. */
    const ahead: Record<string, [code: string, counts: number]> = {
      'a number': ['let n = 0; for (let i = 0; i < 10; i++) n += i; export default n;', 10],
      'a number, inclusive': ['let n = 0; for (let i = 1; i <= 10; i++) n += i; export default n;', 10],
      'many rounds': ['let n = 0; for (let i = 0; i < 5000; i += 1) n += i; export default n;', 5_000],
      'many rounds, inclusive': ['let n = 0; for (let i = 0; i <= 5000; ++i) n += i; export default n;', 5_001],
      'no round': ['let n = 0; for (let i = 5; i < 5; i++) n++; for (let i = 9; i <= 5; i++) n++; export default n;', 0],
      'a bound below zero': [
        'let n = 0; for (let i = 0; i < -1e9; i++) n++; const b = -7; for (let i = 0; i < b; i++) n++; export default n;',
        0,
      ],
      'a constant': ['const end = 70; let n = 0; for (let i = 0; i < end; i++) n += i; export default n;', 70],
      'a bound of the head': [
        'const a = [1, 2, 3]; let n = 0; for (let i = 0, end = a.length; i < end; i++) n += a[i]; export default n;',
        3,
      ],
      'a length': ['const a = [1, 2, 3]; let n = 0; for (let i = 0; i < a.length; i++) n += a[i]; export default n;', 3],
      'a length of a text': ['const a = "abc"; let n = ""; for (let i = 0; i < a.length; i++) n = a[i] + n; export default n;', 3],
      'a parameter': [
        'function f(end) { let n = 0; for (let i = 0; i < end; i++) n += i; return n; } export default [f(3), f(100), f("4"), f(2.5), f(NaN), f(null), f(undefined), f({ valueOf: () => 3 }), f([2])];',
        3 + 100 + 4 + 2 + 0 + 0 + 0 + 3 + 2,
      ],
      'break and continue': [
        'const f = (end) => { let n = 0; for (let i = 0; i < end; i++) { if (i === 3) continue; if (i === 7) break; n += i; } return n; }; export default [f(5), f(60), f(5000)];',
        5 + 8 + 8,
      ],
      'break without a semicolon': ['let n = 0; for (let i = 0; i < 50; i++) { n += i; if (n > 5) break\n } export default n;', 4],
      'return from loops in loops': [
        'function f() { for (let i = 0; i < 50; i++) for (let j = 0; j <= 2000; j++) if (i + j === 12) return [i, j]; return 0 } export default f();',
        1 + 13,
      ],
      'return of nothing': ['function f() { for (let i = 0; i < 50; i++) { if (i > 2) return; } } export default [f()];', 4],
      'a switch in it': [
        'let n = 0; for (let i = 0; i < 6; i++) switch (i) { case 2: break; case 3: continue; default: n += i; } export default n;',
        6,
      ],
      'loops in its body': [
        'let n = 0; for (let i = 0; i < 6; i++) { for (const x of [1, 2]) { if (x === 2) break; n += x; } while (true) { n++; break; } } export default n;',
        6 + 12 + 6,
      ],
      'a label': ['let n = 0; outer: for (let i = 0; i < 6; i++) { if (i === 4) break; n += i; } export default n;', 5],
      'a loop that is a branch': [
        'let n = 0; if (n) n = 9; else for (let i = 0; i < 6; i++) if (i === 2) break; else n += 5; export default n;',
        3,
      ],
      'a step': ['let n = 0; for (let i = 0; i < 9; i += 2) n++; export default n;', 5],
      'a step that is a constant, from a product': [
        'const f = (a, by, end) => { let n = 0; for (let i = a * a; i < end; i += by) n += i; return n; }; export default [f(2, 2, 9), f(3, 3, 30), f(0, 0.5, 2), f(1, 7, 20000), f(5, 1, 25), f(5, 1, NaN), f(2, 3, "10")];',
        3 + 7 + 4 + 2_857 + 0 + 0 + 2,
      ],
      'a step and a bound of the head of a loop around, or of a block': [
        'let r = 0; const f = () => { for (let n = 2; n < 5; n++) { let end = 4; end += n * 10; for (let m = n * n; m < end; m += n) r += m; } }; f(); export default r;',
        3 + 10 + 9 + 7,
      ],
      'a bound that its owner has changed before': [
        'let end = 2; end = 4; let n = 0; for (let i = 0; i < end; i++) n += i; export default n;',
        4,
      ],
    };
    for (const [name, [code, counts]] of Object.entries(ahead)) {
      it(`${name}: the result is the same, and ${counts} rounds and entries are counted`, async () => {
        assert.ok(isAhead(code));
        const { result, fuel, tripped } = await run(code, 10_000);
        assert.deepEqual([JSON.stringify(result), 10_000 - fuel, tripped], [JSON.stringify(await evaluate(code, {})), counts, []]);
        if (counts > 0) assert.equal((await run(code, counts - 1)).tripped.length, 1);
        // What a loop around has counted and not used is missing within.
        assert.deepEqual((await run(code, counts + 64)).tripped, []);
      });
    }

    const each: Record<string, string> = {
      'a variable that its body changes': 'let n = 0; for (let i = 0; i < 5; i++) { n++; if (n < 9) i--; } export default n;',
      'a bound that its body changes': 'let n = 0, end = 3; for (let i = 0; i < end; i++) { n++; if (end < 9) end++; } export default n;',
      'a bound that a function changes':
        'let end = 3; const more = () => { if (end < 9) end++; }; let n = 0; for (let i = 0; i < end; i++) { n++; more(); } export default n;',
      "a bound from outside that the owner's own code changes":
        'let end = 3; const f = () => { let n = 0; for (let i = 0; i < end; i++) n++; return n; }; const a = f(); end = 5; export default [a, f()];',
      'a length that its body changes': 'const a = [1]; for (let i = 0; i < a.length; i++) if (i < 5) a[i + 1] = i; export default a;',
      'a length that calls may change': 'const a = [1]; for (let i = 0; i < a.length; i++) if (i < 5) a.push(i); export default a;',
      'closures over its variable': 'const fs = []; for (let i = 0; i < 3; i++) fs.push(() => i); export default fs.map((f) => f());',
      'a try that undoes a return':
        'const boom = () => { throw 1; }; const f = () => { let n = 0; for (let i = 0; i < 5; i++) try { return boom(); } catch { n++; } return n; }; export default f();',
      'jumps to labels':
        'let n = 0; outer: for (let i = 0; i < 5; i++) for (let j = 0; j < 5; j++) { n++; if (j === i) continue outer; } export default n;',
      BigInts: 'let n = 0; const end = 5n; for (let i = 0; i < end; i++) n++; export default n;',
      'no number to begin with': 'let n = 0; for (let i = "1"; i < 5; i++) n++; export default n;',
      'a step that its body changes': 'let n = 0, by = 1; for (let i = 0; i < 9; i += by) { n++; if (by < 3) by++; } export default n;',
      'a step of a loop’s head that another function of that name may change':
        'let r = 0; const f = () => { for (let n = 1; n < 4; n++) { const up = () => { n++; }; for (let m = n * 1; m < 9; m += n) { r += m; if (r % 5 === 0) up(); } } }; f(); export default r;',
      'a step, and a break': 'let n = 0; for (let i = 0; i < 9; i += 2) { n++; if (n > 2) break; } export default n;',
      'a step, and a return': 'const f = () => { for (let i = 0; i < 9; i += 2) if (i > 4) return i; }; export default f();',
      'a step, inclusive': 'let n = 0; for (let i = 0; i <= 8; i += 2) n++; export default n;',
      'a step from a sum, which may be a text':
        'const f = (a) => { let n = 0; for (let i = a + 1; i < 40; i += 2) n++; return n; }; export default [f(1), f("1")];',
      'a length that a pattern writes to':
        'const a = [1]; for (let i = 0; i < a.length; i++) if (i < 5) ({ x: a.length } = { x: i + 2 }); export default a.length;',
      'a length that a loop head writes to':
        'const a = [1]; for (let i = 0; i < a.length; i++) if (i < 5) for (a.length of [i + 2]); export default a.length;',
      'a var': 'let n = 0; for (var i = 0; i < 9; i++) n++; export default [n, i];',
    };
    for (const [name, code] of Object.entries(each)) {
      it(`are none with ${name}`, async () => {
        assert.ok(!isAhead(code));
        assert.equal(JSON.stringify((await run(code)).result), JSON.stringify(await evaluate(code, {})));
      });
    }

    it('what a throw leaves uncounted is charged, and not for nothing', async () => {
      const code = 'let n = 0; try { for (let i = 0; i < 5000; i++) if (i === 9) null.x; else n++; } catch {} export default n;';
      const { result, fuel } = await run(code, 10_000);
      assert.deepEqual([result, fuel], [9, 10_000 - 1_024]);
    });

    it('a step that gets nowhere, or backwards, or is no number, is the same, and each round is counted', async () => {
      const of = (by: string, from = '0 * 1', end = '10') =>
        `const by = ${by}, end = ${end};\nconst r = []; for (let i = ${from}; i < end; i += by) { r.push(i); if (r.length > 40) throw r; } export default r;`;
      for (const by of ['0', '-1', 'NaN', '"1"', '""', 'undefined', 'null', '({ valueOf: () => 1 })', '[2]', '1e-9', 'true']) {
        for (const end of ['10', '"10"', '"a"', 'Infinity', '({ valueOf: () => 3 })']) {
          const code = of(by, '0 * 1', end);
          assert.ok(isAhead(code), code);
          const wrapped = (text: string) => text;
          const [expected, found] = await Promise.all([
            evaluate(wrapped(code), {}).catch((error: unknown) => error),
            run(code, 10_000).then(
              ({ result }) => result,
              (error: unknown) => error,
            ),
          ]);
          assert.equal(JSON.stringify(found), JSON.stringify(expected), code);
        }
      }
      for (const [by, from] of [
        ['0', '0 * 1'],
        ['-1', '0 * 1'],
        ['""', '0 * 1'],
        ['1', '-(2 ** 53) - 2'],
        ['1e-9', '1e15 * 1'],
      ] as const) {
        const code = `const by = ${by}, end = 2e15;\nlet n = 0; for (let i = ${from}; i < end; i += by) n++; export default n;`;
        assert.ok(isAhead(code), code);
        assert.deepEqual((await run(code, 10_000)).tripped, [0], code);
      }
    });

    it('an end that never comes is none', async () => {
      for (const end of ['Infinity', '1e300', '2 ** 53']) {
        const code = `const end = ${end};\nlet n = 0; for (let i = 0; i < end; i++) n++; export default n;`;
        const { tripped } = await run(code, 100_000);
        assert.deepEqual(instrument(code).sites[tripped[0] as number], { line: 2, column: 12 });
      }
    });
  });

  it('a function that calls nothing has no guard, unless it is called by what is no call', () => {
    const { sites } = instrument(
      'const f = (a, b) => a - b;\nconst o = { get x() { return this.x; } };\nexport default (a) => { while (a) a--; };',
    );
    assert.deepEqual(sites, [
      { line: 2, column: 18 },
      { line: 3, column: 25 },
    ]);
  });

  it('uses names that the code does not', async () => {
    const code =
      'let F = 1, T = 2; function F1() { return T1; } var T1 = F + T; { let F = 5; while (F < 8) F++; } export default [F, T, F1()];';
    const { result, fuel } = await run(code, 100);
    assert.deepEqual([JSON.stringify(result), fuel], ['[1,2,3]', 97]);
    assert.match(instrument(code).code, /^var F_=1,T_=/);
  });

  it('is out of reach of names in every position', () => {
    for (const code of [
      'F = 1',
      'o.F',
      '({ F: 1 })',
      '({ F })',
      'class F {}',
      'F: for (;;) {}',
      'try {} catch (F) {}',
      'function f(F) {}',
      'const [F] = []',
      'x = { F() {} }',
      'class A { #F = 1; F = 2 }',
      'export { x as F }; let x',
    ]) {
      assert.match(instrument(code).code, /^var F_=1,/, code);
    }
  });

  it('leaves no direct eval, which would see the fuel', async () => {
    for (const call of ['eval(code)', '(eval)(code)', 'eval?.(code)']) {
      const { code } = instrument(`export default (code) => ${call};`);
      // In a module, where the guard's names are the module's own.
      const reached = await evaluate(code, { __nboxGuard: (set: (n: number) => number) => set(9) });
      assert.throws(() => (reached as (code: string) => unknown)('F'), /F is not defined/, call);
    }
  });

  it('makes a remaining import() a rejection, its argument evaluated', async () => {
    const code =
      'let seen = 0; const p = import((seen++, "node:" + "fs")); export default p.then(() => "in", (e) => [e instanceof TypeError, e.message, seen]);';
    assert.equal(JSON.stringify((await run(code)).result), '[true,"import() of a computed name is not available in a plugin",1]');
  });

  it('keeps import.meta', () => {
    assert.match(instrument('export default import.meta.url;').code, /default import\.meta\.url/);
  });

  it('moves the mappings with the code', () => {
    const code = 'a;for(;;)b;c;\nd;(()=>g(e))();f;';
    const { code: guarded, move } = instrument(code);
    const marks = [...code.matchAll(/[a-f];/g)].concat([...code.matchAll(/e(?=\))/g)]).sort((a, b) => a.index - b.index);
    const lineBreak = code.indexOf('\n');
    const mappings: [number, number, number, number][][] = [[], []];
    for (const { index } of marks) {
      const line = index > lineBreak ? 1 : 0;
      mappings[line]?.push([index - line * (lineBreak + 1), 0, 0, index]);
    }
    move(mappings);
    const lines = guarded.split('\n');
    const found = mappings.flatMap((segments, line) => segments.map(([column, , , index]) => [lines[line]?.[column], code[index]]));
    assert.deepEqual(
      found.map(([now]) => now),
      ['a', 'b', 'c', 'd', 'e', 'f'],
    );
    assert.deepEqual(
      found.map(([, then]) => then),
      ['a', 'b', 'c', 'd', 'e', 'f'],
    );
  });

  it('walks a deep tree without recursion', () => {
    const { sites } = instrument(`export default ${'(() => f())()+'.repeat(1_000)}1;`);
    assert.equal(sites.length, 1_000);
  });

  it('throws SyntaxError for what is no module', () => {
    assert.throws(() => instrument('export default {'), SyntaxError);
  });
});

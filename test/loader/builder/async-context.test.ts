import assert from 'node:assert/strict';
import { keepContext } from '../../../loader/builder/async-context.ts';

/** A module's default export, after the rewriting. */
async function run(code: string): Promise<unknown> {
  const { code: kept } = keepContext(code);
  const module = (await import(`data:text/javascript,${encodeURIComponent(kept)}`)) as { default: unknown };
  return module.default;
}

describe('keepContext(code)', () => {
  const same: Readonly<Record<string, [code: string, value: unknown]>> = {
    'await at top level': ['export default [await 1, await Promise.resolve(2)];', [1, 2]],
    'await in every operand': [
      'export default [typeof await 1, -(await 2), (await [3])[0], await (await (async () => 4)()), await (5, 6)];',
      ['number', -2, 3, 4, 6],
    ],
    'a for await without braces, in an else': [
      'let s = 0; if (false) s = 9; else for await (const x of [1, Promise.resolve(2)]) s += await x; export default s;',
      3,
    ],
    'labels, break and continue': [
      'const s = []; a: b: for await (const x of [1, 2, 3]) { if (x === 1) continue b; if (x === 3) break a; s.push(x); } export default s;',
      [2],
    ],
    'a var of a loop, seen after it': ['for await (var x of [1, 2]); export default x;', 2],
    'yield and return of promises': [
      'async function* g() { const got = yield Promise.resolve(1); yield* [got, 3]; return Promise.resolve(4); } const it = g(); export default [await it.next(), await it.next(2), await it.next(), await it.next()].map(({ value }) => value);',
      [1, 2, 3, 4],
    ],
    'yield without a value, and of a plain generator': [
      'function* p() { yield 1; return 2; } async function* a() { yield; try { yield Promise.reject(3); } catch (e) { yield e; } } const s = []; for await (const x of a()) s.push(x); export default [[...p()], s];',
      [[1], [null, 3]],
    ],
    'names that the rewriting would take': [
      'const Kawait = 1, Rawait = 2, Sawait = 3, Cawait = 4; export default [Kawait, Rawait, Sawait, Cawait, await 5];',
      [1, 2, 3, 4, 5],
    ],
    'errors and their identity': [
      'const e = new Error("x"); let same; try { await Promise.reject(e); } catch (c) { same = c === e; } export default same;',
      true,
    ],
  };
  for (const [what, [code, value]] of Object.entries(same)) {
    it(`changes nothing: ${what}`, async () => assert.deepEqual(JSON.parse(JSON.stringify(await run(code))), value));
  }

  it('adds one line, and moves the mappings with the code', () => {
    const code = 'const a = await b; c();\nfor await (const d of e) f(d);\n';
    const { code: kept, move } = keepContext(code);
    const places = ['a =', 'b;', 'c()', 'for', 'f(d)'];
    const mappings: [number][][] = code
      .split('\n')
      .map((line) => places.flatMap((place) => (line.includes(place) ? [[line.indexOf(place)] as [number]] : [])));
    move(mappings);
    const lines = kept.split('\n');
    assert.equal(lines.length, code.split('\n').length + 1);
    const found = mappings.flatMap((segments, line) => segments.map(([column]) => (lines[line] as string).slice(column)));
    for (const [i, place] of ['a =', 'b', 'c()', 'for', 'f(d)'].entries()) assert.ok(found[i]?.startsWith(place), `${place}: ${found[i]}`);
  });

  it('throws SyntaxError for what is no module', () => {
    assert.throws(() => keepContext('await ('), SyntaxError);
  });
});

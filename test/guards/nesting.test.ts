import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NboxError } from '../../guards/errors.ts';
import { checkNesting, nestingLimits } from '../../guards/nesting.ts';

function refusal(code: string): NboxError {
  try {
    checkNesting(code, 'a.ts');
  } catch (error) {
    assert.ok(error instanceof NboxError, String(error));
    return error;
  }
  assert.fail(`accepted: ${code.slice(0, 60)}`);
}

describe('checkNesting(code, file)', () => {
  const repeats: Record<string, (n: number) => string> = {
    parentheses: (n) => `export default ${'('.repeat(n)}1${')'.repeat(n)}`,
    'unclosed brackets': (n) => `export default ${'['.repeat(n)}`,
    blocks: (n) => '{'.repeat(n) + '}'.repeat(n),
    objects: (n) => `export default ${'{a:'.repeat(n)}1${'}'.repeat(n)}`,
    functions: (n) => `export default ${'function(){return '.repeat(n)}1${'}'.repeat(n)}`,
    templates: (n) => `export default ${'`${'.repeat(n)}1${'}`'.repeat(n)}`,
    additions: (n) => `export default 1${'+1'.repeat(n)}`,
    'additions, one a line': (n) => `export default 1${'\n+ 1'.repeat(n)}`,
    arrows: (n) => `export default ${'a=>'.repeat(n)}1`,
    'arrows with parentheses': (n) => `export default ${'(a) => '.repeat(n)}1`,
    conditionals: (n) => `export default ${'a?b:'.repeat(n)}1`,
    'conditionals with objects': (n) => `export default ${'a?{}:'.repeat(n)}1`,
    negations: (n) => `export default ${'!'.repeat(n)}x`,
    signs: (n) => `export default ${'- '.repeat(n)}x`,
    typeof: (n) => `export default ${'typeof '.repeat(n)}x`,
    'new': (n) => `export default ${'new '.repeat(n)}x`,
    'else if, blocks': (n) => `if(a){}${'else if(a){}'.repeat(n)}`,
    'else if, statements': (n) => `if(a)b;${'\nelse if(a)b;'.repeat(n)}`,
    'else if, no semicolons': (n) => `if(a)b${'\nelse if(a)b'.repeat(n)}`,
    'if after if': (n) => `${'if(a)'.repeat(n)};`,
    'for after for': (n) => `${'for(;;)'.repeat(n)};`,
    labels: (n) => `${Array.from({ length: n }, (_, i) => `l${i}:`).join('')};`,
    members: (n) => `export default a${'.b'.repeat(n)}`,
    indexes: (n) => `export default a${'[0]'.repeat(n)}`,
    calls: (n) => `export default a${'()'.repeat(n)}`,
    'calls with functions, one a line': (n) => `export default a${'\n.b((c) => {})'.repeat(n)}`,
    'tagged templates': (n) => `export default a${'``'.repeat(n)}`,
    assignments: (n) => `${'a='.repeat(n)}1`,
    'type arguments': (n) => `type X = ${'A<'.repeat(n)}1${'>'.repeat(n)}`,
    'type arguments after others': (n) => `type X = ${'A<B,'.repeat(n)}1${'>'.repeat(n)}`,
    'conditional types': (n) => `type X<T> = ${'T extends 1 ? 2 : '.repeat(n)}1`,
    as: (n) => `export default a${' as any'.repeat(n)}`,
    sequences: (n) => `export default (1${',1'.repeat(n)})`,
    'sequences after return': (n) => `function f() { return (1${',1'.repeat(n)}) }`,
    JSX: (n) => `export default ${'<a>'.repeat(n)}${'</a>'.repeat(n)}`,
    'JSX with attributes': (n) => `export default ${'<a b="c" d="e">'.repeat(n)}${'</a>'.repeat(n)}`,
  };
  for (const [name, make] of Object.entries(repeats)) {
    it(`refuses 100,000: ${name}`, () => {
      const { code, details } = refusal(make(100_000));
      assert.equal(code, 'invalid_source');
      assert.match(details.detail, /(?:deeper|longer) than \d+$/);
      assert.equal(details.position?.file, 'a.ts');
    });
    it(`accepts 40: ${name}`, () => checkNesting(make(40), 'a.ts'));
  }

  it('says where the limit was passed', () => {
    const { details } = refusal(`const a = 1;\n  ${'('.repeat(nestingLimits.brackets + 1)}`);
    assert.deepEqual(details.position, { file: 'a.ts', line: 2, column: 3 + nestingLimits.brackets });
    checkNesting(`const a = 1;\n  ${'('.repeat(nestingLimits.brackets)}`, 'a.ts');
  });

  it('refuses 250,000 items between one pair of brackets, or in one declaration', () => {
    for (const code of [`[1${',1'.repeat(250_000)}]`, `f(1${',1'.repeat(250_000)})`, `const a${',a'.repeat(250_000)}`]) {
      assert.match(refusal(code).details.detail, /^A list is longer than 200000$/);
    }
  });

  const long: Record<string, string> = {
    'a table of 50,000 rows': `export default [\n${'  [1, "a", { x: -1 }],\n'.repeat(50_000)}]`,
    'a list of 190,000 numbers': `export default [1${',1'.repeat(190_000)}]`,
    'an object with 90,000 keys': `export default {${'a:1,'.repeat(90_000)}}`,
    '100,000 arguments': `f(1${',1'.repeat(100_000)})`,
    'a declaration of 50,000 names': `const a=1${',b=1'.repeat(50_000)};`,
    '90,000 calls with two arguments': 'f(a, b)\n'.repeat(90_000),
    'a sum of 1,000 strings': `const s = ${'"abc" +\n'.repeat(1_000)}""`,
    'a union of 2,000 types': `type A =\n${'| "abc"\n'.repeat(2_000)}`,
    'calls without semicolons': 'foo()\n'.repeat(20_000),
    'if and else without semicolons': 'if (a) foo()\nelse bar()\n'.repeat(5_000),
    'if, else if, else': 'if (a) { b() } else if (c) { d() } else { e() }\n'.repeat(5_000),
    'assignments without semicolons': 'a.b = c + d\n'.repeat(20_000),
    increments: 'x++\n'.repeat(10_000),
    functions: 'function f() {}\n'.repeat(9_000),
    'comparisons in tests': 'it("x", () => { a < b })\n'.repeat(9_000),
    'a class of arrows without semicolons': `class A {\n${'a = (b) => c\n'.repeat(9_000)}}`,
    cases: `switch (a) {${'case 1: return b\n'.repeat(9_000)}}`,
    'fields with type arguments': `interface A {\n${'a: Map<string, B>\n'.repeat(9_000)}}`,
    'a JSX table': `export const t = <table>${'<td>{1}</td>\n'.repeat(5_000)}</table>`,
    'generic arrows': 'const f = <T>(x: T) => x\n'.repeat(5_000),
    'brackets in strings, comments, templates and regular expressions': `const a = "${'('.repeat(500)}"; /* ${'{'.repeat(500)} */ // ${'['.repeat(500)}\nconst b = \`${'('.repeat(500)}\`; const c = /[${'('.repeat(500)}]/;`,
    'a megabyte of digits': '1'.repeat(1 << 20),
    'unfinished regular expressions in one line': `x=${'/['.repeat(50)}`,
    'stray closers': `${'('.repeat(150)}${'}'.repeat(10_000)}`,
  };
  for (const [name, code] of Object.entries(long)) it(`accepts ${name}`, () => checkNesting(code, 'a.ts'));

  it('accepts real libraries, minified ones too', () => {
    const root = join(import.meta.dirname, '../../node_modules');
    const dirs = ['hono/dist', 'zod/v4/core', 'zod/v4/classic', 'acorn/dist', 'mocha/lib', 'koa/lib', 'typescript/dist/ast'];
    let read = 0;
    for (const dir of dirs) {
      for (const name of readdirSync(join(root, dir), { recursive: true, encoding: 'utf8' })) {
        if (!/\.(?:[cm]?js|ts|json)$/.test(name)) continue;
        checkNesting(readFileSync(join(root, dir, name), 'utf8'), name);
        read += 1;
      }
    }
    assert.ok(read > 300, `only ${read} files`);
  });
});

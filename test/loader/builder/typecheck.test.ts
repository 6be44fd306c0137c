import assert from 'node:assert/strict';
import { join } from 'node:path';
import { isNboxError } from '../../../guards/errors.ts';
import { loadLibraries } from '../../../loader/builder/libraries.ts';
import { Typechecker } from '../../../loader/builder/typecheck.ts';
import { bad, good } from './fixtures/checked-sources.ts';

const libraries = loadLibraries(join(import.meta.dirname, '../../../libraries'));

describe('typechecker.check(files, entry)', () => {
  let checker: Typechecker;
  before(async () => {
    checker = await Typechecker.create({ libraries });
  });
  after(() => checker.close());

  const check = (files: Record<string, string> | string, entry?: string) => {
    const map = new Map(Object.entries(typeof files === 'string' ? { 'index.ts': files } : files));
    return checker.check(map, entry ?? [...map.keys()][0] ?? '');
  };
  const brief = async (files: Record<string, string> | string, entry?: string) =>
    (await check(files, entry)).map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`);

  for (const [what, files] of Object.entries(good)) {
    it(`accepts ${what}`, async () => assert.deepEqual(await check(files), []));
  }

  for (const [what, [files, ...expected]] of Object.entries(bad)) {
    it(`reports ${what}`, async () => assert.deepEqual(await brief(files), expected));
  }

  /** The same files with a test beside them. */
  const tested = (files: string | Record<string, string>, test = "it('is there', () => {\n  expect(1).toBe(1);\n});") => ({
    ...(typeof files === 'string' ? { 'index.ts': files } : files),
    'a.test.ts': test,
  });

  it('says the same of a source that has tests', async () => {
    for (const [what, files] of Object.entries(good)) assert.deepEqual(await brief(tested(files)), [], what);
    for (const [what, [files, ...expected]] of Object.entries(bad)) assert.deepEqual(await brief(tested(files)), expected, what);
  });

  it('shows tests what the entry exports, as it is', async () => {
    const object = 'export default { own: 1, async fetch(request, env, ctx) { ctx.waitUntil(request.text()); return new Response(); } };';
    const uses = "import plugin from './index.ts';\nplugin.own.toFixed();\n(await plugin.fetch(1, 2, 3)).status.toFixed();\n";
    assert.deepEqual(await brief(tested(object, uses)), []);
    assert.deepEqual(await brief(tested(object, `${uses}plugin.nope;`)), ['a.test.ts:4:8 TS2339']);
    const shorthand = 'export default (request: Request) => ({ path: request.url });';
    const calls = "import plugin from './index.ts';\nplugin(new Request('http://x/')).path.trim();\nplugin(1);";
    assert.deepEqual(await brief(tested(shorthand, calls)), ['a.test.ts:3:8 TS2345']);
  });

  it('shows the globals of tests to sources that have some, and to no others', async () => {
    const source = 'export default () => typeof describe;';
    assert.deepEqual(await brief(source), ['index.ts:1:29 TS2593']);
    assert.deepEqual(await brief(tested(source)), []);
    const wrong =
      "import { call } from 'nbox:test';\nit('takes a callback', (done: () => void) => done());\nexpect(1).toBee(1);\ncall(1, 2);";
    assert.deepEqual(await brief(tested('export default () => 1;', wrong)), [
      'a.test.ts:2:24 TS2345',
      'a.test.ts:3:11 TS2551',
      'a.test.ts:4:6 TS2345',
    ]);
  });

  it('shows no path of the host', async () => {
    const found = await check(
      "import { Hono } from 'hono';\nimport x from '/etc/passwd';\nconst a: number = new Hono().fetch;\nconst b: string = import('./nope.ts');\nexport default { a, b, x };",
    );
    assert.ok(found.length >= 3);
    assert.equal(
      found
        .map(({ message }) => message)
        .join('\n')
        .includes(join(import.meta.dirname, '../../..')),
      false,
    );
  });

  it('reads the types of packed libraries, and takes one without types as it comes', async () => {
    const files = {
      'index.ts':
        "import { a } from 'a';\nimport b from 'b';\nimport c from 'c/deep';\nimport d from 'd';\nexport default () => { const n: string = a; const m: string = c; return [n, b.anything.goes, m, d]; };",
      'node_modules/a/package.json': '{"name":"a","exports":{".":{"types":"./types.d.ts","default":"./index.js"}}}',
      'node_modules/a/types.d.ts':
        "import { inner } from './inner.js';\nimport 'not-there';\nexport declare const a: typeof inner;\ndeclare const wrong: Missing;",
      'node_modules/a/inner.d.ts': 'export declare const inner: number;',
      'node_modules/a/index.js': 'export const a = 1;',
      'node_modules/b/package.json': '{"name":"b","main":"index.js"}',
      'node_modules/b/index.js': 'module.exports = {};',
      'node_modules/c/package.json': '{"name":"c"}',
      'node_modules/c/deep.js': 'module.exports = 1;',
      'node_modules/@types/c/package.json': '{"name":"@types/c"}',
      'node_modules/@types/c/deep.d.ts': 'declare const deep: number;\nexport default deep;',
    };
    assert.deepEqual(await brief(files), ['index.ts:4:15 TS2307', 'index.ts:5:30 TS2322', 'index.ts:5:51 TS2322']);
  });

  it('says what libraries there are', async () => {
    const [found] = await check("import a from 'left-pad';\nexport default () => a;");
    assert.equal(found?.message, `Cannot find module 'left-pad'. This host has ${[...libraries.names].join(', ')}.`);
  });

  it('says what is off in plugins, at each use and at no look', async () => {
    const found = await check(
      'export default () => [new WeakRef({}), new FinalizationRegistry(() => {}), Atomics.load, new SharedArrayBuffer(1), typeof WeakRef];',
    );
    assert.deepEqual(
      found.map(({ column, message }) => [column, message]),
      [
        [27, "'WeakRef' is off in plugins, which do not need it."],
        [44, "'FinalizationRegistry' is off in plugins, which do not need it."],
        [76, "'Atomics' is off in plugins, which do not need it."],
        [94, "'SharedArrayBuffer' is off in plugins, which do not need it."],
      ],
    );
  });

  it('flattens chains of reasons', async () => {
    const [found] = await check('const a: { b: { c: string } } = { b: { c: 1 } as { c: number } };\nexport default () => a;');
    assert.match(found?.message ?? '', /\n {2,}.*'number' is not assignable to type 'string'/s);
  });

  describe('with a tsconfig.json', () => {
    const strange = 'export default (request: Request) => { const unused = 1; const list = [request.url]; return list[0].length; };';
    it('is stricter where it asks', async () => {
      assert.deepEqual(await check(strange), []);
      const tsconfig =
        '{\n  // comments and trailing commas\n  "compilerOptions": { "noUnusedLocals": true, /* "x" */ "noUncheckedIndexedAccess": true, },\n}';
      assert.deepEqual(await brief({ 'index.ts': strange, 'tsconfig.json': tsconfig }), ['index.ts:1:46 TS6133', 'index.ts:1:93 TS2532']);
    });

    it('is looser where it asks', async () => {
      const loose = 'function f(a) { return a; }\nexport default () => f(1);';
      assert.deepEqual(await brief(loose), ['index.ts:1:12 TS7006']);
      assert.deepEqual(await check({ 'index.ts': loose, 'tsconfig.json': '{"compilerOptions":{"strict":false}}' }), []);
    });

    it('warns of what a plugin cannot set', async () => {
      const found = await check({
        'index.ts': 'export default () => 1;',
        'tsconfig.json': '{"extends":"/etc/passwd","compilerOptions":{"paths":{"*":["/etc/*"]},"typeRoots":["/"],"__proto__":1}}',
      });
      assert.deepEqual(
        found.map(({ severity, code, message }) => [severity, code, message.split(' ')[0]]),
        [
          ['warning', 'nbox/tsconfig', 'paths'],
          ['warning', 'nbox/tsconfig', 'typeRoots'],
          ['warning', 'nbox/tsconfig', '__proto__'],
          ['warning', 'nbox/tsconfig', 'extends'],
        ],
      );
    });

    it('is an error where it is malformed', async () => {
      for (const [text, place] of [
        ['{\n "compilerOptions": nope }', 'tsconfig.json:2:22'],
        ['[]', 'tsconfig.json:1:1'],
        ['{"compilerOptions":{"strict":"yes"}}', 'tsconfig.json:1:1'],
      ]) {
        assert.deepEqual(await brief({ 'index.ts': 'export default () => 1;', 'tsconfig.json': text as string }), [
          `${place} nbox/tsconfig`,
        ]);
      }
    });
  });

  it('takes checks at the same time', async () => {
    const found = await Promise.all(
      Array.from({ length: 8 }, (_, i) => brief(`${'\n'.repeat(i)}const x: number = '';\nexport default () => x;`)),
    );
    assert.deepEqual(
      found,
      Array.from({ length: 8 }, (_, i) => [`index.ts:${i + 1}:7 TS2322`]),
    );
  });

  it('keeps no check from another', async () => {
    await check({ 'index.ts': 'export default () => 1; declare global { interface Request { mine: 1 } }' });
    assert.deepEqual(await brief('export default (request) => request.mine;'), ['index.ts:1:37 TS2339']);
  });

  it('is replaced when its process is killed', async () => {
    const pid = await checker.pid();
    assert.ok(pid);
    const checked = check('export default () => 1;');
    process.kill(pid, 'SIGKILL');
    await assert.rejects(checked, (error) => isNboxError(error, 'builder_failed'));
    assert.deepEqual(await check('export default () => 1;'), []);
    assert.notEqual(await checker.pid(), pid);
  });
});

describe('a check of what was checked before', () => {
  let checker: Typechecker;
  before(async () => {
    checker = await Typechecker.create({ libraries });
  });
  after(() => checker.close());

  const brief = async (files: Record<string, string>) => {
    const map = new Map(Object.entries(files));
    return (await checker.check(map, 'index.ts')).map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`);
  };
  const app = (greet: string) => ({
    'index.ts':
      "import { Hono } from 'hono';\nimport { greet } from './greet.ts';\nexport default new Hono().get('/', (c) => c.text(greet(c.req.path)));\n",
    'greet.ts': greet,
  });
  const right = "export const greet = (path: string) => 'Hello '.concat(path);\n";

  it('goes by the texts as they are now, also where another file is what has changed', async () => {
    assert.deepEqual(await brief(app(right)), []);
    assert.deepEqual(await brief(app('export const greet = (path: number) => String(path);\n')), ['index.ts:3:56 TS2345']);
    assert.deepEqual(await brief(app('export const greet = (path: string) => path.nope;\n')), ['greet.ts:1:45 TS2339']);
    assert.deepEqual(await brief(app('export const welcome = 1;\n')), ['index.ts:2:10 TS2305']);
    assert.deepEqual(await brief(app('export const greet = (\n')), ['greet.ts:1:23 TS1109', 'greet.ts:2:1 TS1005']);
    assert.deepEqual(await brief(app(right)), []);
  });

  it('sees files that have come or gone, and other rules', async () => {
    const { 'index.ts': index } = app(right);
    assert.deepEqual(await brief({ 'index.ts': index }), ['index.ts:2:23 TS2307']);
    assert.deepEqual(await brief(app(right)), []);
    const loose = app("export const greet = (path) => 'Hello '.concat(path);\n");
    assert.deepEqual(await brief(loose), ['greet.ts:1:23 TS7006']);
    assert.deepEqual(await brief({ ...loose, 'tsconfig.json': '{ "compilerOptions": { "strict": false } }' }), []);
    assert.deepEqual(await brief(loose), ['greet.ts:1:23 TS7006']);
  });

  it('shows nothing of the one before to another plugin', async () => {
    assert.deepEqual(
      await brief({
        'index.ts': "import type { secret } from './secret.ts';\nexport default () => 1;\n",
        'secret.ts': 'export type secret = 1;\n',
      }),
      [],
    );
    assert.deepEqual(await brief({ 'index.ts': "import type { secret } from './secret.ts';\nexport default () => 1;\n" }), [
      'index.ts:1:29 TS2307',
    ]);
  });

  it('is right beside others at the same time, and after them', async () => {
    const wrong = app('export const greet = (path: number) => String(path);\n');
    for (let round = 0; round < 3; round += 1) {
      const found = await Promise.all([
        brief(app(right)),
        brief(wrong),
        brief({ 'index.ts': 'export default () => nope;\n' }),
        brief(app(right)),
      ]);
      assert.deepEqual(found, [[], ['index.ts:3:56 TS2345'], ['index.ts:1:22 TS2304'], []]);
    }
  });
});

describe('Typechecker.create({ deadlineMs })', () => {
  it('gives up on a check that takes longer, and goes on with a fresh process', async () => {
    await using checker = await Typechecker.create({ libraries, deadlineMs: 1 });
    const pid = await checker.pid();
    await assert.rejects(checker.check(new Map([['index.ts', 'export default () => 1;']]), 'index.ts'), (error) =>
      isNboxError(error, 'builder_failed'),
    );
    assert.equal(await checker.pid(), undefined);
    assert.throws(() => process.kill(pid as number, 0), { code: 'ESRCH' });
  });
});

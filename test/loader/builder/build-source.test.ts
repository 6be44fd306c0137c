import assert from 'node:assert/strict';
import { join } from 'node:path';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { NboxError } from '../../../guards/errors.ts';
import type { Build, BuildRequest } from '../../../loader/build.ts';
import { createPipeline, maxDiagnostics, type Pipeline } from '../../../loader/builder/build-source.ts';
import { Bundler } from '../../../loader/builder/bundle.ts';
import { loadLibraries } from '../../../loader/builder/libraries.ts';
import { Typechecker } from '../../../loader/builder/typecheck.ts';
import { parseManifest } from '../../../loader/manifest.ts';

function requestOf(files: Record<string, string> | string, typecheck: BuildRequest['typecheck'] = 'strict'): BuildRequest {
  const map = new Map(Object.entries(typeof files === 'string' ? { 'index.ts': files } : files));
  return { plugin: 'a/b/c', files: map, manifest: parseManifest({}, map.keys()), typecheck };
}

describe('pipeline.build(request)', () => {
  const libraries = loadLibraries(join(import.meta.dirname, '../../../libraries'));
  const bundler = new Bundler(libraries);
  let typechecker: Typechecker;
  let pipeline: Pipeline;
  before(async () => {
    typechecker = await Typechecker.create({ libraries });
    pipeline = createPipeline({ bundler, typechecker });
  });
  after(() => Promise.all([typechecker.close(), bundler.close()]));

  const build = (files: Record<string, string> | string, typecheck?: BuildRequest['typecheck']): Promise<Build> =>
    pipeline.build(requestOf(files, typecheck));
  const refusal = async (files: Record<string, string> | string, typecheck?: BuildRequest['typecheck']): Promise<NboxError> => {
    try {
      await build(files, typecheck);
    } catch (error) {
      assert.ok(error instanceof NboxError, String(error));
      return error;
    }
    assert.fail('built');
  };

  it('gives code that registers its guard and exports the handler', async () => {
    const { code, diagnostics } = await build('export default (request: Request) => request.url;');
    assert.match(code, /^var \w+=1,\w+=globalThis\.__nboxGuard\(/);
    assert.match(code, /as default/);
    assert.deepEqual(diagnostics, []);
  });

  it("names every guard's place in the author's files", async () => {
    const { sites } = await build({
      'index.ts':
        "import { count } from './lib/count.ts';\n\nexport default {\n  fetch() {\n    return new Response(String(count([1, 2])));\n  },\n};",
      'lib/count.ts':
        '// A comment that goes away.\nexport function count(list: readonly number[]): number {\n  let n = 0;\n  for (const item of list) n += item;\n  return n;\n}',
    });
    assert.deepEqual(sites, [
      { file: 'lib/count.ts', line: 2, column: 8 },
      { file: 'lib/count.ts', line: 4, column: 3 },
      { file: 'index.ts', line: 4, column: 3 },
    ]);
  });

  it("maps the code's places to the author's", async () => {
    const { code, sourceMap } = await build(
      'const a: number = 1;\n\nexport default (request: Request) => {\n  for (;;) throw new Error(request.url + a);\n};',
    );
    const lines = code.split('\n');
    const line = lines.findIndex((text) => text.includes('throw new'));
    const map = new TraceMap(sourceMap);
    for (const [mark, column] of [
      ['throw', 12],
      ['new Error', 18],
    ] as const) {
      const found = originalPositionFor(map, { line: line + 1, column: (lines[line] as string).indexOf(mark) });
      assert.deepEqual([found.source, found.line, (found.column ?? 0) + 1], ['index.ts', 4, column], mark);
    }
  });

  it('names libraries by their place in node_modules', async () => {
    const { sites } = await build("import { Hono } from 'hono';\nexport default new Hono();");
    assert.ok(sites.length > 50);
    for (const { file } of sites) assert.match(file, /^(?:node_modules\/hono\/.+|\(bundle\)|index\.ts)$/);
    assert.ok(sites.filter(({ file }) => file === '(bundle)').length < sites.length / 10);
  });

  it('refuses type errors, and says the first', async () => {
    const { code, details } = await refusal("const x: number = 'a';\nexport default () => x as string;");
    assert.equal(code, 'type_errors');
    assert.match(details.detail, /^index\.ts:1:7 TS2322: Type 'string' is not assignable to type 'number'\. \(and 1 more\)$/);
    assert.deepEqual(details.position, { file: 'index.ts', line: 1, column: 7 });
    assert.equal(details.diagnostics?.length, 2);
  });

  it('makes them warnings where it is asked to', async () => {
    const { diagnostics, code } = await build("const x: number = 'a';\nexport default () => x;", 'warn');
    assert.deepEqual(
      diagnostics.map(({ severity, code: of }) => [severity, of]),
      [['warning', 'TS2322']],
    );
    assert.match(code, /"a"/);
  });

  it('tells of a syntax error once', async () => {
    const { code, details } = await refusal('export default {\n  fetch() { return 1 +; }\n};');
    assert.equal(code, 'type_errors');
    assert.deepEqual(
      details.diagnostics?.map(({ line, column }) => [line, column]),
      [[2, 23]],
    );
    const warned = await refusal('export default {\n  fetch() { return 1 +; }\n};', 'warn');
    assert.equal(warned.code, 'bundle_failed');
    assert.deepEqual(
      warned.details.diagnostics?.map(({ line, column }) => [line, column]),
      [[2, 23]],
    );
  });

  it('refuses HTML-like comments, which a module does not have', async () => {
    assert.match((await refusal('export default { fetch() { <!-- x\n for(;;){} } }')).code, /type_errors|bundle_failed/);
  });

  it('caps the diagnostics', async () => {
    const { details } = await refusal(`${'nope;\n'.repeat(300)}export default () => 1;`);
    assert.equal(details.diagnostics?.length, maxDiagnostics);
    assert.match(details.detail, /and 299 more/);
  });

  it('refuses what is nested too deeply before any parser sees it', async () => {
    for (const source of [`export default ${'('.repeat(100_000)}1${')'.repeat(100_000)}`, `export default 1${'+1'.repeat(500_000)}`]) {
      const { code, details } = await refusal(source);
      assert.equal(code, 'invalid_source');
      assert.equal(details.position?.file, 'index.ts');
    }
    assert.equal(
      (await refusal({ 'index.ts': 'export default () => 1;', 'data.json': '['.repeat(100_000) })).details.position?.file,
      'data.json',
    );
  });

  it('warns of characters that turn text around', async () => {
    const { diagnostics } = await build(
      'export default { fetch() { /*\u202e } \u2066if (isAdmin)\u2069 \u2066 begin */ return new Response("x"); } };',
    );
    assert.deepEqual(
      diagnostics.map(({ code, line, column }) => [code, line, column]),
      [['nbox/bidi', 1, 30]],
    );
  });

  it('takes const enum and a sourceMappingURL', async () => {
    await build('const enum E { A = 1 } export default { fetch() { return new Response(String(E.A)) } }');
    const { sourceMap } = await build('export default { fetch() {} }\n//# sourceMappingURL=file:///etc/passwd');
    assert.deepEqual((JSON.parse(sourceMap) as { sources: string[] }).sources, ['index.ts']);
  });

  it('makes a bundle of the tests, and none of it is in that of the plugin', async () => {
    const files = {
      'index.ts': "import { add } from './add.ts';\nexport default () => add(1, 2);",
      'add.ts': 'export const add = (a: number, b: number) => a + b;',
      'add.test.ts':
        "import { add } from './add.ts';\nit('adds what the test says', () => {\n  for (const n of [1, 2]) expect(add(n, 0)).toBe(n);\n});",
    };
    const plugin = await build(files);
    assert.doesNotMatch(plugin.code, /adds what the test says/);
    const tests = await pipeline.build({ ...requestOf(files), part: 'tests' });
    assert.match(tests.code, /^var \w+=1,\w+=globalThis\.__nboxGuard\(/);
    assert.match(tests.code, /adds what the test says/);
    assert.ok(tests.sites.some(({ file, line, column }) => file === 'add.test.ts' && line === 3 && column === 3));
    const { sources } = JSON.parse(tests.sourceMap) as { sources: string[] };
    assert.ok(sources.includes('add.test.ts') && sources.includes('nbox/testing/expect.ts'), sources.join());
  });

  it('refuses a plugin that imports tests, and tests of other runners', async () => {
    const message = async (request: BuildRequest) => {
      try {
        await pipeline.build(request);
      } catch (error) {
        assert.ok(error instanceof NboxError && error.code === 'bundle_failed', String(error));
        return error.message;
      }
      assert.fail('built');
    };
    const test = { 'a.test.ts': 'export const a = 1;' };
    const importing = { ...test, 'index.js': "export { a as default } from './a.test.ts';" };
    assert.match(await message(requestOf(importing)), /index\.js imports a\.test\.ts: tests are no part of what is published/);
    const helped = { 'index.js': "export { call as default } from 'nbox:test';" };
    assert.match(await message(requestOf(helped)), /index\.js imports "nbox:test", which is there for tests alone/);
    const other = { 'index.js': 'export default () => 1;', 'a.test.js': "import { it } from 'vitest';\nit('x', () => {});" };
    assert.match(
      await message({ ...requestOf(other), part: 'tests' }),
      /a\.test\.js imports "vitest": describe, it and expect are globals/,
    );
  });

  it('warns of options that a plugin cannot set', async () => {
    const { diagnostics } = await build({ 'index.ts': 'export default () => 1;', 'tsconfig.json': '{"compilerOptions":{"paths":{}}}' });
    assert.deepEqual(
      diagnostics.map(({ file, code }) => [file, code]),
      [['tsconfig.json', 'nbox/tsconfig']],
    );
  });

  it('says how long each step took', async () => {
    const { timings } = await build('export default () => 1;');
    for (const name of ['typecheckMs', 'bundleMs', 'instrumentMs'] as const) {
      assert.ok(timings[name] >= 0);
      assert.equal(timings[name], Math.round(timings[name] * 10) / 10);
    }
  });
});

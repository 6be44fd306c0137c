import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NboxError } from '../../../guards/errors.ts';
import { Bundler, bundleLimits } from '../../../loader/builder/bundle.ts';
import { loadLibraries } from '../../../loader/builder/libraries.ts';

const librariesDir = join(import.meta.dirname, '../../../libraries');

describe('bundler.bundle(files, entry)', () => {
  const bundler = new Bundler(loadLibraries(librariesDir));
  after(() => bundler.close());

  const bundle = (files: Record<string, string> | string, entry?: string) => {
    const map = new Map(Object.entries(typeof files === 'string' ? { 'index.ts': files } : files));
    return bundler.bundle(map, entry ?? [...map.keys()][0] ?? '');
  };
  /** The default export of a bundle, which Node can load since it imports nothing. */
  const load = async (files: Record<string, string> | string, entry?: string): Promise<unknown> => {
    const { code } = await bundle(files, entry);
    assert.doesNotMatch(code, /^\s*import\b/m);
    return ((await import(`data:text/javascript,${encodeURIComponent(code)}`)) as { default: unknown }).default;
  };
  const refusal = async (files: Record<string, string> | string): Promise<NboxError> => {
    try {
      await bundle(files);
    } catch (error) {
      assert.ok(error instanceof NboxError, String(error));
      return error;
    }
    assert.fail('bundled');
  };

  const good: Record<string, [files: string | Record<string, string>, value: unknown]> = {
    'files by every kind of name': [
      {
        'index.ts':
          "import { a } from './lib/a.js'; import b from './lib'; import { c } from './lib/c'; import { d } from './lib/d.tsx'; import e from './e.mjs'; export default [a, b, c, d, e];",
        'lib/a.ts': "import { c } from './c.js'; import up from '../e.mjs'; export const a = ['a', c, up];",
        'lib/index.ts': "export { a as default } from '../lib/a';",
        'lib/c.js': "export const c = 'c';",
        'lib/d.tsx': "export const d = 'd';",
        'e.mjs': "export default 'e';",
      },
      [['a', 'c', 'e'], ['a', 'c', 'e'], 'c', 'd', 'e'],
    ],
    'JSON and text': [
      {
        'index.ts':
          "import a from './a.json'; import b from './b.txt'; import c from './c.html'; import d from './d.graphql'; import e from './e.css'; import f from './f.md'; export default [a.x, b, c, d, e, f];",
        'a.json': '{"x":[1]}',
        'b.txt': 'b\n',
        'c.html': '<c>',
        'd.graphql': 'd',
        'e.css': 'e {}',
        'f.md': '# f',
      },
      [[1], 'b\n', '<c>', 'd', 'e {}', '# f'],
    ],
    'const enum, namespace, parameter properties': [
      'const enum E { A = 1 } namespace N { export const b = 2 } class C { constructor(readonly c: number) {} } export default [String(E.A), N.b, new C(3).c];',
      ['1', 2, 3],
    ],
    decorators: [
      'const seen: unknown[] = []; function d(_: unknown, context: { name: PropertyKey }) { seen.push(context.name); } class C { @d m() {} @d accessor x = 1; } new C(); export default seen;',
      ['m', 'x'],
    ],
    using: [
      'const seen: number[] = []; { using a = { [Symbol.dispose]() { seen.push(1); } }; seen.push(0); void a; } export default seen;',
      [0, 1],
    ],
    'types from nbox': [
      "import type { Handler } from 'nbox'; import { Env } from 'nbox'; export type { Handler }; export default [1] satisfies unknown as unknown as Env;",
      [1],
    ],
    'import() of a file': [{ 'index.ts': "export default [(await import('./a.ts')).a];", 'a.ts': 'export const a = 1;' }, [1]],
    zod: ["import * as z from 'zod'; export default z.object({ a: z.string() }).safeParse({ a: 1 }).success;", false],
    'files with names that objects have': [
      { 'index.ts': "import a from './constructor.ts'; export default a;", 'constructor.ts': 'export default 1;' },
      1,
    ],
    'text and JSON as the import says': [
      {
        'index.ts':
          "import a from './a.ts' with { type: 'text' }; import b from './b.txt' with { type: 'json' }; import c from './c.csv'; import d from './d.sql'; import e from './a.ts' with { type: 'bytes' }; export default [a, b, c, d, e.length];",
        'a.ts': 'not [code',
        'b.txt': '{"b":1}',
        'c.csv': 'c;d',
        'd.sql': 'select 1',
      },
      ['not [code', { b: 1 }, 'c;d', 'select 1', 9],
    ],
    'CommonJS of the plugin': [
      {
        'index.js': "import a, { b } from './a.cjs'; import c from './c.cjs'; export default [a.b, b, c()];",
        'a.cjs': "exports.b = require('./b.json').x + typeof module + typeof require('./c.cjs');",
        'b.json': '{"x":"x"}',
        'c.cjs': 'module.exports = () => __filename;',
      },
      ['xobjectfunction', 'xobjectfunction', '/index.js'],
    ],
    'import without a name of a library with effects, and none of one without': [
      {
        'index.js':
          "import 'with'; import 'without'; import 'some/b.effect.mjs'; import 'some/c.mjs'; import { used } from 'some'; export default [globalThis.seen, used]; delete globalThis.seen;",
        'node_modules/with/package.json': '{"name":"with","main":"a"}',
        'node_modules/with/a.js': "(globalThis.seen ??= []).push('with');",
        'node_modules/without/package.json': '{"name":"without","sideEffects":false}',
        'node_modules/without/index.js': "(globalThis.seen ??= []).push('without');",
        'node_modules/some/package.json': '{"name":"some","module":"./index.mjs","main":"./none.js","sideEffects":["*.effect.mjs"]}',
        'node_modules/some/index.mjs': "export * from './a.mjs'; export * from './c.mjs';",
        'node_modules/some/a.mjs': "export const used = 1; (globalThis.seen ??= []).push('some');",
        'node_modules/some/b.effect.mjs': "(globalThis.seen ??= []).push('effect');",
        'node_modules/some/c.mjs': "export const c = 1; (globalThis.seen ??= []).push('none');",
      },
      [['with', 'effect', 'some'], 1],
    ],
    'packed libraries of every form': [
      {
        'index.ts':
          "import cjs from 'cjs'; import esm from 'esm/part/one'; import dual from '@s/dual'; import field from 'field'; import self from 'self'; import old from 'old/lib/x'; import { asked } from 'asks'; export default [cjs, esm, dual, field, self, old, asked];",
        'node_modules/cjs/package.json': '{"name":"cjs","main":"./lib"}',
        'node_modules/cjs/lib/index.js':
          "module.exports = ['cjs', require('./data'), require('../package.json').name, require('inner'), process.env.NODE_ENV];",
        'node_modules/cjs/lib/data.json': '{"n":1}',
        'node_modules/cjs/node_modules/inner/package.json': '{"name":"inner"}',
        'node_modules/cjs/node_modules/inner/index.js': "module.exports = 'inner of cjs';",
        'node_modules/inner/package.json': '{"name":"inner"}',
        'node_modules/inner/index.js': "module.exports = 'inner of all';",
        'node_modules/esm/package.json':
          '{"name":"esm","type":"module","exports":{"./part/*":"./src/*.js"},"imports":{"#own":{"workerd":"./own.js","default":"./none.js"}}}',
        'node_modules/esm/src/one.js': "import own from '#own'; import inner from 'inner'; export default ['esm', own, inner];",
        'node_modules/esm/own.js': "export default 'workerd';",
        'node_modules/@s/dual/package.json': '{"name":"@s/dual","exports":{"node":"./node.js","import":"./m.js","require":"./c.js"}}',
        'node_modules/@s/dual/m.js': "export default 'import';",
        'node_modules/@s/dual/c.js': "module.exports = 'require';",
        'node_modules/field/package.json':
          '{"name":"field","main":"./main.js","module":"./module.js","browser":{"./module.js":"./browser.js","util":"./own-util.js"}}',
        'node_modules/field/browser.js': "import util from 'util'; export default ['browser', util];",
        'node_modules/field/own-util.js': "export default 'own util';",
        'node_modules/field/main.js': '',
        'node_modules/field/module.js': '',
        'node_modules/self/package.json': '{"name":"self","exports":{".":["./missing.js","./index.js"],"./x":"./x.js"}}',
        'node_modules/self/index.js': "export { default } from 'self/x';",
        'node_modules/self/x.js': "export default 'self';",
        'node_modules/old/package.json': '{"name":"old"}',
        'node_modules/old/lib/x.ts': "export default 'old' as string;",
        'node_modules/asks/package.json': '{"name":"asks","main":"index.js"}',
        'node_modules/asks/index.js': "exports.asked = require('@s/dual');",
      },
      [
        ['cjs', { n: 1 }, 'cjs', 'inner of cjs', 'production'],
        ['esm', 'workerd', 'inner of all'],
        'import',
        ['browser', 'own util'],
        'self',
        'old',
        'require',
      ],
    ],
    'a packed library before the one that the host has': [
      {
        'index.ts': "import { z } from 'zod'; export default z;",
        'node_modules/zod/package.json': '{"name":"zod","main":"a.js"}',
        'node_modules/zod/a.js': "exports.z = 'packed';",
      },
      'packed',
    ],
    "one of the host's for a packed one": [
      {
        'index.ts': "import a from 'a'; export default a;",
        'node_modules/a/package.json': '{"name":"a","type":"module"}',
        'node_modules/a/index.js': "import { z } from 'zod'; export default z.string().safeParse(1).success;",
      },
      false,
    ],
    NODE_ENV: ['declare const process: any; export default process.env.NODE_ENV;', 'production'],
  };
  for (const [what, [files, value]] of Object.entries(good)) {
    it(`takes ${what}`, async () => assert.deepEqual(await load(files), value));
  }

  it('takes Hono, with its JSX where the file has some', async () => {
    const app = (await load({
      'index.tsx': "import { Hono } from 'hono';\nconst app = new Hono();\napp.get('/a', (c) => c.html(<p>x</p>));\nexport default app;",
    })) as { fetch(request: Request): Promise<Response> };
    assert.equal(await (await app.fetch(new Request('http://x/a'))).text(), '<p>x</p>');
  });

  it("writes JSX as the plugin's tsconfig.json asks", async () => {
    const files = {
      'index.jsx': 'const h = (...all) => all; export default <a b="1">c</a>;',
      'tsconfig.json': '{"compilerOptions":{"jsx":"react","jsxFactory":"h"}}',
    };
    assert.deepEqual(await load(files, 'index.jsx'), ['a', { b: '1' }, 'c']);
  });

  it('has import.meta.hot in all files as one word, or as nothing where calls start anew', async () => {
    const files = new Map(
      Object.entries({
        'index.ts':
          "import './a.ts'; import 'lib'; if (import.meta.hot) import.meta.hot.accept(); export default import.meta.hot?.data.count;",
        'a.ts': 'import.meta.hot?.dispose((data) => { data.count = 1; });',
        'node_modules/lib/package.json': '{"name":"lib"}',
        'node_modules/lib/index.js': 'import.meta.hot?.dispose(() => {}); globalThis.lib = 1;',
      }),
    );
    const shared = (await bundler.bundle(files, 'index.ts')).code;
    assert.equal(shared.match(/__nboxHot/g)?.length, 5);
    assert.doesNotMatch(shared, /import\.meta/);
    const { code } = await bundler.bundle(files, 'index.ts', false);
    assert.doesNotMatch(code, /__nboxHot|import\.meta/);
    assert.match(code, /lib = 1/);
    assert.equal((await bundler.bundle(files, 'index.ts')).code, shared);
  });

  it('lowers what the engine does not have', async () => {
    const { code } = await bundle('class A { accessor x = 1 } export default async () => { await using a = null; return [a, A]; };');
    assert.doesNotMatch(code, /await using|accessor x/);
  });

  const bad: Record<string, [source: string, place: string, message: RegExp]> = {
    "a module of Node's": [
      "const a = 1;\nimport fs from 'node:fs'; export default fs;",
      'index.ts:2:16',
      /index\.ts imports "node:fs".*Node/,
    ],
    'a library that is not there': [
      "import a from 'left-pad'; export default a;",
      'index.ts:1:15',
      /does not have the library; it has .*hono,.*zod/,
    ],
    'a package that only the host has': ["import a from 'acorn'; export default a;", 'index.ts:1:15', /does not have the library/],
    'an absolute path': ["import a from '/etc/passwd'; export default a;", 'index.ts:1:15', /only files of the plugin/],
    'an address': ["import a from 'https://example.com/a.js'; export default a;", 'index.ts:1:15', /only files of the plugin/],
    data: ["import a from 'data:text/javascript,1'; export default a;", 'index.ts:1:15', /only files of the plugin/],
    'a file: address': ["import a from 'file:///etc/passwd'; export default a;", 'index.ts:1:15', /only files of the plugin/],
    'a way up': ["import a from '../../package.json'; export default a;", 'index.ts:1:15', /not among the plugin's files/],
    'a way up through a library': ["import a from 'hono/../koa/package.json'; export default a;", 'index.ts:1:15', /has no|leads out/],
    'a part that a library does not have': [
      "import a from 'hono/nope'; export default a;",
      'index.ts:1:15',
      /The library hono has no "hono\/nope"/,
    ],
    'what nbox does not have': ["import { q } from 'nbox'; export default q;", 'index.ts:1:10', /No matching export in "nbox"/],
    'text that does not parse': ['const é = "日本";\n/*日*/ const x = ; export default 1;', 'index.ts:2:17', /Unexpected ";"/],
    'a missing export': ["import { a } from './index.ts'; export default a;", 'index.ts:1:10', /No matching export in "index.ts"/],
  };
  for (const [what, [source, place, message]] of Object.entries(bad)) {
    it(`refuses ${what}`, async () => {
      const { code, details } = await refusal(source);
      assert.equal(code, 'bundle_failed');
      const [found] = details.diagnostics ?? [];
      assert.equal(`${found?.file}:${found?.line}:${found?.column}`, place);
      assert.equal(found?.code, 'esbuild');
      assert.match(found?.message ?? '', message);
    });
  }

  const badPacked: Record<string, [files: Record<string, string>, place: string, message: RegExp]> = {
    'a part that exports do not have': [
      {
        'index.ts': "import a from 'a/b'; export default a;",
        'node_modules/a/package.json': '{"exports":{".":"./b.js"}}',
        'node_modules/a/b.js': '',
      },
      'index.ts:1:15',
      /the library a has no "a\/b"/,
    ],
    'exports that lead out': [
      { 'index.ts': "import a from 'a'; export default a;", 'node_modules/a/package.json': '{"exports":"./../../index.ts"}' },
      'index.ts:1:15',
      /the library a has no "a"/,
    ],
    'a missing file of a library': [
      {
        'index.ts': "import a from 'a'; export default a;",
        'node_modules/a/package.json': '{}',
        'node_modules/a/index.js': "\nrequire('./gone');",
      },
      'node_modules/a/index.js:2:9',
      /node_modules\/a\/index\.js imports ".\/gone": there is no such file/,
    ],
    'a native add-on': [
      {
        'index.ts': "import a from 'a'; export default a;",
        'node_modules/a/package.json': '{}',
        'node_modules/a/index.js': "module.exports = require('./a.node');",
      },
      'node_modules/a/index.js:1:26',
      /native add-ons are not available/,
    ],
    WebAssembly: [{ 'index.ts': "import a from './a.wasm'; export default a;" }, 'index.ts:1:15', /WebAssembly.* not available/],
    'a computed import in a library': [
      {
        'index.ts': "import a from 'a'; export default a;",
        'node_modules/a/package.json': '{}',
        'node_modules/a/index.js': "module.exports = (n) => require('./' + n);",
      },
      'node_modules/a/index.js:1:33',
      /must be a plain string/,
    ],
    'a file of the disk from a library': [
      {
        'index.ts': "import a from 'a'; export default a;",
        'node_modules/a/package.json': '{}',
        'node_modules/a/index.js': "module.exports = require('/etc/passwd');",
      },
      'node_modules/a/index.js:1:26',
      /only files of the plugin/,
    ],
    'what package.json lists and was not packed': [
      { 'index.ts': "import a from 'a'; export default a;", 'package.json': '{"dependencies":{"a":"1"}}' },
      'index.ts:1:15',
      /package\.json lists the library.*npm ci/,
    ],
    'an import of another type': [
      { 'index.ts': "import a from './a.txt' with { type: 'css' }; export default a;", 'a.txt': '' },
      'index.ts:1:15',
      /type/,
    ],
  };
  for (const [what, [files, place, message]] of Object.entries(badPacked)) {
    it(`refuses ${what}`, async () => {
      const { code, details } = await refusal(files);
      const [found] = details.diagnostics ?? [];
      assert.equal(code, 'bundle_failed');
      assert.match(found?.message ?? '', message);
      assert.equal(`${found?.file}:${found?.line}:${found?.column}`, place);
    });
  }

  it('names the file that imports what is not there', async () => {
    const { details } = await refusal({
      'index.ts': "export { default } from './lib/a.ts';",
      'lib/a.ts': "import fs from 'fs';\nexport default fs;",
    });
    assert.match(details.detail, /^lib\/a\.ts:1:16 lib\/a\.ts imports "fs"/);
  });

  it('refuses an entry without a default export', async () => {
    const { code, details } = await refusal('export const a = 1;');
    assert.deepEqual([code, details.diagnostics?.[0]?.code], ['bundle_failed', 'nbox/entry']);
  });

  it('follows no sourceMappingURL', async () => {
    const inline = `data:application/json;base64,${Buffer.from(JSON.stringify({ version: 3, sources: ['forged.ts'], names: [], mappings: 'AAAA' })).toString('base64')}`;
    for (const comment of [
      '//# sourceMappingURL=file:///etc/passwd',
      '//# sourceMappingURL=/etc/passwd',
      '//@ sourceMappingURL=../package.json',
      `//# sourceMappingURL=${inline}`,
      `/*# sourceMappingURL=${inline} */`,
    ]) {
      for (const name of ['index.ts', 'index.js']) {
        const { sourceMap, diagnostics } = await bundle({ [name]: `export default () => 1;\n${comment}` });
        assert.deepEqual((JSON.parse(sourceMap) as { sources: string[] }).sources, [name], comment);
        assert.deepEqual(diagnostics, []);
      }
    }
    // The comment is real: the same file asked for by esbuild itself would have failed.
    assert.match(readFileSync('/etc/passwd', 'utf8'), /root/);
  });

  it('names sources as the author does, and libraries from node_modules', async () => {
    const { sourceMap } = await bundle({
      'index.ts': "import { Hono } from 'hono'; import './lib/a.ts'; export default new Hono();",
      'lib/a.ts': 'console.log(1);',
    });
    const { sources, sourcesContent } = JSON.parse(sourceMap) as { sources: string[]; sourcesContent?: unknown };
    assert.ok(sources.includes('index.ts') && sources.includes('lib/a.ts'));
    for (const source of sources) assert.match(source, /^(?:index\.ts|lib\/a\.ts|node_modules\/hono\/dist\/.+\.js)$/);
    assert.equal(sourcesContent, undefined);
  });

  it('gives warnings with their places', async () => {
    const { diagnostics } = await bundle('\nexport default (a: unknown) => a === NaN;');
    assert.deepEqual(
      diagnostics.map(({ severity, file, line, column, code }) => [severity, file, line, column, code]),
      [['warning', 'index.ts', 2, 34, 'esbuild']],
    );
  });

  it('caps modules and bytes', async () => {
    const chain = Array.from({ length: bundleLimits.modules + 1 }, (_, i): [string, string] => [
      `m${i}.ts`,
      i === bundleLimits.modules ? 'export default 1;' : `export { default } from './m${i + 1}.ts';`,
    ]);
    assert.match((await refusal(Object.fromEntries(chain))).message, /modules; at most/);
    const big = `export default ${JSON.stringify('x'.repeat(bundleLimits.bytes))};`;
    assert.match((await refusal(big)).message, /bytes; at most/);
  });

  it('takes several at the same time without mixing them up', async () => {
    const codes = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        bundle({ [`f${i}.ts`]: "import a from './a.ts'; export default a;", 'a.ts': `export default "only ${i}";` }),
      ),
    );
    assert.deepEqual(
      codes.map(({ code }, i) => code.includes(`"only ${i}"`)),
      Array<boolean>(6).fill(true),
    );
  });
});

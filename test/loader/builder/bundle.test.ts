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
        'lib/index.ts': "export { a as default } from '.././lib/a';",
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
      /does not have the library; it has hono, zod/,
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

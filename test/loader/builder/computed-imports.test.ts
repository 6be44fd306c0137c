import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { NboxError } from '../../../guards/errors.ts';
import { Bundler } from '../../../loader/builder/bundle.ts';
import { loadLibraries } from '../../../loader/builder/libraries.ts';

const libraries = loadLibraries(join(import.meta.dirname, '../../../libraries'));
const secret = 'one-that-no-plugin-may-read';
const home = join(import.meta.dirname, '../../..');

describe('a name that is put together from parts', () => {
  const bundler = new Bundler(libraries);
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'nbox-secret-')));
  /** More steps up than there are: it leads there from wherever esbuild takes itself to be. */
  const up = `${'../'.repeat(20)}${relative('/', dir)}`;
  before(() => {
    for (const [name, text] of Object.entries({
      'secret.txt': secret,
      'secret.json': JSON.stringify(secret),
      'secret.js': `export default '${secret}';`,
    }))
      writeFileSync(join(dir, name), text);
  });
  after(async () => {
    await bundler.close();
    rmSync(dir, { recursive: true });
  });

  /** What an author can see of a build, whether it succeeds or not. */
  const seen = async (files: Record<string, string>): Promise<{ error?: NboxError; text: string }> => {
    try {
      const bundle = await bundler.bundle(new Map(Object.entries(files)), Object.keys(files)[0] as string);
      return { text: JSON.stringify(bundle) };
    } catch (error) {
      assert.ok(error instanceof NboxError, String(error));
      return { error, text: JSON.stringify(error.toProblem()) };
    }
  };
  /** The author's own words may come back; nothing else of this machine may. */
  const assertNothingTold = (text: string, source: string): void => {
    const told = text.replaceAll(JSON.stringify(source).slice(1, -1), '').replaceAll(up, '');
    for (const path of [secret, 'secret.js', 'secret.txt', home, dir, libraries.dir]) assert.ok(!told.includes(path), `${path} in ${text}`);
  };

  const refused: Record<string, string> = {
    'a template': `import(\`UP/\${f}.txt\`)`,
    'a template with an attribute': `import(\`UP/\${f}.txt\`, { with: { type: 'text' } })`,
    'a template with bytes': `import(\`UP/\${f}.txt\`, { with: { type: 'bytes' } })`,
    'a template with JSON': `import(\`UP/\${f}.json\`, { with: { type: 'json' } })`,
    'a template for names': `import(\`UP/\${f}\`)`,
    'a template of the folder here': `import(\`./\${f}.txt\`)`,
    'a template behind a comment': `import/**/(/* a */ \`UP/\${f}.txt\`)`,
    'a template that is asserted': `import(\`UP/\${f}.txt\` as any)`,
    'a template in parentheses': `import(((\`UP/\${f}.txt\`)))`,
    'a template that begins in a part': `import(\`\${'../'}UP/\${f}.txt\`)`,
    'a template that begins in an empty part': `import(\`\${''}UP/\${f}.txt\`)`,
    'a template behind ||': `import(0 || \`UP/\${f}.txt\`)`,
    'a template behind a constant': `import(process.env.NODE_ENV === 'production' ? \`UP/\${f}.txt\` : './a.ts')`,
    'a template behind a condition': `import(f ? \`UP/\${f}.txt\` : './a.ts')`,
    'a concatenation': `import('UP/' + f + '.txt')`,
    'a concatenation of single dots': `import('.' + './UP/' + f + '.txt')`,
    'a concatenation that begins with nothing': `import('' + 'UP/' + f)`,
    'a concatenation of escapes': `import('\\x2e\\x2e/UP/' + f)`,
    'a concatenation of an enum': `import(E.up + f + '.txt')`,
    'require of a template': `require(\`UP/\${f}.json\`)`,
    'require of a concatenation': `require('UP/' + f)`,
    'require in parentheses': `(require)(\`UP/\${f}.json\`)`,
    'require with escapes': `\\u0072equire(\`UP/\${f}.json\`)`,
    'require behind &&': `(true && require)(\`UP/\${f}.json\`)`,
    'require asserted': `(require as any)!(\`UP/\${f}.json\`)`,
  };
  for (const [what, expression] of Object.entries(refused)) {
    it(`is refused: ${what}`, async () => {
      const source = `// é\ndeclare const f: string, require: any, process: any; enum E { up = '${up}/' }\nexport default () => ${expression.replaceAll('UP', up)};`;
      for (const files of [{ 'index.ts': source }, { 'index.ts': "export { default } from './lib/a.ts';", 'lib/a.ts': source }]) {
        const { error, text } = await seen(files);
        assert.equal(error?.code, 'bundle_failed');
        const [found] = error.details.diagnostics ?? [];
        assert.deepEqual([found?.file, found?.line], [Object.keys(files).at(-1), 3]);
        assert.match(found?.message ?? '', /must be a plain string: one that is put together and begins with "\." is not available/);
        assertNothingTold(text, source);
      }
    });
  }

  it('is refused with its column', async () => {
    const { error } = await seen({ 'index.ts': `const é: string = 'x';\nexport default () => import(\`./\${é}\`);` });
    assert.match(error?.message ?? '', /^index\.ts:2:29 /);
  });

  it('is refused in JavaScript and JSX too', async () => {
    for (const name of ['index.js', 'index.mjs', 'index.jsx', 'index.tsx']) {
      const { error } = await seen({ [name]: `export default (f) => import(\`${up}/\${f}\`);` });
      assert.equal(error?.code, 'bundle_failed', name);
    }
  });

  const others: Record<string, string> = {
    'a static import': `import a from 'UP/secret.txt'; export default a;`,
    ...Object.fromEntries(
      ['text', 'bytes', 'json', 'file', 'dataurl', 'base64', 'copy'].map((type) => [
        `a static import as ${type}`,
        `import a from 'UP/secret.txt' with { type: '${type}' }; export default a;`,
      ]),
    ),
    'export from': `export { default } from 'UP/secret.js';`,
    'import() of a string': `export default import('UP/secret.txt', { with: { type: 'text' } });`,
    'import() of a template without parts': 'export default import(`UP/secret.txt`);',
    'require of a string': `export default require('UP/secret.json');`,
    'import =': `import a = require('UP/secret.json'); export default a;`,
    'require.resolve': `export default (f) => [require.resolve('UP/secret.json'), require.resolve(\`UP/\${f}\`)];`,
    'import.meta.resolve': `export default (f) => import.meta.resolve(\`UP/\${f}\`);`,
    'import.meta.glob': `export default import.meta.glob('UP/*');`,
    'import.defer': `export default (f) => import.defer(\`UP/\${f}.js\`);`,
    'import.source': `export default (f) => import.source(\`UP/\${f}.js\`);`,
    'new URL': `export default (f) => [new URL('UP/secret.txt', import.meta.url), new URL(\`UP/\${f}\`, import.meta.url)];`,
    'new Worker': `export default () => new Worker(new URL('UP/secret.js', import.meta.url));`,
    'a branch never taken': `declare const f: string; if (false) import(\`UP/\${f}.txt\`); export default () => false && import(\`UP/\${f}.txt\`);`,
    'code after return': `declare const f: string; export default () => { return 1; import(\`UP/\${f}.txt\`); };`,
    'a function that nobody calls': `function a(f) { return import(\`UP/\${f}.txt\`); } export default 1;`,
    'a namespace': `namespace N { export const a = (f) => require(\`UP/\${f}.json\`); } export default N.a;`,
    'import = of a template': `declare const f: string; import a = require(\`UP/\${f}.json\`); export default a;`,
    'a decorator': `declare const f: string; export default @(require(\`UP/\${f}.json\`)) class {};`,
    'typeof require': `declare const f: string; export default (typeof require === 'function' ? require : 0)(\`UP/\${f}.json\`);`,
    'require with a question mark': `declare const f: string; export default require?.(\`UP/\${f}.json\`);`,
    'a sequence': `export default (f) => import((0, \`\${f}UP/secret.txt\`));`,
    jsxImportSource: `/** @jsxImportSource UP */ export default <a/>;`,
    'an absolute path': `export default import('${join(dir, 'secret.txt')}');`,
    'a library and up': `import a from 'hono/../../UP/secret.txt'; export default a;`,
    'a library with a query': `import a from 'hono/package.json?/../../UP/secret.txt'; export default a;`,
    'a library as a file': `import a from 'hono/package.json' with { type: 'file' }; export default a;`,
  };
  for (const [what, source] of Object.entries(others)) {
    it(`reaches nothing as ${what}`, async () => {
      const text = source.replaceAll('UP', up);
      const result = await seen({ 'index.tsx': text });
      assert.ok(!result.text.includes(secret));
      for (const path of [home, libraries.dir]) assert.ok(!result.text.includes(path), result.text);
    });
  }

  it('reaches nothing through CSS and JSON, which are text and data', async () => {
    const { text, error } = await seen({
      'index.ts': "import a from './a.css'; import b from './b.json'; export default [a, b];",
      'a.css': `@import '${up}/secret.txt'; a { background: url('${up}/secret.txt') }`,
      'b.json': `{"$ref":"${up}/secret.json"}`,
    });
    assert.equal(error, undefined);
    assert.ok(!text.includes(secret));
  });

  it('is accepted where esbuild leaves it alone', async () => {
    const source = `import './a.ts';
      export default async (name: string, table: any) => [
        import(name), import(table.name), import(name + '.ts'), import(\`\${name}.ts\`), import('data:' + name), import(await name),
        import('./a.ts'), import(\`./a.ts\`), import(name ? './a.ts' : './b.ts'), \`./\${name}\`, './' + name,
      ]; // require(\`./\${name}\`)`;
    const { error, text } = await seen({ 'index.ts': source, 'a.ts': 'export default 1;', 'b.ts': 'export default 2;' });
    assert.equal(error, undefined, text);
    assert.match(text, /import\(name\)/);
  });

  it('is refused in a file that acorn cannot read, since nobody has looked through it', async () => {
    const { error } = await seen({ 'index.js': `\nexport default (f) => import.defer(\`./\${f}.js\`);` });
    assert.match(error?.message ?? '', /^index\.js:2:\d+ (?:The file cannot be read|Deferred imports are not available)/);
  });
});

describe('a library that leads out of the libraries', () => {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'nbox-leading-out-')));
  const sources: Record<string, string> = {
    static: "export { default } from '../../secret.json';",
    pattern: 'export default (f) => import("../../" + f + ".json");',
    missing: "export { default } from '../../nothing.json';",
  };
  let bundler: Bundler;
  before(() => {
    const write = (name: string, text: string): void => writeFileSync(join(dir, name), text);
    const dependencies = Object.fromEntries(Object.keys(sources).map((name) => [name, '*']));
    write('package.json', JSON.stringify({ dependencies }));
    write('secret.json', JSON.stringify(secret));
    for (const [name, source] of Object.entries(sources)) {
      mkdirSync(join(dir, 'node_modules', name), { recursive: true });
      write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }));
      write(`node_modules/${name}/index.js`, source);
    }
    bundler = new Bundler(loadLibraries(dir));
  });
  after(async () => {
    await bundler.close();
    rmSync(dir, { recursive: true });
  });

  for (const name of Object.keys(sources)) {
    it(`is refused without a word of where: ${name}`, async () => {
      await assert.rejects(bundler.bundle(new Map([['index.ts', `import a from '${name}'; export default a;`]]), 'index.ts'), (error) => {
        assert.ok(error instanceof NboxError);
        assert.equal(error.code, 'bundle_failed');
        const told = JSON.stringify(error.toProblem());
        for (const path of [dir, 'secret', tmpdir()]) assert.ok(!told.includes(path), told);
        if (name !== 'missing') assert.match(error.message, /neither the plugin's nor a library's/);
        return true;
      });
    });
  }
});

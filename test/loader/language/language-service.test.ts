import assert from 'node:assert/strict';
import { join } from 'node:path';
import { isNboxError } from '../../../guards/errors.ts';
import type { SourceFiles } from '../../../loader/build.ts';
import { createPipeline } from '../../../loader/builder/build-source.ts';
import { Bundler } from '../../../loader/builder/bundle.ts';
import { CheckerFiles } from '../../../loader/builder/checker-files.ts';
import { CheckerProcess } from '../../../loader/builder/checker-process.ts';
import { loadLibraries } from '../../../loader/builder/libraries.ts';
import { Typechecker } from '../../../loader/builder/typecheck.ts';
import { LanguageService } from '../../../loader/language/language-service.ts';
import type { Answers, Completions, Finding, Hover, Question } from '../../../loader/language/questions.ts';
import { parseManifest } from '../../../loader/manifest.ts';
import { extractManifest } from '../../../loader/source.ts';
import { bad, type Files, good } from '../builder/fixtures/checked-sources.ts';

const libraries = loadLibraries(join(import.meta.dirname, '../../../libraries'));
const allowed = { lanes: ['standard'], dynamicCode: false };
const filesOf = (files: Files): Record<string, string> => (typeof files === 'string' ? { 'index.ts': files } : files);

describe('LanguageService', () => {
  let checker: CheckerProcess;
  let bundler: Bundler;
  let service: LanguageService;
  let sessions = 0;
  before(async () => {
    const files = new CheckerFiles({ libraries });
    checker = new CheckerProcess(files);
    bundler = new Bundler(libraries);
    service = new LanguageService({ files, checker, bundler, now: () => 0, deadlineMs: 20_000 });
    await checker.start();
  });
  after(async () => {
    await checker.close();
    await bundler.close();
  });

  const ask = (files: Files, question: Question, session = `s${sessions++}`) =>
    service.ask(session, { version: 1, files: new Map(Object.entries(filesOf(files))) }, question);

  /** Asks at the bar in one of the files, which is taken out. */
  async function at<K extends 'complete' | 'hover' | 'definition'>(kind: K, given: Files): Promise<Answers[K]> {
    const files = { ...filesOf(given) };
    const file = Object.keys(files).find((name) => files[name]?.includes('|')) as string;
    const text = files[file] as string;
    const offset = text.indexOf('|');
    files[file] = text.slice(0, offset) + text.slice(offset + 1);
    return (await ask(files, { kind, file, offset })) as Answers[K];
  }
  const names = (list: Completions | undefined): string[] => (list?.items ?? []).map(({ name }) => name);
  const diagnose = async (files: Files, session?: string) =>
    (await ask(files, { kind: 'diagnose', ...allowed }, session)) as readonly Finding[];

  describe('complete', () => {
    it('knows the members of what has a type, in an entry that says none', async () => {
      const found = await at('complete', 'export default (request) => request.|;');
      assert.ok(names(found).includes('headers'));
      assert.ok(names(found).includes('json'));
      assert.equal(found?.items.find(({ name }) => name === 'headers')?.kind, 'property');
    });

    it('replaces the word that was begun, beyond scripts of two units', async () => {
      const found = await at('complete', 'const s = "日本😀"; export default (request: Request) => request.he|;');
      assert.equal(found?.from, 'const s = "日本😀"; export default (request: Request) => request.'.length);
      assert.ok(names(found).includes('headers'));
    });

    it('knows the members of libraries and of other files', async () => {
      assert.ok(names(await at('complete', "import { Hono } from 'hono';\nnew Hono().|\nexport default () => 1;")).includes('get'));
      const other = {
        'index.ts': "import { a } from './a.ts';\nexport default () => a.|;",
        'a.ts': 'export const a = { first: 1, second: 2 };',
      };
      assert.deepEqual(names(await at('complete', other)), ['first', 'second']);
    });

    it('knows what is in scope where a bare name stands, and what is not', async () => {
      const source = `import { Hono } from 'hono';
const outer = 1;
function elsewhere(hidden: number) { const inner = hidden; return inner; }
export default (request: Request) => { const near = 2; return ne|; };`;
      const found = await at('complete', source);
      const all = names(found);
      for (const name of ['near', 'outer', 'request', 'elsewhere', 'Hono', 'Response', 'fetch', 'JSON', 'const'])
        assert.ok(all.includes(name), name);
      for (const name of ['hidden', 'inner', 'nboxEntry', 'NboxEntry', 'document', 'require'])
        assert.equal(all.includes(name), false, name);
      const kinds = new Map(found?.items.map(({ name, kind }) => [name, kind]));
      assert.deepEqual([kinds.get('elsewhere'), kinds.get('Hono'), kinds.get('Response')], ['function', 'class', 'class']);
    });

    it('knows the globals of tests in tests alone', async () => {
      const files = { 'index.ts': 'export default () => 1;', 'a.test.ts': 'des|' };
      assert.ok(names(await at('complete', files)).includes('describe'));
      assert.equal(names(await at('complete', 'des|\nexport default () => 1;')).includes('describe'), false);
    });

    it('knows what can be imported, and what of it', async () => {
      const from = await at('complete', {
        'index.ts': "import x from '|';\nexport default () => x;",
        'lib/a.ts': 'export const a = 1;',
        'a.test.ts': '',
      });
      for (const name of ['nbox', 'hono', 'zod', './lib/a.ts', 'node:buffer']) assert.ok(names(from).includes(name), name);
      for (const name of ['acorn', './a.test.ts', './index.ts']) assert.equal(names(from).includes(name), false, name);
      const up = await at('complete', { 'index.ts': 'export default () => 1;', 'lib/a.ts': "import x from '../|';", 'lib/b.ts': '' });
      assert.deepEqual(names(up).sort(), ['../index.ts', './b.ts']);
      const braces = await at('complete', "import { Hono, | } from 'hono';\nexport default new Hono();");
      assert.equal(names(braces).includes('Hono'), false);
      const own = await at('complete', {
        'index.ts': "import { fi| } from './a.ts';\nexport default () => 1;",
        'a.ts': 'export const first = 1; export function second() {} export type Third = 1;',
      });
      assert.deepEqual(names(own), ['first', 'second', 'Third']);
    });

    it('knows what a manifest may have', async () => {
      const found = await at('complete', { 'index.ts': 'export default () => 1;', 'nbox.json': '{ "owner": "a", "|" }' });
      assert.ok(names(found).includes('limits'));
      assert.equal(names(found).includes('owner'), false);
    });

    it('says nothing in comments, numbers, and files that are no scripts', async () => {
      assert.equal(await at('complete', '// a comment |\nexport default () => 1;'), undefined);
      assert.equal(await at('complete', 'const n = 12|;\nexport default () => n;'), undefined);
      assert.equal(await at('complete', { 'index.ts': 'export default () => 1;', 'page.html': '<|' }), undefined);
    });

    it('tells the type and the comment of what it has named', async () => {
      const details = async (source: string, name: string) => {
        const offset = source.indexOf('|');
        return (await ask(source.replace('|', ''), { kind: 'details', file: 'index.ts', offset, name })) as Answers['details'];
      };
      const member = await details('export default (request: Request) => request.|;', 'text');
      assert.match(member?.signature ?? '', /text\(\): Promise<string>/);
      const bare = await details('/** Adds. @param a what to */\nfunction add(a: number) { return a; }\nexport default () => a|;', 'add');
      assert.equal(bare?.signature, 'function add(a: number): number');
      assert.match(bare?.documentation ?? '', /Adds\./);
      assert.deepEqual(
        bare?.tags.map(({ name }) => name),
        ['param'],
      );
      const global = await details('export default () => f|;', 'fetch');
      assert.match(global?.signature ?? '', /^function fetch\(input: URL \| RequestInfo/);
      assert.equal(await details('export default () => f|;', 'nothing'), undefined);
    });
  });

  describe('hover', () => {
    const signature = async (source: Files) => ((await at('hover', source)) as Hover | undefined)?.signature;

    it('tells what a name is', async () => {
      assert.match((await signature('export default (requ|est) => request.url;')) ?? '', /request: Request/);
      assert.equal(await signature('const na|mes = ["a"];\nexport default () => names;'), 'const names: string[]');
      assert.equal(
        await signature('export default async (request: Request) => (await request.te|xt()).length;'),
        '(method) text(): Promise<string>',
      );
      assert.match((await signature("import { Ho|no } from 'hono';\nexport default new Hono();")) ?? '', /^class Hono/);
      assert.equal(await signature('type Pa|ir = [string, number];\nexport default (p: Pair) => p;'), 'type Pair = [string, number]');
      assert.equal(await signature('export default () => 1; //| x'), undefined);
    });

    it('tells the type as it is there, and not as it was declared', async () => {
      const source = 'export default (request: Request, env: { a?: string }) => { if (env.a !== undefined) return env.|a; return ""; };';
      assert.equal(await signature(source), '(property) a?: string');
    });

    it('says where the word is, in the author’s text', async () => {
      const found = await at('hover', 'export default (request) => { const value = request.url; return va|lue; };');
      assert.deepEqual([found?.from, found?.to], [64, 69]);
    });
  });

  it('finds where a name is declared, in the author’s files alone', async () => {
    const files = {
      'index.ts': "import { helper } from './lib/a.ts';\nexport default () => hel|per(1);",
      'lib/a.ts': '\nexport function helper(a: number) { return a; }',
    };
    assert.deepEqual(await at('definition', files), { file: 'lib/a.ts', line: 2, column: 17 });
    assert.deepEqual(await at('definition', 'export default (request) => { const value = 1; return val|ue; };'), {
      file: 'index.ts',
      line: 1,
      column: 37,
    });
    assert.equal(await at('definition', 'export default () => fet|ch("http://x");'), undefined);
  });

  describe('diagnose', () => {
    const pipelineOf = async () => {
      const typechecker = await Typechecker.create({ libraries });
      return { pipeline: createPipeline({ bundler, typechecker }), [Symbol.asyncDispose]: () => typechecker.close() };
    };
    const brief = (all: readonly { file: string; line: number; column: number; code: string; message: string }[]) =>
      all.map(({ file, line, column, code, message }) => ({ file, line, column, code, message }));

    it('says what the gate says of every source, as it is and with a test beside it', async () => {
      await using gate = await pipelineOf();
      const more: Record<string, Files> = {
        'what only the bundler minds': "import page from './page.html';\nexport default () => page;",
        'a test that is imported': { 'index.ts': "import './a.test.ts';\nexport default () => 1;", 'a.test.ts': 'it("x", () => {});' },
        'hidden text': 'export default () => "\u202e";',
        'a setting that cannot be set': {
          'index.ts': 'export default () => 1;',
          'tsconfig.json': '{ "compilerOptions": { "baseUrl": "." } }',
        },
        'settings that cannot be read': { 'index.ts': 'const x: number = "";\nexport default () => x;', 'tsconfig.json': '{ nope' },
        'looser settings': {
          'index.ts': 'export default (a) => { const x = (b) => b; return x(a); };',
          'tsconfig.json': '{ "compilerOptions": { "strict": false } }',
        },
      };
      const all = { ...good, ...Object.fromEntries(Object.entries(bad).map(([what, [files]]) => [what, files])), ...more };
      for (const [what, given] of Object.entries(all)) {
        for (const files of [filesOf(given), { ...filesOf(given), 'z.test.ts': "it('is there', () => { expect(1).toBe(1); });" }]) {
          const said = brief((await diagnose(files)).filter(({ tags }) => tags === undefined));
          assert.deepEqual(
            said,
            brief(await gateSays(gate.pipeline, new Map(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))))),
            what,
          );
        }
      }
    }).timeout(240_000);

    async function gateSays(pipeline: ReturnType<typeof createPipeline>, files: SourceFiles) {
      const given = extractManifest(files);
      const manifest = parseManifest(given?.value, files.keys(), given?.pointer);
      try {
        return (await pipeline.build({ plugin: 'a/b/c', files, manifest, typecheck: 'strict' })).diagnostics;
      } catch (error) {
        assert.ok(isNboxError(error));
        return error.details.diagnostics ?? [];
      }
    }

    it('says how far each reaches', async () => {
      const text = 'const value: number = "a";\nexport default (request) => request.nope + value;';
      const found = await diagnose(text);
      assert.deepEqual(
        found.map(({ from, to }) => text.slice(from, to)),
        ['value', 'nope'],
      );
    });

    it('hints at what nothing uses, and at what is to be used no more', async () => {
      const found = await diagnose('/** @deprecated */\nfunction old() {}\nexport default () => { const unused = 1; old(); };');
      assert.deepEqual(found.map(({ tags, severity }) => [tags, severity]).sort(), [
        [['deprecated'], 'warning'],
        [['unnecessary'], 'warning'],
      ]);
    });

    it('points at what is wrong in a manifest, and checks the rest all the same', async () => {
      const manifest = '{\n  "limits": { "cpuMs": 5, "nope": 1 },\n  "owner": "a"\n}';
      const found = await diagnose({ 'nbox.json': manifest, 'index.ts': 'const x: number = "";\nexport default () => x;' });
      assert.deepEqual(
        found.map(({ file, line, code, from, to }) => [file, line, code, file === 'nbox.json' ? manifest.slice(from, to) : '']),
        [
          ['nbox.json', 2, 'nbox/invalid_manifest', '"nope"'],
          ['index.ts', 1, 'TS2322', ''],
        ],
      );
      const [lane] = await diagnose({ 'nbox.json': '{ "lane": "fast" }', 'index.ts': 'export default () => 1;' });
      assert.match(lane?.message ?? '', /no lane "fast"/);
      const [broken] = await diagnose({ 'nbox.json': '{ "owner": }', 'index.ts': 'export default () => 1;' });
      assert.deepEqual([broken?.file, broken?.line, broken?.column], ['nbox.json', 1, 12]);
    });

    it('shows no parser what is nested too deeply', async () => {
      const [found, ...more] = await diagnose(`export default () => ${'('.repeat(5_000)}`);
      assert.equal(found?.code, 'nbox/invalid_source');
      assert.deepEqual(more, []);
      assert.equal(await at('complete', `export default () => |${'('.repeat(5_000)}`), undefined);
    });
  });

  describe('with changes', () => {
    const edit = (session: string, version: number, since: number | undefined, files: Record<string, string | null>) =>
      service.ask(session, { version, since, files: new Map(Object.entries(files)) }, { kind: 'diagnose', ...allowed }) as Promise<
        readonly Finding[]
      >;
    const codes = (all: readonly Finding[]) =>
      all.filter(({ tags }) => tags === undefined).map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`);

    it('says the same as of the whole', async () => {
      assert.deepEqual(
        codes(
          await edit('c1', 1, undefined, {
            'index.ts': "import { a } from './a.ts';\nexport default () => a;",
            'a.ts': 'export const a: number = 1;',
          }),
        ),
        [],
      );
      assert.deepEqual(codes(await edit('c1', 2, 1, { 'a.ts': 'export const a: number = "";' })), ['a.ts:1:14 TS2322']);
      // The entry's own text, which is checked in another form.
      assert.deepEqual(
        codes(
          await edit('c1', 3, 2, {
            'a.ts': 'export const b = 1;',
            'index.ts': "import { a } from './a.ts';\nexport default (request) => a + request.nope;",
          }),
        ),
        ['index.ts:1:10 TS2305', 'index.ts:2:41 TS2339'],
      );
      assert.deepEqual(codes(await edit('c1', 4, 3, { 'a.ts': null })), ['index.ts:1:19 TS2307', 'index.ts:2:41 TS2339']);
      assert.deepEqual(
        codes(
          await edit('c1', 5, 4, { 'a.ts': 'export const a = "";', 'index.ts': "import { a } from './a.ts';\nexport default () => a;" }),
        ),
        [],
      );
      assert.deepEqual(codes(await edit('c1', 6, 5, { 'a.test.ts': "it('x', () => { expect(a).toBe(1); });" })), ['a.test.ts:1:24 TS2304']);
      assert.deepEqual(
        codes(
          await edit('c1', 7, 6, {
            'a.test.ts': null,
            'tsconfig.json': '{ "compilerOptions": { "noUnusedLocals": true } }',
            'a.ts': 'const c = 1;\nexport const a = 1;',
          }),
        ),
        ['a.ts:1:7 TS6133'],
      );
    });

    it('takes what was sent before, again, and nothing that is older', async () => {
      await edit('c2', 1, undefined, { 'index.ts': 'export default () => 1;' });
      await edit('c2', 5, 1, { 'index.ts': 'export default () => x;' });
      assert.deepEqual(codes(await edit('c2', 6, 1, { 'index.ts': 'export default () => y;' })), ['index.ts:1:22 TS2304']);
      await assert.rejects(edit('c2', 3, 1, { 'index.ts': 'export default () => z;' }), (error) => isNboxError(error, 'editor_superseded'));
    });

    it('asks for all files where it does not know what they were', async () => {
      for (const [session, since] of [
        ['c3', 0],
        ['c2', 9],
      ] as const) {
        await assert.rejects(edit(session, 10, since, { 'index.ts': '1' }), (error) => isNboxError(error, 'editor_session_lost'));
      }
    });

    it('keeps few sessions, and none from another', async () => {
      for (let i = 0; i < 10; i += 1)
        assert.deepEqual(codes(await edit(`many${i}`, 1, undefined, { 'index.ts': `export default () => x${i};` })), [
          'index.ts:1:22 TS2304',
        ]);
      await assert.rejects(edit('many0', 2, 1, {}), (error) => isNboxError(error, 'editor_session_lost'));
      assert.deepEqual(codes(await edit('many9', 2, 1, {})), ['index.ts:1:22 TS2304']);
    });

    it('refuses files that no push could have, and goes on when they are mended', async () => {
      for (const name of ['../a.ts', '/etc/passwd.ts', 'a\\b.ts', 'a/./b.ts', 'node_modules/x.ts']) {
        await assert.rejects(
          edit('c4', 1, undefined, { 'index.ts': 'export default () => 1;', [name]: '' }),
          (error) => isNboxError(error, 'invalid_source'),
          name,
        );
        assert.deepEqual(codes(await edit('c4', 1, undefined, { 'index.ts': 'export default () => 1;' })), []);
      }
    });
  });
});

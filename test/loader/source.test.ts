import assert from 'node:assert/strict';
import { NboxError } from '../../guards/errors.ts';
import { parseManifest } from '../../loader/manifest.ts';
import { extractManifest, packedLimits, readSource, sourceHash, sourceLimits } from '../../loader/source.ts';

const code = 'export default () => 1;';

function refusal(run: () => unknown): NboxError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof NboxError, String(error));
    return error;
  }
  assert.fail('accepted');
}

describe('readSource({ source })', () => {
  it('is index.ts', () => assert.deepEqual([...readSource({ source: code })], [['index.ts', code]]));

  it('refuses an empty one', () => {
    for (const source of ['', ' \n\t\uFEFF']) {
      const { code: errorCode, details } = refusal(() => readSource({ source }));
      assert.deepEqual([errorCode, details.pointer], ['invalid_source', '/source']);
    }
  });

  it('refuses one that is too large, counted in bytes', () => {
    assert.equal(refusal(() => readSource({ source: '日'.repeat(sourceLimits.fileBytes / 3 + 1) })).code, 'source_too_large');
    assert.equal(readSource({ source: 'x'.repeat(sourceLimits.fileBytes) }).size, 1);
  });

  it('refuses lone surrogates and NUL', () => {
    for (const source of ['"\ud800"', 'a\0b']) assert.equal(refusal(() => readSource({ source })).code, 'invalid_source');
  });

  it('wants either a source or files', () => {
    for (const input of [{}, { source: code, files: { 'index.ts': code } }])
      assert.equal(refusal(() => readSource(input)).code, 'invalid_source');
  });
});

describe('readSource({ files })', () => {
  it('is in the order of names, without ./', () => {
    assert.deepEqual(
      [...readSource({ files: { 'lib/b.ts': 'b', './index.ts': 'i', 'a.json': '{}' } }).keys()],
      ['a.json', 'index.ts', 'lib/b.ts'],
    );
  });

  it('takes names that objects have', () => {
    const files = JSON.parse(`{ "index.ts": "1", "__proto__.ts": "2", "constructor/toString.ts": "3" }`) as Record<string, string>;
    assert.equal(readSource({ files }).get('__proto__.ts'), '2');
  });

  const refused: Record<string, string> = {
    'an absolute path': '/etc/passwd.ts',
    'a drive': 'C:/a.ts',
    'a way up': '../a.ts',
    'a way up inside': 'a/../../b.ts',
    'a way up at the end of ./': './../a.ts',
    'a dot part': 'a/./b.ts',
    'a backslash': 'a\\b.ts',
    NUL: 'a\0.ts',
    'a line break': 'a\n.ts',
    'a hidden direction mark': 'a\u202e.ts',
    'an invisible character': 'a\u200b.ts',
    'a lone surrogate': 'a\ud800.ts',
    'decomposed accents': 'e\u0301.ts',
    'an empty part': 'a//b.ts',
    'a folder': 'a/',
    'an empty name': '',
    'a long name': `${'a'.repeat(198)}.ts`,
    'node_modules inside': 'a/node_modules/b/c.ts',
    'node_modules in other letters': 'Node_Modules/a/b.ts',
    'node_modules in other letters, below': 'node_modules/a/Node_modules/b/c.ts',
    'node_modules without a package': 'node_modules/a.ts',
    'node_modules with half a name': 'node_modules/@a/b.ts',
    'a way up in node_modules': 'node_modules/a/../b.ts',
    'a hidden package': 'node_modules/.bin/a.js',
    'a native add-on': 'node_modules/a/b.node',
    'a binary': 'a.wasm',
    'no extension': 'Makefile',
  };
  for (const [what, name] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      const { code: errorCode, details } = refusal(() => readSource({ files: { 'index.ts': code, [name]: 'x' } }));
      assert.equal(errorCode, 'invalid_source');
      assert.equal(details.pointer, `/files/${name.slice(0, 200).replaceAll('/', '~1')}`);
    });
  }

  it('accepts each extension', () => {
    for (const extension of [
      'ts',
      'tsx',
      'js',
      'mjs',
      'jsx',
      'json',
      'mts',
      'cts',
      'cjs',
      'txt',
      'md',
      'html',
      'css',
      'graphql',
      'gql',
      'sql',
      'csv',
    ]) {
      assert.equal(readSource({ files: { [`a/b.c.${extension}`]: 'x' } }).size, 1);
    }
  });

  it('refuses names that differ only in case, folders included', () => {
    assert.match(refusal(() => readSource({ files: { 'a.ts': '1', 'A.ts': '2' } })).message, /differ only in case/);
    assert.match(refusal(() => readSource({ files: { 'lib/a.ts': '1', 'Lib/b.ts': '2' } })).message, /differ only in case/);
  });

  it('refuses the same name twice, and a file that is also a folder', () => {
    assert.match(refusal(() => readSource({ files: { 'a.ts': '1', './a.ts': '2' } })).message, /twice/);
    assert.match(refusal(() => readSource({ files: { 'a.ts': '1', 'a.ts/b.ts': '2' } })).message, /both a file and a folder/);
  });

  it('refuses none, and nothing but empty ones', () => {
    assert.equal(refusal(() => readSource({ files: {} })).code, 'invalid_source');
    assert.equal(refusal(() => readSource({ files: { 'index.ts': ' ' } })).code, 'invalid_source');
  });

  it('refuses what is not text', () => {
    assert.equal(refusal(() => readSource({ files: { 'index.ts': 5 as unknown as string } })).code, 'invalid_source');
  });

  it('caps the number of files, the bytes of one and of all', () => {
    const many = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`${i}.ts`, 'x']));
    assert.equal(readSource({ files: many(sourceLimits.files) }).size, sourceLimits.files);
    assert.equal(refusal(() => readSource({ files: many(sourceLimits.files + 1) })).code, 'source_too_large');
    const big = 'x'.repeat(sourceLimits.fileBytes);
    assert.equal(refusal(() => readSource({ files: { 'a.ts': `${big}x` } })).code, 'source_too_large');
    assert.equal(
      refusal(() => readSource({ files: { 'a.ts': big, 'b.ts': big, 'c.ts': big, 'd.ts': big, 'e.ts': 'x' } })).code,
      'source_too_large',
    );
  });
});

describe('readSource({ files }) with packed libraries', () => {
  const own = { 'index.ts': 'x' };
  const many = (n: number, text = 'x') => Object.fromEntries(Array.from({ length: n }, (_, i) => [`node_modules/a/${i}.js`, text]));

  it('takes them by their places in node_modules', () => {
    const names = [
      'node_modules/@a/b.c/d.mjs',
      'node_modules/a/lib/b.d.ts',
      'node_modules/a/node_modules/b/c.cjs',
      'node_modules/a/dist/node_modules/b.js',
    ];
    assert.deepEqual(
      [...readSource({ files: { ...own, ...Object.fromEntries(names.map((name) => [name, 'x'])) } }).keys()].sort(),
      ['index.ts', ...names].sort(),
    );
  });

  it('caps them apart from the own files', () => {
    assert.equal(readSource({ files: { ...own, ...many(packedLimits.files) } }).size, packedLimits.files + 1);
    assert.match(
      refusal(() => readSource({ files: { ...own, ...many(packedLimits.files + 1) } })).message,
      /packed libraries have \d+ files/,
    );
    const big = 'x'.repeat(packedLimits.fileBytes);
    assert.equal(readSource({ files: { ...own, ...many(3, big) } }).size, 4);
    assert.match(refusal(() => readSource({ files: { ...own, ...many(4, big) } })).message, /packed libraries have more than/);
    assert.equal(refusal(() => readSource({ files: { ...own, ...many(1, `${big}x`) } })).code, 'source_too_large');
    assert.equal(
      refusal(() => readSource({ files: { 'index.ts': 'x'.repeat(sourceLimits.fileBytes + 1), ...many(1) } })).code,
      'source_too_large',
    );
  });

  it('refuses them alone', () => {
    assert.match(refusal(() => readSource({ files: many(1) })).message, /no file of the plugin/);
  });
});

describe('extractManifest(files)', () => {
  const files = (entries: Record<string, string>) => new Map(Object.entries(entries));

  it('reads nbox.json before package.json', () => {
    assert.deepEqual(extractManifest(files({ 'nbox.json': '{"owner":"a"}', 'package.json': '{"nbox":{"owner":"b"}}' })), {
      value: { owner: 'a' },
      pointer: '/files/nbox.json',
    });
    assert.deepEqual(extractManifest(files({ 'package.json': '{"nbox":{"owner":"b"}}' })), {
      value: { owner: 'b' },
      pointer: '/files/package.json/nbox',
    });
  });

  it('is undefined where there is none', () => {
    for (const entries of [{}, { 'package.json': '{}' }, { 'package.json': '[]' }, { 'package.json': 'null' }])
      assert.equal(extractManifest(files(entries as Record<string, string>)), undefined);
  });

  it('says where JSON is malformed', () => {
    const { code: errorCode, details } = refusal(() => extractManifest(files({ 'nbox.json': '{\n  "owner": x\n}' })));
    assert.equal(errorCode, 'invalid_manifest');
    assert.deepEqual(details.position, { file: 'nbox.json', line: 2, column: 12 });
    assert.equal(details.pointer, '/files/nbox.json');
  });
});

describe('sourceHash(files, manifest)', () => {
  const manifest = parseManifest({ owner: 'a' }, ['index.ts']);
  const hash = (entries: [string, string][], of = manifest) => sourceHash(new Map(entries), of);

  it('is the same for the same content, whatever the order', () => {
    const a = hash([
      ['index.ts', '1'],
      ['b.ts', '2'],
    ]);
    assert.match(a, /^[0-9a-f]{64}$/);
    assert.equal(
      hash([
        ['b.ts', '2'],
        ['index.ts', '1'],
      ]),
      a,
    );
    const { entry, description, owner, lane, idempotent, isolation, limits, egress, dynamicCode } = manifest;
    assert.equal(
      hash(
        [
          ['index.ts', '1'],
          ['b.ts', '2'],
        ],
        { dynamicCode, isolation, limits: { ...limits }, owner, egress, description, idempotent, lane, entry },
      ),
      a,
    );
  });

  it('differs for every change, shifted borders included', () => {
    const all = [
      hash([['index.ts', '1']]),
      hash([['index.ts', '2']]),
      hash([['index.t', 's1']]),
      hash([['index.ts1', '']]),
      hash([
        ['index.ts', '1'],
        ['', ''],
      ]),
      hash([['index.ts', '1']], parseManifest({ owner: 'b' }, ['index.ts'])),
      hash([['index.ts', '1']], parseManifest({ owner: 'a', limits: { cpuMs: 99 } }, ['index.ts'])),
      hash([['index.ts', '1']], parseManifest({ owner: 'a', dynamicCode: true }, ['index.ts'])),
    ];
    assert.equal(new Set(all).size, all.length);
  });
});

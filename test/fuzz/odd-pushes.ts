/** Generated bodies for the admin API, near what it takes. */

import fc from 'fast-check';
import { type Json, json, list, nearly, oddJson, usually } from './odd-json.ts';

const sources = [
  'export default () => 1',
  'export default { fetch: () => new Response("x"), queue() {}, scheduled() {} }',
  'import { WorkerEntrypoint } from "cloudflare:workers"; export default class extends WorkerEntrypoint { ping(x: unknown) { return x; } echo(...all: unknown[]) { return all; } fails() { throw 1; } }',
  '',
  ' ',
  '\ufeffexport default () => 1',
  '#!x\nexport default () => 1',
  'export default',
  'export default () => { return 1',
  'const x: number = "1"; export default () => x',
  'import "./b.ts"; export default () => 1',
  'import "./index.ts"; export default () => 1',
  'import "node:fs"; import "/etc/passwd"; import "../../x"; export default () => 1',
  'import x from "hono"; export default () => x',
  'export * from "./b.ts"; export { default } from "./b.ts"',
  'export default 1',
  'export default () => 1; throw new Error("at the top")',
  'export default () => 1; for (;;);',
  'export default () => 1; await new Promise(() => {})',
  'declare const x: { [K in keyof any]: K }; export default () => 1 as unknown as typeof x',
  'type A<T> = T extends [infer H, ...infer R] ? A<R> | H : never; export default (x: A<[1, 2]>) => x',
  'type R<N extends number, T extends unknown[] = []> = T["length"] extends N ? T : R<N, [1, ...T]>; export default (x: R<2000>) => x',
  'export default <div/>',
  '@(x => x) class A { accessor b = 1 } export default () => new A()',
  'namespace N { export const enum E { A } } export default () => N.E.A',
  '/* \u202e */ export default () => "\u2028"',
  '// \0',
  'export default () => 1 //# sourceMappingURL=file:///etc/passwd',
  `export default ${'('.repeat(300)}1${')'.repeat(300)}`,
  `export default () => [${'1,'.repeat(20_000)}]`,
  `export default () => \`${'$'.concat('{1}').repeat(3_000)}\``,
  '<!-- html',
  'with (x) {} export default 010',
  'export default () => /(?<a>.)(?<a>.)/v',
  'let await = 1, yield = 2; export default () => arguments',
  'enum',
  '{"not":"a program"}',
];
const source: Json = fc
  .oneof(
    { weight: 4, arbitrary: fc.constantFrom(...sources.slice(0, 3)) },
    { weight: 3, arbitrary: fc.constantFrom(...sources) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  )
  .map(json);

const fileNames = [
  ...[
    'b.ts',
    'src/c.ts',
    'nbox.json',
    'package.json',
    'tsconfig.json',
    'a.json',
    'a.txt',
    'index.js',
    'index.tsx',
    'x.d.ts',
    'node_modules/a/index.js',
    'node_modules/a/package.json',
  ],
  ...[
    '../a.ts',
    '/a.ts',
    'C:\\a.ts',
    'a\\b.ts',
    'a//b.ts',
    './index.ts',
    'INDEX.ts',
    'index.ts/a.ts',
    'a\u0000.ts',
    '\u202e.ts',
    'e\u0301.ts',
    '__proto__',
    '__proto__.ts',
    'constructor',
    '',
  ],
  ...[
    'node_modules/a',
    'node_modules/../a.ts',
    'a/node_modules/b/c.ts',
    'con.ts',
    '.ts',
    '...ts',
    'a.wasm',
    `${'a'.repeat(300)}.ts`,
    `${'a/'.repeat(90)}a.ts`,
    '\ud800.ts',
    'a b.ts',
    '%2e.ts',
    '$&.ts',
    "'.ts",
    'nbox:x.ts',
  ],
];
const fileTexts = [
  '{}',
  '{"compilerOptions":{"strict":false,"paths":{"*":["/etc/*"]},"plugins":[{"name":"x"}]},"extends":"/etc/passwd"}',
  '{"compilerOptions":{"jsx":"react-jsx","jsxImportSource":"../x","lib":["nothing"],"types":["node"],"target":"es3"}}',
  '{"exports":{".":{"import":"../../x.js"}},"imports":{"#a":"./b.ts"},"main":"../../../etc/passwd","nbox":{"limits":{"cpuMs":5}}}',
  '{"dependencies":{"__proto__":"*"},"nbox":null}',
  '{',
  'export const b = 1;',
  'export default () => 2',
  'x',
  '',
];
const file = fc.tuple(
  fc.oneof(fc.constantFrom(...fileNames), fc.string({ unit: 'binary', maxLength: 12 })),
  fc.oneof(fc.constantFrom(...fileTexts.map(json)), source, oddJson),
);
const files: Json = fc
  .tuple(source, fc.array(file, { maxLength: 4 }))
  .map(([index, others]) => `{${[['index.ts', index] as const, ...others].map(([name, text]) => `${json(name)}:${text}`).join(',')}}`);

const limitNames = [
  'deadlineMs',
  'cpuMs',
  'loopBudget',
  'memoryMb',
  'startupMs',
  'queue',
  'concurrency',
  'requestBytes',
  'responseBytes',
  'streamBytes',
  'streamMs',
  'hostCalls',
];
const hosts = ['api.example.com', '*.example.com:1', '127.0.0.1', '[::1]:80', 'xn--a', '\u00fc.example', '0x7f.1'];
const oddHosts = ['*', '*.*', 'a/b', 'http://a', 'a:99999', '\u0000', ''];
const limit = usually([1_000, 24, 10, 100_000], [0, 1, -1, 1e9, 2e9, 1.5, 4294967296]);
const manifest: Json = nearly({
  owner: usually(['team', ''], ['x'.repeat(300), '\u0000']),
  description: usually(['what'], ['\n']),
  entry: usually(['index.ts', './index.ts'], ['b.ts', '../index.ts', '__proto__', '']),
  lane: usually(['standard'], ['critical']),
  isolation: usually(['shared', 'request'], ['none']),
  limits: fc.oneof(
    { weight: 3, arbitrary: fc.constant('{}') },
    { weight: 1, arbitrary: nearly(Object.fromEntries(limitNames.map((name) => [name, limit]))) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...limitNames), limit).map(([name, value]) => `{${json(name)}:${value}}`) },
  ),
  egress: list(usually(hosts, oddHosts), 3),
});

/** The body of a push. */
export const push: Json = fc.oneof(nearly({ source }), nearly({ source, manifest }), nearly({ files }), nearly({ files, manifest }));

const entrypoint = usually(['default', 'named'], ['__proto__', 'a b', '']);
const message = nearly({
  body: fc.json({ maxDepth: 2 }),
  id: usually(['m'], ['', 'x'.repeat(201), '\ud800']),
  contentType: usually(['json'], ['bytes', 'text']),
  attempts: usually([1, 1e6], [0, 1.5, 1e9]),
  timestamp: usually([0, 8.64e15], [-1, 8.64e16]),
});
/** The body of an invocation. */
export const invocation: Json = fc.oneof(
  nearly({
    interface: fc.constant('"scheduled"'),
    entrypoint: usually(['default'], ['named']),
    cron: usually(['* * * * *', '\ud800'], ['x'.repeat(300)]),
    scheduledTime: usually([0, 8.64e15], [-1, 0.5]),
  }),
  nearly({ interface: fc.constant('"queue"'), queue: usually(['q'], ['']), messages: list(message, 4) }),
  nearly({
    interface: fc.constant('"rpc"'),
    entrypoint,
    method: usually(['ping', 'echo', 'fails'], ['constructor', '__proto__', 'then', 'a.b']),
    args: list(fc.oneof(oddJson, fc.json()), 3),
  }),
);

const editedFiles = nearly({ 'index.ts': usually(['export default (request) => request.', 'x', ''], [1, null, '\ud800']) });
const version = usually([1, 2, 3], [-1, 0.5, 2 ** 60]);
/** The body of a question of an editor. */
export const editorQuestion: Json = nearly({
  session: usually(['s', 't'], ['', 'a/b', '__proto__']),
  version,
  since: version,
  files: editedFiles,
  file: usually(['index.ts'], ['../a.ts', '__proto__', '']),
  offset: usually([0, 1, 36], [-1, 1e9, 2 ** 40]),
});

/** The body of a request to a preview. */
export const previewRequest: Json = nearly({
  method: usually(['GET', 'POST'], ['get', 'CONNECT', '']),
  path: usually(['/', '/a?b=c'], ['a', '//', '/\u0000', '/%']),
  headers: fc.constantFrom('[]', '[["a","b"]]', '[["a b","c"]]', '[["host","::"]]', '[["a"]]', '[["a","\\n"]]'),
  body: usually(['', 'x'], ['\ud800', 'x'.repeat(2_000_000)]),
  base64: usually([false, true], [1]),
});

/** The body of a budget. */
export const budget: Json = nearly({
  window: usually(['1m', '30d'], ['2h', '__proto__', 1]),
  calls: usually([1, 1e6], [0, -1, 1.5, 1e300, null]),
  cpuSeconds: usually([0.5, 1e6], [0, 1e-9, 1e300]),
  memoryBytes: usually([1, 2 ** 40], [0, 0.5, 2 ** 60]),
  mode: usually(['soft', 'hard'], ['none']),
  warnAt: usually([0.5, 1], [0, 2]),
  message: usually(['', 'why'], ['x'.repeat(501), '\ud800']),
});

/** The body of a token, and, by its last field, of a session. */
export const accessToken: Json = nearly({
  name: usually(['a', 'b.c', 'd@example.com'], ['', 'admin', '../x', '__proto__', 'x'.repeat(64), '\u202e', 1]),
  scope: usually(['read', 'deploy'], ['root', '', null]),
  reach: usually(['*', 'fuzz', 'fuzz/kept/plugin'], ['', 'a/b/c/d', '*/*', '..', '%2e', 1]),
  expiresAt: usually(['2999-01-01T00:00:00Z', null], ['', 'now', '2001-01-01T00:00:00Z', '9999999-01-01T00:00:00Z', 1e300]),
  token: usually(['nbox_', 'x'.repeat(600)], ['', '\0', 1]),
});

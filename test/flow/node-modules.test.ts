/** What plugins have of Node's modules, held against Node's own: the same expressions, the same outcomes. */

import assert from 'node:assert/strict';
import { outcome } from '../loader/guest/realm.ts';
import { type Problem, RunningHost } from '../support/running-host.ts';

/** By module: expressions over its default import, which is called `m`. */
const expressions: Readonly<Record<string, readonly string[]>> = {
  path: [
    "m.join('/a', '..', 'b', './c/')",
    "m.resolve('/a/b', '../c', 'd')",
    "m.relative('/a/b/c', '/a/d')",
    "m.parse('/home/x/file.tar.gz')",
    "m.format({ dir: '/a', name: 'b', ext: '.c' })",
    "[m.basename('/a/b.html', '.html'), m.dirname('/a/b/c'), m.extname('.x.y'), m.isAbsolute('a'), m.normalize('/a//b/../c/.')]",
    "[m.sep, m.delimiter, m.posix === m, m.posix.join('a', 'b')]",
    'm.join(1)',
  ],
  events: [
    'typeof m + (m.EventEmitter === m)',
    "(() => { const e = new m(), seen = []; e.on('a', (...x) => seen.push(x)); e.once('a', () => seen.push('once')); e.prependListener('a', () => seen.push('first')); return [e.emit('a', 1, 2), e.emit('a'), e.emit('b'), seen, e.listenerCount('a'), e.eventNames()]; })()",
    "(() => { const e = new m(); const f = () => {}; e.on('a', f).off('a', f); return e.listeners('a').length; })()",
    "new m().emit('error', new RangeError('x'))",
    "(() => { const e = new m(), seen = []; e.on('newListener', (n) => seen.push(n)); e.on('x', () => {}); e.removeAllListeners('x'); return [seen, e.listenerCount('x')]; })()",
    "(async () => { const e = new m(); setTimeout(() => e.emit('a', 1, 2)); return m.once(e, 'a'); })()",
    "(async () => { const e = new m(); setTimeout(() => e.emit('error', new TypeError('x'))); return m.once(e, 'a'); })()",
    "(async () => { const e = new m(), c = new AbortController(); const p = m.once(e, 'a', { signal: c.signal }); c.abort(); return p; })()",
    "(async () => { const e = new m(), seen = []; setTimeout(() => { e.emit('a', 1); e.emit('a', 2); e.emit('a', 3); }); for await (const [x] of m.on(e, 'a')) { seen.push(x); if (x === 3) break; } return [seen, e.listenerCount('a')]; })()",
    "(async () => { const t = new EventTarget(); setTimeout(() => t.dispatchEvent(new Event('a'))); return (await m.once(t, 'a')).map((event) => event.type); })()",
    "(() => { const e = new m(), seen = []; e.on(m.errorMonitor, (x) => seen.push(x.message)); e.on('error', () => seen.push('handled')); e.emit('error', new Error('x')); return seen; })()",
    "(() => { class A extends m { hi() { this.emit('hi', 5); } } const a = new A(); let got; a.on('hi', (x) => { got = x; }); a.hi(); return [got, a instanceof m]; })()",
    '(() => { function Old() { m.call(this); } Object.setPrototypeOf(Old.prototype, m.prototype); const o = new Old(); let n = 0; o.on("a", () => { n += 1; }); o.emit("a"); return n; })()',
  ],
  buffer: [
    "m.Buffer.from('héllo €😀').toString('hex')",
    "['utf8', 'hex', 'base64', 'base64url', 'latin1', 'ascii', 'utf16le', 'binary'].map((e) => m.Buffer.from('zażółć <?>~').toString(e))",
    "['hex', 'base64', 'base64url', 'latin1', 'utf16le', 'ascii'].map((e) => [...m.Buffer.from('6869-_Ab', e)])",
    "m.Buffer.from('aGk_-w==', 'base64').toString('hex') + m.Buffer.from('a b\\n=c', 'base64').toString('hex')",
    "m.Buffer.concat([m.Buffer.from('a'), new Uint8Array([98, 99])], 2).toString()",
    "JSON.stringify(m.Buffer.from('hi'))",
    "m.Buffer.alloc(4, 'ab').equals(m.Buffer.from('abab'))",
    "[m.Buffer.byteLength('€'), m.Buffer.byteLength('aGk=', 'base64'), m.Buffer.isBuffer(m.Buffer.alloc(1)), m.Buffer.isBuffer(new Uint8Array(1)), m.Buffer.isEncoding('base64url'), m.Buffer.isEncoding('x')]",
    "(() => { const b = m.Buffer.alloc(16); b.writeUInt32BE(0xdeadbeef, 0); b.writeInt16LE(-2, 4); b.writeDoubleBE(1.5, 8); return [b.toString('hex'), b.readUInt32BE(0), b.readInt16LE(4), b.readDoubleBE(8), b.readUIntBE(0, 3)]; })()",
    "(() => { const b = m.Buffer.from('abcdef'); const s = b.subarray(1, 3), t = b.slice(-2); s[0] = 120; return [b.toString(), s.toString(), t.toString(), m.Buffer.isBuffer(s), b.indexOf('d'), b.includes('ef'), b.lastIndexOf('a')]; })()",
    "(() => { const b = m.Buffer.alloc(6); return [b.write('hé', 1), b.toString('hex'), b.fill('ab').toString(), m.Buffer.compare(m.Buffer.from('a'), m.Buffer.from('b'))]; })()",
    "m.Buffer.from([1, 2, 300, -1]).toString('hex') + m.Buffer.from(new Uint16Array([1, 2]).buffer).toString('hex')",
    "m.Buffer.from('héllo').toString('utf8', 1, 3) + m.Buffer.from('\\ufeffa').toString().length + m.Buffer.from([0xff, 0x41]).toString()",
    'm.Buffer.from(5)',
    "m.Buffer.from('a').readUInt32LE(0)",
    "[m.isUtf8(m.Buffer.from('é')), m.isUtf8(m.Buffer.from([0xff])), m.isAscii(m.Buffer.from('é'))]",
    "[...m.Buffer.from('ab').entries()]",
    "(() => { const b = m.Buffer.from('a'); return [b instanceof Uint8Array, b.constructor === m.Buffer, ArrayBuffer.isView(b), b.length, Buffer === m.Buffer]; })()",
  ],
  util: [
    "m.format('%s %d %i %f %j %o %% %x', 'a', 1.5, 2.7, '3.5', { a: 1 }, [1])",
    "m.format('a', 'b', { c: 1 }) + m.format(1, 2) + m.format('%s', null, undefined, 5n) + m.format('%s') + m.format('100%')",
    "m.format('%s %s', { a: { b: 1 } }, new Error('x').message)",
    "[1, -0, 'it\\'s', 'a\\nb', true, null, undefined, 5n, Symbol('s')].map((v) => m.inspect(v))",
    'm.inspect({ a: 1, b: "x", c: [1, 2, { d: 1 }], "e-f": undefined, [Symbol("s")]: null })',
    'm.inspect({ a: { b: { c: { d: 1 } } } })',
    'm.inspect({ a: { b: { c: { d: 1 } } } }, { depth: null })',
    'm.inspect({ a: { b: 1 } }, { depth: 0 })',
    'm.inspect([[], {}, new Map([["a", { b: 1 }]]), new Set([1, "x"]), new Date(0), /a/g, () => {}, class A {}, class B extends Array {}])',
    'm.inspect([1, , 3, , ,])',
    '(() => { const a = { n: 1 }; a.self = a; return m.inspect(a); })()',
    'm.inspect(new (class Foo { constructor() { this.x = 1; } })())',
    'm.inspect(Object.create(null)) + m.inspect(new (class Bar {})())',
    'm.inspect({ get a() { return 1; }, set b(v) {}, get c() { return 1; }, set c(v) {} })',
    'm.inspect(new Uint8Array([1, 2])) + m.inspect(Promise.resolve(1)).slice(0, 9) + m.inspect(new Number(3)) + m.inspect(new String("s"))',
    'm.inspect({ [m.inspect.custom]() { return "own"; } })',
    'm.inspect({ long: "x".repeat(40), other: "y".repeat(40), third: [1, 2, 3] })',
    'm.inspect(["a".repeat(30), "b".repeat(30), "c".repeat(30)])',
    "m.inspect('x'.repeat(5), { maxStringLength: 2 }) + m.inspect([1, 2, 3], { maxArrayLength: 1 })",
    '[[{ a: [1, { b: new Map([[{ x: 1 }, new Set([1])]]) }] }, { a: [1, { b: new Map([[{ x: 1 }, new Set([1])]]) }] }], [[1], ["1"]], [NaN, NaN], [0, -0], [new Date(0), new Date(0)], [new Date(0), new Date(1)], [/a/, /a/g], [{ a: undefined }, {}], [[1, 2], { 0: 1, 1: 2 }], [new Uint8Array([1]), new Uint8Array([1])], [new Error("a"), new Error("a")], [new Set([{ a: 1 }]), new Set([{ a: 1 }])], [new Set([{ a: 1 }]), new Set([{ a: 2 }])], [Object.create(null), {}]].map(([a, b]) => m.isDeepStrictEqual(a, b))',
    'm.promisify((a, b, done) => done(null, a + b))(1, 2)',
    "m.promisify((done) => done(new RangeError('x')))()",
    'm.promisify(5)',
    'new Promise((resolve) => m.callbackify(async (x) => x + 1)(1, (error, value) => resolve([error, value])))',
    "new Promise((resolve) => m.callbackify(async () => { throw new Error('x'); })((error) => resolve(error.message)))",
    '(() => { function A() {} function B() {} m.inherits(A, B); return [new A() instanceof B, A.super_ === B]; })()',
    '[m.types.isDate(new Date()), m.types.isRegExp(/a/), m.types.isPromise(Promise.resolve()), m.types.isMap(new Map()), m.types.isMap({}), m.types.isUint8Array(new Uint8Array()), m.types.isTypedArray(new DataView(new ArrayBuffer(1))), m.types.isAsyncFunction(async () => {}), m.types.isGeneratorFunction(function* () {}), m.types.isNativeError(new TypeError()), m.types.isBoxedPrimitive(Object(1n)), m.types.isArrayBuffer(new ArrayBuffer(1))]',
    "m.stripVTControlCharacters('\\u001b[31mred\\u001b[0m') + m.toUSVString('a\\ud800')",
    '[typeof m.TextEncoder, m.isArray([])]',
  ],
  assert: [
    "m(1) ?? m.ok('a') ?? 'fine'",
    'm(0)',
    "m.equal(1, '1') ?? m.notEqual(1, 2) ?? 'fine'",
    'm.strictEqual(1, "1")',
    'm.deepEqual({ a: [1] }, { a: ["1"] }) ?? "fine"',
    'm.deepStrictEqual({ a: [1] }, { a: ["1"] })',
    'm.deepStrictEqual(new Map([[1, { a: 1 }]]), new Map([[1, { a: 1 }]])) ?? "fine"',
    "(() => { try { m.strictEqual(1, 2, 'said'); } catch (e) { return [e.name, e.code, e.message.slice(0, 4), e.actual, e.expected, e.operator, e.generatedMessage, e instanceof m.AssertionError, e instanceof Error]; } })()",
    "(() => { try { m.strictEqual(1, 2); } catch (e) { return [e.generatedMessage, e.message.split('\\n')[0]]; } })()",
    "m.throws(() => { throw new TypeError('bad x'); }, /bad/) ?? m.throws(() => { throw new TypeError('bad x'); }, TypeError) ?? m.throws(() => { throw new TypeError('bad x'); }, { name: 'TypeError', message: /x$/ }) ?? 'fine'",
    'm.throws(() => {})',
    "m.throws(() => { throw new TypeError('x'); }, RangeError)",
    "m.throws(() => { throw new TypeError('x'); }, { message: 'y' })",
    "m.rejects(Promise.reject(new Error('x')), /x/).then(() => 'fine')",
    'm.rejects(Promise.resolve(1))',
    "m.doesNotThrow(() => { throw new Error('x'); })",
    "m.match('abc', /b/) ?? m.doesNotMatch('abc', /x/) ?? m.ifError(null) ?? 'fine'",
    "m.match('abc', /x/)",
    "m.fail('why')",
    "m.ifError(new Error('x'))",
    "m.strict.equal(1, '1')",
    'm.notDeepStrictEqual({ a: 1 }, { a: 1 })',
  ],
  url: [
    "m.fileURLToPath('file:///a/b%20c.txt')",
    "m.fileURLToPath('https://a.example/')",
    "m.pathToFileURL('/a b/%?c').href",
    "m.parse('https://user:pass@host.example:8080/p/a/t/h?query=string#hash')",
    "m.parse('/a/b?c=d&c=e#f', true)",
    "m.parse('//host/path', false, true).hostname",
    "m.parse('mailto:a@b.example').protocol",
    "m.format({ protocol: 'https', hostname: 'a.example', port: 8080, pathname: '/x', query: { b: 1, c: ['d', 'e'] }, hash: 'f' })",
    "m.format(new URL('https://a:b@c.example/d?e#f'), { auth: false, fragment: false })",
    "[m.resolve('/one/two/three', 'four'), m.resolve('http://example.com/one', '/two'), m.resolve('/a/b/c', '../../d')]",
    "m.domainToASCII('español.com')",
    '[m.URL === URL, m.URLSearchParams === URLSearchParams]',
    "m.urlToHttpOptions(new URL('https://a:b@c.example:81/d?e#f')).auth",
  ],
  querystring: [
    "m.parse('a=1&b=2&a=3&c=%20x+y&d&=e&f=%E4%F6')",
    "m.stringify({ a: [1, 'x y'], b: true, c: null, d: 'é&=', e: undefined, f: 5n, g: Infinity })",
    "m.parse('a:1;b:2', ';', ':')",
    "m.stringify({ a: 1, b: 2 }, ';', ':')",
    "[m.escape('a b&ü'), m.unescape('%41%zz%F0%9F%98%80')]",
    "Object.keys(m.parse('a&b&c', '&', '=', { maxKeys: 2 }))",
  ],
  string_decoder: [
    "(() => { const d = new m.StringDecoder('utf8'); return [d.write(Buffer.from([0xe2, 0x82])), d.write(Buffer.from([0xac, 0x41])), d.end(Buffer.from([0xf0])), d.encoding]; })()",
    "(() => { const d = new m.StringDecoder('base64'); return [d.write(Buffer.from('a')), d.write(Buffer.from('bcd')), d.end()]; })()",
    "(() => { const d = new m.StringDecoder('utf16le'); return [d.write(Buffer.from([0x61])), d.write(Buffer.from([0x00, 0x3d, 0xd8])), d.write(Buffer.from([0x4d, 0xdc])), d.end()]; })()",
    "(() => { const d = new m.StringDecoder('hex'); return [d.write(Buffer.from('ab')), d.end()]; })()",
    "new m.StringDecoder('nope')",
  ],
  'timers/promises': [
    "m.setTimeout(1, 'value')",
    '(async () => { const c = new AbortController(); const p = m.setTimeout(1000, 1, { signal: c.signal }); c.abort(); return p; })()',
    '(async () => { const seen = []; for await (const x of m.setInterval(1, 7)) { seen.push(x); if (seen.length === 3) return seen; } })()',
    'm.scheduler.wait(1)',
  ],
  timers: [
    'new Promise((resolve) => m.setImmediate(resolve, 5))',
    "new Promise((resolve) => { m.clearTimeout(m.setTimeout(() => resolve('late'), 1)); m.setTimeout(resolve, 5, 'fine'); })",
  ],
  crypto: [
    'm.randomUUID().length',
    '[m.randomBytes(8).length, m.randomBytes(100_000).length, Buffer.isBuffer(m.randomBytes(1))]',
    'Array.from({ length: 200 }, () => m.randomInt(3)).every((n) => n >= 0 && n < 3)',
    'new Set(Array.from({ length: 200 }, () => m.randomInt(5, 8))).size',
    "[m.timingSafeEqual(Buffer.from('a'), Buffer.from('a')), m.timingSafeEqual(Buffer.from('a'), Buffer.from('b'))]",
    "m.timingSafeEqual(Buffer.from('a'), Buffer.from('ab'))",
    'new Promise((resolve) => m.randomBytes(4, (error, bytes) => resolve([error, bytes.length])))',
    'm.webcrypto.getRandomValues(new Uint8Array(3)).length',
    'm.randomInt(5, 5)',
  ],
  process: [
    '[m.cwd().startsWith("/"), typeof m.env, m === process, process.env.NOTHING_OF_THE_SORT, m.env === process.env]',
    'new Promise((resolve) => m.nextTick((a, b) => resolve([a, b]), 1, 2))',
    'm.hrtime().length + typeof m.hrtime.bigint() + typeof m.uptime()',
    'Object.prototype.toString.call(process)',
  ],
};

const names = Object.keys(expressions);

/** Node's `import`, as the plugin's files have it. */
const files: Record<string, string> = {
  'index.js': `${names.map((_, i) => `import m${i} from './${i}.js';`).join('\n')}
    const modules = [${names.map((_, i) => `m${i}`).join()}];
    const tell = ${outcome};
    export default async (request) => {
      const [, module, expression] = new URL(request.url).pathname.split('/').map(Number);
      return new Response(await tell(modules[module][expression]));
    };`,
  ...Object.fromEntries(
    names.map((name, i) => [
      `${i}.js`,
      `import m from '${i % 2 === 0 ? 'node:' : ''}${name}';\nexport default [${(expressions[name] ?? []).map((text) => `async () => (${text})`).join(',\n')}];`,
    ]),
  ),
};

const evaluated = async (module: unknown, expression: string): Promise<unknown> => {
  const text = (await new Function('m', `return ${outcome}(async () => (${expression}))`)(module)) as string;
  return (JSON.parse(text) as { value: unknown }).value;
};

describe("Node's modules in plugins", () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start(['--executors', '1']);
    await host.push('flow/node/modules', { files });
  });
  after(() => host.close());

  for (const [i, name] of names.entries()) {
    for (const [j, expression] of (expressions[name] ?? []).entries()) {
      it(`node:${name}: ${expression}`, async () => {
        const { default: module } = (await import(`node:${name}`)) as { default: unknown };
        const text = await host.text(`flow/node/modules/${i}/${j}`);
        assert.deepEqual((JSON.parse(text) as { value: unknown }).value, await evaluated(module, expression));
      });
    }
  }

  it('are typed, and imported in every form', async () => {
    await host.push('flow/node/typed', {
      files: {
        'index.ts': `
          import assert, { deepStrictEqual } from 'node:assert/strict';
          import { AsyncLocalStorage } from 'async_hooks';
          import { Buffer as Bytes } from 'buffer';
          import { EventEmitter, once } from 'node:events';
          import * as path from 'node:path';
          import { posix } from 'path';
          import process, { env } from 'node:process';
          import { setTimeout as sleep } from 'node:timers/promises';
          import { fileURLToPath } from 'node:url';
          import util, { promisify } from 'util';
          import { isDate } from 'node:util/types';
          import common from './common.cjs';
          const store = new AsyncLocalStorage<number>();
          export default async () => {
            const emitter: EventEmitter = new EventEmitter();
            globalThis.setTimeout(() => emitter.emit('a', 1), 1);
            deepStrictEqual(await once(emitter, 'a'), [1]);
            await sleep(1);
            const add: (a: number, b: number) => Promise<number> = promisify((a: number, b: number, done: (e: unknown, v: number) => void) => done(null, a + b));
            const bytes: Buffer = Buffer.from('aé');
            assert.ok(bytes instanceof Bytes.prototype.constructor);
            return [bytes.toString('base64url'), await add(1, 2), path.join('a', 'b'), posix.sep, process.cwd(), env['NODE_ENV'], isDate(1), fileURLToPath('file:///x'), util.format('%s', 1), store.run(5, () => store.getStore() ?? 0), common, global === globalThis];
          };`,
        'common.cjs': `
          const EventEmitter = require('events'), assert = require('node:assert'), { join } = require('path');
          class Own extends EventEmitter {}
          assert(new Own() instanceof EventEmitter.EventEmitter);
          module.exports = join('x', 'y') + typeof require('util').inspect + __dirname;`,
      },
    });
    assert.deepEqual(JSON.parse(await host.text('flow/node/typed')), [
      ...['YcOp', 3, 'a/b', '/', '/', 'production', false, '/x', '1', 5, 'x/yfunction/', true],
    ]);
  });

  it('cost nothing where they are not used', async () => {
    await host.push(
      'flow/node/none',
      'export default () => Object.keys(globalThis).filter((name) => /process|Buffer|global$/.test(name));',
    );
    assert.deepEqual(JSON.parse(await host.text('flow/node/none')), []);
  });

  const refused: Readonly<Record<string, [files: Record<string, string>, place: string, message: RegExp]>> = {
    'a module that plugins do not have': [
      { 'index.js': "\nimport fs from 'fs'; export default () => fs;" },
      'index.js:2',
      /index\.js imports "fs": node:fs, .*not available in plugins/,
    ],
    'one in a packed library': [
      {
        'index.ts': "import a from 'a'; export default () => a;",
        'package.json': '{"dependencies":{"a":"1.0.0"}}',
        'node_modules/a/package.json': '{"name":"a","main":"lib/b.js"}',
        'node_modules/a/lib/b.js': "\n\nmodule.exports = require('child_process');",
      },
      'node_modules/a/lib/b.js:3',
      /node_modules\/a\/lib\/b\.js imports "child_process": node:child_process, .*not available/,
    ],
    'a part that it does not have': [
      { 'index.js': "import { createHash } from 'node:crypto'; export default () => createHash;" },
      'index.js:1',
      /node:crypto has no "createHash" in plugins/,
    ],
  };
  for (const [what, [sent, place, message]] of Object.entries(refused)) {
    it(`refuses ${what}`, async () => {
      const answer = await host.put('flow/node/refused', { files: sent });
      const { code, diagnostics } = (await answer.json()) as Problem;
      assert.deepEqual([answer.status, code], [422, 'bundle_failed']);
      assert.equal(`${diagnostics?.[0]?.file}:${diagnostics?.[0]?.line}`, place);
      assert.match(diagnostics?.[0]?.message ?? '', message);
    });
  }

  it('may be asked for by code that does without', async () => {
    await host.push('flow/node/guarded', {
      files: {
        'index.js': "import a from 'a'; export default async () => [a, await import('node:net').catch(() => 'none')];",
        'node_modules/a/package.json': '{"name":"a","main":"index.js","browser":{"tls":false,"./disk.js":"./memory.js"}}',
        'node_modules/a/index.js':
          "let fs; try { fs = require('fs'); } catch { fs = 'none'; } module.exports = [fs, require('tls'), require('./disk')];",
        'node_modules/a/disk.js': "module.exports = require('fs');",
        'node_modules/a/memory.js': "module.exports = 'memory';",
      },
    });
    assert.deepEqual(JSON.parse(await host.text('flow/node/guarded')), [['none', {}, 'memory'], 'none']);
  });
});

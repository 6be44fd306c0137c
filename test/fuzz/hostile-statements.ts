/** Statements that harm, try to, or only look like it: what generated programs are composed of. None has `await` or `yield` of its own. */

import fc from 'fast-check';

/** @param n a small number, often the size of the harm */
type StatementOf = (n: number) => string;

/** The first one harms nobody: programs are shrunk towards it. */
const benign: readonly StatementOf[] = [
  () => ';',
  (n) => `for (let i = 0; i < ${n}; i++) { globalThis.sum = (globalThis.sum ?? 0) + i; }`,
  (n) => `console.log('step', ${n}, { n: [${n}] });`,
  (n) => `globalThis.kept = [...(globalThis.kept ?? []), ${n}].slice(-10);`,
  () => `new URL('https://a.example/b?c=d').searchParams.get('c');`,
  (n) => `JSON.parse(JSON.stringify({ a: [${n}, null, 'x'] }));`,
];

const endless: readonly StatementOf[] = [
  () => 'for (;;);',
  () => 'while (true) {}',
  () => 'do {} while (true);',
  () => 'for (;;) try { throw 1 } catch {} finally { continue }',
  () => 'a: for (;;) { for (;;) continue a; }',
  () => 'for (const x of { [Symbol.iterator]() { return { next: () => ({ done: false }) } } });',
  () => 'for (const x of (function* () { for (;;) yield 1 })());',
  () => 'const [...all] = { [Symbol.iterator]: () => ({ next: () => ({}) }) };',
  () => 'const s = new Set([1]); for (const x of s) { s.delete(x); s.add(x); }',
  () => 'const p = new Proxy({}, { getPrototypeOf: () => p, ownKeys: () => [] }); for (const k in p);',
  () => '(function f() { f(); })();',
  () => '(function f() { try { f(); } finally { f(); } })();',
  () => 'const f = () => f`x`; for (;;) try { f() } catch {}',
  () => 'class A { static f = A.g(); static g() { for (;;); } }',
  () => 'const o = { get a() { return this.a } }; for (;;) try { o.a } catch {}',
  () => 'async function w() { for (;;); } for (;;) w().catch(() => {});',
  () => '(function p() { Promise.resolve().then(p); Promise.resolve().then(p); })();',
  () => '(function q() { queueMicrotask(q); })();',
  () => 'const t = { then(r) { r(t) } }; Promise.resolve(t);',
  () => 'Promise.reject(0).catch(() => { for (;;); }).finally(() => { for (;;); });',
  () => '(async () => { for (;;) await null; })();',
  () => '(async () => { for await (const x of (async function* () { for (;;) yield 1; })()); })();',
  () => '(async () => { for (;;) await new Promise((r) => setTimeout(r, 1)); })();',
  () => 'setInterval(() => { for (;;); }, 0);',
];

/** Loops in the engine's own code, where no guard of the bundle counts. */
const native: readonly StatementOf[] = [
  () => 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);',
  () => `Array.prototype.join.call({ length: 2 ** 32 - 1 }, '');`,
  () => 'new Array(2 ** 32 - 1).forEach(() => {});',
  () => '[3, 2, 1].concat({ length: 2 ** 31, [Symbol.isConcatSpreadable]: true });',
  () => 'Array.from({ length: 2 ** 40 });',
  () => 'Reflect.apply(() => {}, null, { length: 2 ** 31 });',
  () => 'String.fromCharCode.apply(null, new Array(2 ** 24));',
  (n) => `/(a+)+$/.test('a'.repeat(${20 + n}) + 'b');`,
  (n) => `'a'.repeat(${n * 2_000}).replace(/a*b/g, '');`,
  (n) => `new RegExp('(?:'.repeat(${n * 50}) + ')'.repeat(${n * 50}));`,
  (n) => `new RegExp('a|'.repeat(${n * 1_000}) + '[^\\\\s\\\\S]{1,${n}}');`,
  (n) => `let x = 3n ** ${n * 500}n; for (let i = 0; i < ${n}; i++) x = x * x;`,
  (n) => `String(7n ** ${n * 1_000}n);`,
  (n) => `const u = new Uint8Array(${n} << 16); for (let i = 0; i < ${n * 10}; i++) u.fill(i).sort();`,
  (n) => `'\\u0344'.repeat(${n * 1_000}).normalize('NFD').normalize('NFKC');`,
  (n) => `const h = 'a'.repeat(${n} * 1e4); h.replaceAll('a'.repeat(${n} * 5e3) + 'b', '');`,
  (n) => `new Set(new Array(${n * 1_000}).keys()).union({ size: 2 ** 53, has: () => true, keys: () => ({ next: () => ({}) }) });`,
  (n) => `let d = []; for (let i = 0; i < ${n}; i++) d = [d, d]; JSON.stringify(d);`,
  (n) => `let d = []; for (let i = 0; i < ${n * 500}; i++) d = [d]; JSON.stringify(d); structuredClone(d);`,
  (n) => `JSON.parse('['.repeat(${n * 500}) + ']'.repeat(${n * 500}));`,
  (n) => `let p = {}; for (let i = 0; i < ${n * 500}; i++) p = new Proxy(p, {}); p.x;`,
  () => 'const a = []; a[0] = a; a.flat(Infinity);',
  () => 'let it; it = Iterator.concat({ [Symbol.iterator]() { it.return(); return [].values() } }); it.next();',
];

const greedy: readonly StatementOf[] = [
  () => 'const a = []; for (;;) a.push({ a });',
  () => 'const a = []; for (;;) a.push(new ArrayBuffer(1 << 20));',
  () => 'const m = new Map(); for (let i = 0; ; i++) m.set(i, i);',
  () => `let s = 'x'; for (;;) s += s;`,
  () => `globalThis.hoard ??= []; for (;;) hoard.push('x'.repeat(1e5) + hoard.length);`,
  () => 'for (let a = [];; a.push(1n << 800000n));',
  () => `''.padEnd(2 ** 29, 'ab');`,
  () => 'new ArrayBuffer(2 ** 30);',
  () => 'new Array(2 ** 26).fill(0);',
  () => 'const b = new ArrayBuffer(8, { maxByteLength: 2 ** 30 }); b.resize(2 ** 30);',
  () => 'const all = []; for (;;) all.push(structuredClone(new Uint8Array(1e5)));',
  (n) => `globalThis.fat = new Uint8Array(${n} << 18).fill(7);`,
  (n) => `crypto.getRandomValues(new Uint8Array(${n} * 3000));`,
  () => 'const a = []; try { for (;;) a.push(new ArrayBuffer(1 << 18)); } catch (e) { a.length = 0; for (;;) a.push([e]); }',
  () => 'for (;;) console.log("x".repeat(1000), new Array(100));',
  () => 'for (let i = 0; i < 1e5; i++) setTimeout(() => {}, 1e9);',
  () => 'for (let i = 0; i < 1e4; i++) fetch("http://127.0.0.1:" + i).catch(() => {});',
];

/** What plugins share with the platform in their sandbox, and with its guards. */
const patching: readonly StatementOf[] = [
  () => 'for (const k of Object.getOwnPropertyNames(globalThis)) try { globalThis[k] = () => { for (;;); } } catch {}',
  () => 'for (const k of Reflect.ownKeys(globalThis)) try { delete globalThis[k] } catch {}',
  ...[
    'Array',
    'Object',
    'Promise',
    'String',
    'Function',
    'Response',
    'Request',
    'Headers',
    'URL',
    'Map',
    'ReadableStream',
    'Uint8Array',
  ].map(
    (name) => () =>
      `for (const k of Reflect.ownKeys(${name}.prototype)) if (k !== 'constructor') try { ${name}.prototype[k] = () => { throw '${name}' } } catch {}`,
  ),
  () => 'Promise.prototype.then = function () { for (;;); };',
  () => 'Promise.prototype.then = () => ({});',
  () => 'Object.prototype.then = function (r) { r(this) };',
  () => 'Object.defineProperty(Object.prototype, "then", { get() { throw null } });',
  () => 'Object.defineProperty(Object.prototype, "0", { set() { for (;;); } });',
  () => 'Object.defineProperty(Object.prototype, "value", { get: () => 1, set() {} });',
  () => 'Object.defineProperty(Array.prototype, "0", { get: () => 7, set() { throw 7 } });',
  () => 'Object.prototype.toJSON = () => { for (;;); };',
  () => 'for (const k of ["status", "headers", "body", "get", "next", "done", "length", "signal"]) Object.prototype[k] = -1;',
  () => 'Array.prototype[Symbol.iterator] = function* () { for (;;) yield 1; };',
  () => 'Object.getPrototypeOf([].values()).next = () => ({ done: false });',
  () => 'JSON.stringify = () => "{"; JSON.parse = () => { throw 1 };',
  () => 'globalThis.Response = class { get status() { for (;;); } };',
  () => 'Object.defineProperty(Response, Symbol.hasInstance, { value: () => { for (;;); } });',
  () => 'Error.prepareStackTrace = () => { for (;;); }; Error.stackTraceLimit = -1;',
  () => 'Object.defineProperty(Error.prototype, "message", { get() { for (;;); } });',
  () => 'Symbol.prototype[Symbol.toPrimitive] = () => { throw 1 };',
  () => 'Object.freeze(Object.prototype); Object.freeze(Array.prototype); Object.freeze(globalThis);',
  () => 'Object.setPrototypeOf(globalThis, new Proxy({}, { get() { throw 1 }, has: () => true }));',
  () => 'var F = 0, T = () => {}; F = 1e9; globalThis.F = globalThis.T = 1e9;',
  () => 'globalThis.__nboxGuard = (f) => { f(1e9); return () => {} }; try { __nboxGuard(() => {}) } catch {}',
  () => '(0, eval)("for (;;);");',
  () => 'Function("for (;;);")();',
  () => '(async function* () {}).constructor("for (;;);")().next();',
];

const platform: readonly StatementOf[] = [
  () =>
    'const p = new Proxy({}, { get() { throw null }, ownKeys() { throw null }, getPrototypeOf() { throw null } }); console.log(p, [p]);',
  () => 'console.log({ toString() { for (;;); }, get a() { for (;;); }, [Symbol.toStringTag]: "\\ud800" });',
  () => 'console.log("\\u001b[2J\\u202e\\0\\ud800", Symbol("s"), 1n, () => {}, new Error("e", { cause: globalThis }));',
  () => 'let a = {}; for (let i = 0; i < 1e4; i++) a = { a }; console.log(a);',
  () => 'structuredClone(new Proxy([], { get() { for (;;); } }));',
  () => 'structuredClone({ get a() { structuredClone(this); } });',
  () => 'new Headers({ "x-\\u0100": "y" });',
  () =>
    'new Headers(new Proxy({}, { ownKeys: () => ["a"], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }), get() { for (;;); } }));',
  () => 'const h = new Headers(); for (let i = 0; i < 1e5; i++) h.append("a" + i, "b");',
  () => 'new URL("http://" + "a".repeat(1e6) + "/");',
  () => 'new URLPattern({ pathname: "/" + ":a".repeat(500) + "(.*)*" });',
  () => 'new URLPattern({ pathname: "/((a+)+)b" }).test({ pathname: "/" + "a".repeat(60) });',
  () => 'new TextDecoder("utf-16le", { fatal: true }).decode(new Uint8Array([0, 0xd8, 1]));',
  () => 'new TextDecoder("gb18030").decode(new Uint8Array(1 << 18).fill(0x81));',
  () => 'atob("=".repeat(1e6)); btoa("\\u0100");',
  () => 'new Intl.DateTimeFormat("x".repeat(70000)).format(new Date(NaN));',
  () => '"a".localeCompare("\\ud800".repeat(1e4), "de-u-co-phonebk"); (1e21).toLocaleString("ar-EG");',
  () => 'new Date(8.64e15 + 1).toISOString();',
  () => 'crypto.subtle.digest("SHA-512", new Uint8Array(1 << 22));',
  () =>
    'crypto.subtle.generateKey({ name: "RSA-OAEP", modulusLength: 4096, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-1" }, true, ["encrypt"]);',
  () =>
    'crypto.subtle.importKey("jwk", { kty: "EC", crv: "P-256", x: "A", y: new Proxy({}, {}) }, { name: "ECDSA", namedCurve: "P-256" }, true, []);',
  () => 'new CompressionStream("brotli").writable.getWriter().write(new Uint8Array(1 << 22));',
  () => 'new Response(new Uint8Array(100).fill(7)).body.pipeThrough(new DecompressionStream("gzip")).getReader().read();',
  () => 'const all = []; for (let i = 0; i < 300; i++) all.push(new CompressionStream("gzip"));',
  () => 'new MessageChannel().port1.postMessage({ get a() { for (;;); } });',
  () => 'const { port1, port2 } = new MessageChannel(); port2.onmessage = () => port1.postMessage(1); port1.postMessage(1);',
  () => 'addEventListener("error", () => { throw 1 }); reportError({ get message() { throw 2 } }); reportError(null);',
  () => 'addEventListener("error", (e) => { reportError(e); }); setTimeout(() => { throw Symbol(); }, 1);',
  () => 'const e = new EventTarget(); e.addEventListener("a", () => e.dispatchEvent(new Event("a"))); e.dispatchEvent(new Event("a"));',
  () => 'AbortSignal.any(new Array(1e5).fill(AbortSignal.timeout(1)));',
  () => 'AbortSignal.timeout(2 ** 53 - 1); performance.mark("a".repeat(1e6));',
  () => 'new ReadableStream({ start(c) { for (;;) c.enqueue(1); } });',
  () => 'new Blob([new Uint8Array(1e6), "\\ud800", { toString() { for (;;); } }]).stream().tee();',
  () => 'new Request("http://a/", { method: "T\\r\\nX: y" });',
  () => 'new WebSocketPair();',
  () => 'import("./" + "nothing.js").catch(() => { for (;;); });',
];

const places = [
  'http://127.0.0.1/',
  'http://localhost:1/',
  'http://0x7f.1/',
  'http://[::ffff:127.0.0.1]/',
  'http://169.254.169.254/latest/meta-data/',
  'http://granted.invalid/',
  'file:///etc/passwd',
  'data:text/plain,x',
  'data:;base64,=',
  'blob:x',
  'http://user:pass@127.0.0.1:9/',
];
const fetching: readonly StatementOf[] = [
  ...places.map((place) => () => `globalThis.got = fetch(${JSON.stringify(place)}).then((r) => r.text());`),
  () => 'fetch({ toString() { for (;;); } });',
  () => 'fetch("data:,x", new Proxy({}, { get() { throw null } }));',
  () =>
    'fetch("http://127.0.0.1/", { method: "POST", body: new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(9e4)) } }), duplex: "half" });',
  () => 'fetch("http://127.0.0.1/", { headers: { host: "x", "content-length": "-1", "transfer-encoding": "chunked", "a b": "c" } });',
];

/** Odd things to throw, and to reject with. */
const thrown = [
  'null',
  'undefined',
  'Symbol("thrown")',
  '-0n',
  '"x".repeat(2e6)',
  'new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })',
  'new Proxy(new Error("e"), { get() { for (;;); } })',
  'Object.assign(new Error("e"), { get stack() { for (;;); } })',
  'Object.create(null)',
  '{ get message() { throw this }, get name() { for (;;); } }',
  'new Error("\\u001b[0m\\n\\ud800" + "x".repeat(1e5))',
  'new AggregateError(new Array(1e3).fill(new Error("e")))',
  'new DOMException("a", "AbortError")',
  'Promise.reject(1)',
];
const throwing: readonly StatementOf[] = thrown.flatMap((value) => [
  () => `throw ${value.startsWith('{') ? `(${value})` : value};`,
  () => `Promise.reject(${value});`,
]);

/** What ends a program early comes less often than what it would keep from running. */
const kinds: readonly { readonly kind: readonly StatementOf[]; readonly weight: number }[] = [
  { kind: benign, weight: 1 },
  { kind: throwing, weight: 1 },
  { kind: endless, weight: 3 },
  { kind: greedy, weight: 3 },
  { kind: native, weight: 3 },
  { kind: patching, weight: 3 },
  { kind: platform, weight: 3 },
  { kind: fetching, weight: 2 },
];

/** For the test that each of them is JavaScript. */
export const statements: readonly string[] = kinds.flatMap(({ kind }) => kind.map((make) => make(7)));

/** One statement, or several, in a block of its own. */
export const hostileStatement: fc.Arbitrary<string> = fc
  .record({
    make: fc.oneof(...kinds.map(({ kind, weight }) => ({ arbitrary: fc.constantFrom(...kind), weight }))),
    n: fc.integer({ min: 1, max: 40 }),
  })
  .map(({ make, n }) => `{ ${make(n)} }`);

export const oddValue: fc.Arbitrary<string> = fc.constantFrom(...thrown);

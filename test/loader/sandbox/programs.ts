/** Generated plugins, whose modules keep state of many kinds, and generated calls that change it. */

import fc from 'fast-check';

/** A kind of state: what makes it at the top level, and a function body that uses and changes it, with `n` and `text` of the call. */
interface Kind {
  readonly top: string;
  readonly use: string;
}

export interface ProgramCall {
  /** Which of the program's states it uses. */
  readonly states: readonly number[];
  readonly n: number;
  /** `undefined`: a GET. */
  readonly body: string | undefined;
}

export interface Program {
  readonly code: string;
  readonly states: number;
}

/**
 * @param v a suffix for the names at the top level
 * @param k a small number
 * @param s the literal of any text
 */
type KindOf = (v: string, k: number, s: string) => Kind;

const guard = 'if (--F); else T(0);';

const kinds: Readonly<Record<string, KindOf>> = {
  counter: (v, k) => ({ top: `let c${v} = ${k};`, use: `c${v} += n; for (let i = 0; i < c${v} % 50; i++) { ${guard} } return c${v};` }),
  closure: (v, k) => ({
    top: `const f${v} = ((x) => ({ up: (by) => (x += by), get: () => x }))(${k});`,
    use: `f${v}.up(n); return f${v}.get();`,
  }),
  privateFields: (v, k, s) => ({
    top: `class P${v} { #n = ${k}; static #made = 0; static last; #text = ${s};
      constructor() { P${v}.#made += 1; P${v}.last = this; }
      get all() { return [this.#n, P${v}.#made, this.#text]; } add(n) { this.#n += n; return #n in this; } }
      new P${v}();`,
    use: `P${v}.last.add(n); if (n % 3 === 0) new P${v}(); return P${v}.last.all;`,
  }),
  collections: (v, k, s) => ({
    top: `const m${v} = new Map([[${k}, ${s}], [NaN, 'nan'], [${s}, new Set([1n, -0, undefined])]]);`,
    use: `m${v}.set(n, text); m${v}.get(${s}).add(n); if (n % 2) m${v}.delete(n - 1); return [[...m${v}.keys()].map(String), [...m${v}.get(${s})].map(String)];`,
  }),
  weakCollections: (v, k) => ({
    top: `const w${v} = new WeakMap(), ws${v} = new WeakSet(), keys${v} = [{}, {}]; w${v}.set(keys${v}[0], ${k});`,
    use: `w${v}.set(keys${v}[n % 2], n); ws${v}.add({}); const has = ws${v}.has(keys${v}[0]); ws${v}.add(keys${v}[0]); keys${v}.push({});
      return [w${v}.get(keys${v}[0]), w${v}.get(keys${v}[1]) ?? 'none', has];`,
  }),
  generator: (v, k) => ({
    top: `function* g${v}() { let x = ${k}; try { for (;;) { ${guard} x += (yield x) ?? 1; } } finally { x = -1; } }
      const it${v} = g${v}(); it${v}.next(); it${v}.next(${k});`,
    use: `return n === 13 ? it${v}.return(n) : it${v}.next(n);`,
  }),
  asyncGenerator: (v, k) => ({
    top: `async function* ag${v}() { for (let i = ${k}; ; i++) { ${guard} await null; yield i; } } const ai${v} = ag${v}(); await ai${v}.next();`,
    use: `return (await ai${v}.next()).value + n;`,
  }),
  bound: (v, k, s) => ({
    top: `const o${v} = { k: ${k} }; const b${v} = function (a, b) { this.k += b; return [this.k, a, b]; }.bind(o${v}, ${s});`,
    use: `return b${v}(n);`,
  }),
  symbols: (v, k, s) => ({
    top: `const y${v} = Symbol(${s}), ys${v} = { [y${v}]: ${k}, [Symbol.for('shared')]: 1, get [Symbol.toStringTag]() { return 'Tagged'; } };`,
    use: `ys${v}[y${v}] += n; return [ys${v}[y${v}], String(ys${v}), Symbol.keyFor(Symbol.for('shared')), y${v}.description];`,
  }),
  regexp: (v, k, s) => ({
    top: `const r${v} = /(?<digit>[0-9])|\\p{L}/gu; r${v}.exec('a${k}b' + ${s});`,
    use: `const at = r${v}.lastIndex, found = r${v}.exec('x1y2z' + n + text); return [at, r${v}.lastIndex, found && found[0], found?.groups?.digit ?? null];`,
  }),
  typedArrays: (v, k) => ({
    top: `const t${v} = new Float64Array([${k}, -0, NaN, 1e308]), u${v} = new Uint8Array(t${v}.buffer, 3, 9), d${v} = new DataView(new ArrayBuffer(16));`,
    use: `t${v}[n % 4] += n; u${v}[1] ^= n; d${v}.setInt16(3, n * 77); return [[...t${v}].map(String), [...u${v}], d${v}.getUint32(2)];`,
  }),
  // Zeros take no page of a snapshot, and what a call writes there must go with a rewind all the same.
  wideZeros: (v, k) => ({
    top: `const z${v} = new Uint8Array(${(k % 4) + 1} * 700_000); const after${v} = new Array(500).fill(${k});`,
    use: `const at = (n * 7919) % 100; let seen = 0; for (let i = at; i < z${v}.length; i += 9973) { ${guard} seen += z${v}[i]; z${v}[i] += 1; }
      after${v}[n % 500] += 1; return [seen, after${v}[n % 500]];`,
  }),
  dates: (v, k) => ({
    top: `const day${v} = new Date(86_400_000 * ${k});`,
    use: `day${v}.setHours(day${v}.getHours() + n); return [day${v}.toISOString(), day${v}.toString(), day${v}.getTimezoneOffset()];`,
  }),
  promises: (v, k) => ({
    top: `let wake${v}, woken${v} = 'asleep'; const p${v} = new Promise((ok) => { wake${v} = ok; }); p${v}.then((x) => { woken${v} = 'woken by ' + x; });
      const q${v} = Promise.resolve(${k}), bad${v} = Promise.reject(new TypeError('no')); bad${v}.catch(() => {});`,
    use: `const before = woken${v}; if (n % 2) wake${v}(n); await null; return [before, woken${v}, await q${v}, await bad${v}.catch(String)];`,
  }),
  thenable: (v, k) => ({
    top: `let reads${v} = ${k}; const th${v} = { get then() { reads${v} += 1; return (ok) => ok(reads${v}); } }; const first${v} = await th${v};`,
    use: `return [first${v}, await th${v}, reads${v}];`,
  }),
  accessors: (v, k) => ({
    top: `const a${v} = { reads: ${k}, get value() { return ++this.reads; }, set value(x) { this.reads = x; } }; Object.freeze(a${v}.nested = { x: 1 });`,
    use: `if (n % 5 === 0) a${v}.value = n; try { a${v}.nested.x = 2; } catch (e) { return [e.name, a${v}.value]; } return a${v}.value;`,
  }),
  proxy: (v, k) => ({
    top: `const seen${v} = []; const x${v} = new Proxy({ k: ${k} }, { get: (o, p) => (seen${v}.push(String(p)), o[p]), has: () => true }); x${v}.k;`,
    use: `x${v}['p' + n]; return ['any' in x${v}, x${v}.k, seen${v}.join()];`,
  }),
  bigints: (v, k) => ({ top: `let big${v} = 2n ** ${k + 60}n - 1n;`, use: `big${v} = big${v} * 3n + BigInt(n); return String(big${v});` }),
  deep: (v, k, s) => ({
    top: `const deep${v} = { s: ${s} }; { let at = deep${v}; for (let i = 0; i < ${k}; i++) { ${guard} at = at.next = { i, list: [i, [i]] }; } at.root = deep${v}; }`,
    use: `let depth = 0, at = deep${v}; while (at.next) { ${guard} at = at.next; depth++; } at.next = { i: n, root: at.root }; return [depth, at.root.s];`,
  }),
  strings: (v, k, s) => ({
    top: `let s${v} = ${s}; const parts${v} = s${v}.split('').concat('\\u{1F600}', '\\0', '\\uD800'.toWellFormed?.() ?? '', 'x'.repeat(${k}));`,
    use: `s${v} = (s${v} + text).slice(-200); parts${v}.push(text.normalize('NFC')); return [s${v}, parts${v}.length, parts${v}.join('').length];`,
  }),
  ropes: (v, k) => ({
    top: `let rope${v} = ''; for (let i = 0; i < ${k * 20}; i++) { ${guard} rope${v} += 'part ' + i; }`,
    use: `rope${v} += text + n; return [rope${v}.length, rope${v}.slice(-12), rope${v}.indexOf('5')];`,
  }),
  errors: (v, _k, s) => ({
    top: `function raise${v}() { throw new RangeError(${s}, { cause: 'none' }); } let e${v}; try { raise${v}(); } catch (e) { e${v} = e; }`,
    use: `const old = e${v}.stack; try { null.x; } catch (e) { e${v} = e; } return [old, e${v}.message, e${v} instanceof Error];`,
  }),
  throwing: (v, k) => ({
    top: `let left${v} = ${k % 5};`,
    use: `if (--left${v} === 0) throw new Error('it was the last, n was ' + n); return left${v};`,
  }),
  url: (v, k, s) => ({
    top: `const url${v} = new URL('https://example.com/a?k=${k}#h'); url${v}.searchParams.append('s', ${s}); const q${v}s = new URLSearchParams('a=1');`,
    use: `url${v}.searchParams.append('n', n); url${v}.pathname += 'x'; q${v}s.set('b', text); return [url${v}.href, String(q${v}s)];`,
  }),
  headers: (v, k) => ({
    top: `const h${v} = new Headers({ 'x-k': '${k}', 'Set-Cookie': 'a=1' });`,
    use: `h${v}.append('x-k', n); h${v}.append('set-cookie', 'n=' + n); return [...h${v}];`,
  }),
  text: (v, _k, s) => ({
    top: `const enc${v} = new TextEncoder(), dec${v} = new TextDecoder(), bytes${v} = enc${v}.encode(${s});`,
    use: `const head = dec${v}.decode(bytes${v}.subarray(0, 1 + (n % 9)), { stream: true }); return [head, dec${v}.decode(bytes${v}.subarray(1 + (n % 9))), [...enc${v}.encode(text)].length];`,
  }),
  requests: (v, k, s) => ({
    top: `const res${v} = new Response(${s}, { status: ${206 + (k % 90)}, headers: { a: 'b' } }); const req${v} = new Request('https://a.b/', { method: 'POST', body: 'kept' });`,
    use: `return [res${v}.status, await res${v}.clone().text(), req${v}.bodyUsed || (await req${v}.text()), req${v}.bodyUsed];`,
  }),
  abort: (v, k) => ({
    top: `const ac${v} = new AbortController(); let heard${v} = ${k}; ac${v}.signal.addEventListener('abort', (e) => { heard${v} = e.type + ac${v}.signal.reason; });`,
    use: `if (n % 3 === 0) ac${v}.abort('r' + n); return [heard${v}, ac${v}.signal.aborted];`,
  }),
  events: (v, k) => ({
    top: `const et${v} = new EventTarget(); let count${v} = ${k}; et${v}.addEventListener('x', () => count${v}++, { once: ${k % 2 === 0} });`,
    use: `et${v}.dispatchEvent(new Event('x')); return count${v};`,
  }),
  clone: (v, k, s) => ({
    top: `const cl${v} = structuredClone({ a: [${k}, new Date(0), new Map([[${s}, 1]])] });`,
    use: `cl${v}.a.push(n); const copy = structuredClone(cl${v}); return [copy.a.length, [...copy.a[2].keys()], copy.a[1].getTime()];`,
  }),
  blob: (v, _k, s) => ({
    top: `const blob${v} = new Blob([${s}, new Uint8Array([1, 2])], { type: 'a/b' }); const fd${v} = new FormData(); fd${v}.append('a', 'b');`,
    use: `fd${v}.append('n', String(n)); return [blob${v}.size, await blob${v}.slice(0, n).text(), fd${v}.getAll('n')];`,
  }),
  streams: (v, k) => ({
    top: `let pulls${v} = 0; const rs${v} = new ReadableStream({ pull(c) { c.enqueue(${k} + pulls${v}++); } }, { highWaterMark: 2 }).getReader(); await rs${v}.read();`,
    use: `const { value } = await rs${v}.read(); return [value, pulls${v}];`,
  }),
  logs: (v, k, s) => ({
    top: `console.count('c${v}'); console.log(${s}); console.time;`,
    use: `console.count('c${v}'); console.log('%s %d', text, n, { k: ${k}, m: new Map([[n, 1]]) }); return null;`,
  }),
  timers: (v, k) => ({
    top: `let ticks${v} = ${k};`,
    use: `const id = await new Promise((ok) => { const id = setTimeout(() => ok(id), 0); }); return [id, ++ticks${v}];`,
  }),
  digest: (v, k) => ({
    top: `const key${v} = await crypto.subtle.importKey('raw', new Uint8Array(16).fill(${k % 256}), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);`,
    use: `return [...new Uint8Array(await crypto.subtle.sign('HMAC', key${v}, new TextEncoder().encode(text + n)))].slice(0, 8);`,
  }),
  lazily: (v, k) => ({
    top: `let g${v}lobal = ${k}; const late${v} = () => globalThis['URL' + 'Pattern'];`,
    use: `const { pathname } = new (late${v}())({ pathname: '/:id' }).exec('https://a.b/' + n); g${v}lobal += 1; return [pathname.groups.id, g${v}lobal];`,
  }),
  patched: (v, k, s) => ({
    top: `const push${v} = Array.prototype.push; let pushed${v} = ${k}; globalThis.kept${v} = ${s}; Array.prototype.last${v} = function () { pushed${v}++; return this[this.length - 1]; };`,
    use: `globalThis.kept${v} += n; return [[1, n].last${v}(), pushed${v}, globalThis.kept${v}.length];`,
  }),
  evaluated: (v, k) => ({
    top: `const made${v} = Array.from({ length: ${k} }, (_, i) => (x) => x * i + ${k});`,
    use: `made${v}.push((x) => x - n); return made${v}.reduce((sum, f) => { ${guard} return (sum + f(n)) % 1_000_003; }, 0);`,
  }),
  garbage: (v, k) => ({
    top: `let ring${v} = []; for (let i = 0; i < ${k}; i++) { ${guard} const a = { i }, b = { a }; a.b = b; if (i % 7 === 0) ring${v}.push(a); }`,
    use: `for (let i = 0; i < n * 20; i++) { ${guard} const a = { pad: 'x'.repeat(i % 50) }; a.a = a; ring${v}[i % 40] = a; } return ring${v}.length;`,
  }),
};

/** Made once: it takes fast-check long. */
const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const literal = fc
  .oneof(text, fc.string({ unit: 'binary', maxLength: 30 }), fc.constantFrom('', '\0', '\ud800', '𝒳\u2028"`'))
  .map((one) => JSON.stringify(one).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029'));

const state = fc.record({ kind: fc.constantFrom(...Object.keys(kinds)), k: fc.integer({ min: 1, max: 120 }), s: literal });

export const programs: fc.Arbitrary<Program> = fc.array(state, { minLength: 1, maxLength: 8 }).map((states) => {
  const made = states.map(({ kind, k, s }, i) => (kinds[kind] as KindOf)(`${i}`, k, s));
  const uses = made.map(({ use }) => `async (n, text) => { ${use} }`);
  return {
    states: states.length,
    code: `${made.map(({ top }) => top).join('\n')}
const uses = [${uses.join(',\n')}];
let calls = 0;
export default {
  async fetch(request) {
    calls += 1;
    const { searchParams } = new URL(request.url);
    const n = Number(searchParams.get('n'));
    const text = request.method === 'POST' ? await request.text() : '';
    const out = [];
    for (const i of searchParams.get('states').split('-')) { ${guard} out.push(await uses[i](n, text)); }
    return Response.json({ calls, out }, { headers: { 'x-calls': String(calls) } });
  },
};`,
  };
});

/** Each program with two runs of calls. */
export const programsWithCalls = programs.chain((program) => {
  const call: fc.Arbitrary<ProgramCall> = fc.record({
    states: fc.array(fc.nat({ max: program.states - 1 }), { minLength: 1, maxLength: 4 }),
    n: fc.nat({ max: 40 }),
    body: fc.option(text, { nil: undefined }),
  });
  const calls = fc.array(call, { minLength: 1, maxLength: 5 });
  return fc.record({ program: fc.constant(program), before: calls, calls });
});

export const kindNames: readonly string[] = Object.keys(kinds);

/** One program of one kind, for a test that must see them all. */
export function programOf(kind: string): Program {
  const { top, use } = (kinds[kind] as KindOf)('0', 7, '"some text"');
  return {
    states: 1,
    code: `${top}\nexport default { async fetch(r) { const n = Number(new URL(r.url).searchParams.get('n')); const text = 'text'; return Response.json(await (async () => { ${use} })() ?? null); } };`,
  };
}

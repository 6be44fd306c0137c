/** Bodies as streams: what of one can be read when, measured against Node's; and where Node is at fault, the standard. */

import { compareWithNode } from './differential.ts';

/** What can be told of a body that has a stream. */
const state = (one: string): string => `[${one}.bodyUsed, ${one}.body.locked]`;
const after = (made: string, steps: string): string => `(async () => { const r = ${made}; ${steps} })()`;
const chunks = `const read = async (stream) => { const all = []; for await (const chunk of stream) all.push(...chunk); return all; };`;
const source = `new ReadableStream({ start(c) { c.enqueue(new Uint8Array([104])); c.enqueue(new Uint8Array([105])); c.close(); } })`;
const bodies = [
  `'hi'`,
  `''`,
  `new Uint8Array([104, 105])`,
  `new Blob(['h', 'i'])`,
  `new Blob([])`,
  `new URLSearchParams('a=b')`,
  source,
  `new Blob(['hi']).stream()`,
];

compareWithNode(
  'a body',
  [
    ...bodies.flatMap((body) => [
      after(
        `new Response(${body})`,
        `${chunks} return [r.body instanceof ReadableStream, r.body === r.body, await read(r.body), ...${state('r')}];`,
      ),
      after(
        `new Response(${body})`,
        `const b = r.body; const t = await r.text(); return [t, ${state('r')}, b === r.body, await r.text().catch((e) => e.name)];`,
      ),
      after(`new Response(${body})`, `const c = r.clone(); return [await r.text(), await c.text(), r.bodyUsed, c.bodyUsed];`),
      after(
        `new Response(${body})`,
        `const b = r.body; const c = r.clone(); return [b.locked, r.body === b, await c.text(), ${state('r')}, await r.text()];`,
      ),
      after(
        `new Response(${body})`,
        `const s = new Response(r.body); const t = await s.text(); return [t, r.body === s.body, ${state('r')}, ${state('s')}];`,
      ),
      after(
        `new Request('http://a', { method: 'POST', body: ${body}, duplex: 'half' })`,
        `const b = r.body; const q = new Request(r); return [${state('r')}, b === r.body, ${state('q')}, await q.text(), await r.text().catch((e) => e.name)];`,
      ),
      after(`new Response(${body})`, `const reader = r.body.getReader(); return [${state('r')}, await r.text().catch((e) => e.name)];`),
      after(`new Response(${body})`, `r.body.getReader().releaseLock(); return [${state('r')}, await r.text()];`),
      after(`new Response(${body})`, `await r.body.cancel(); return [${state('r')}, await r.text().catch((e) => e.name)];`),
      after(`new Response(${body})`, `r.body.getReader(); r.clone();`),
      after(
        `new Response(${body})`,
        `const [a, b] = r.body.tee(); return [${state('r')}, await new Response(a).text(), await new Response(b).text()];`,
      ),
      after(`new Response(${body})`, `let t = ''; for await (const chunk of r.textStream()) t += chunk; return [t, ${state('r')}];`),
      after(`new Response(${body})`, `const b = await r.blob(); return [b.size, b.type.toLowerCase(), await b.text()];`),
      after(
        `new Response(${body}, { headers: { 'content-type': 'application/x-www-form-urlencoded' } })`,
        `return [...await r.formData()];`,
      ),
    ]),
    `(async () => { let t = ''; for await (const chunk of new Response(null).textStream()) t += chunk; return t; })()`,
    after(`new Response('x')`, `await r.text(); r.textStream();`),
    `(() => { const r = new Response(); return [r.body, r.bodyUsed]; })()`,
    after(
      `new Response(${source})`,
      `const reader = r.body.getReader(); await reader.read(); reader.releaseLock(); return [${state('r')}, await r.text().catch((e) => e.name)];`,
    ),
    `(() => { const s = ${source}; s.getReader(); new Response(s); })()`,
    `(async () => { const s = ${source}; await s.cancel(); new Response(s); })()`,
    `(() => { const s = ${source}; return [new Response(s).body === s, new Response(s).headers.has('content-type')]; })()`,
    ...[`'text'`, `[1]`, `new ArrayBuffer(1)`, `new Uint16Array(1)`, `null`, `undefined`].map((chunk) =>
      after(`new Response(new ReadableStream({ start(c) { c.enqueue(${chunk}); c.close(); } }))`, `await r.arrayBuffer();`),
    ),
    after(`new Response(new ReadableStream({ pull() { throw new RangeError(); } }))`, `await r.text();`),
    after(
      `new Response(new ReadableStream({ start(c) { c.error(new RangeError()); } }))`,
      `return [await r.json().catch((e) => e.name), await r.json().catch((e) => e.name)];`,
    ),
    after(
      `new Response('hello')`,
      `const reader = r.body.getReader({ mode: 'byob' }); const { value } = await reader.read(new Uint8Array(3)); return [value, (await reader.read(new Uint8Array(8))).value];`,
    ),
    after(
      `new Response(${source})`,
      `const out = []; await r.body.pipeTo(new WritableStream({ write(chunk) { out.push(...chunk); } })); return out;`,
    ),
    after(`new Response('abc')`, `return await new Response(r.body.pipeThrough(new TransformStream())).text();`),
    `new Request('http://a', { method: 'POST', body: ${source} })`,
    `new Request('http://a', { method: 'POST', body: ${source}, duplex: 'full' })`,
    `new Request('http://a', { method: 'POST', body: ${source}, duplex: 'half', keepalive: true })`,
    `new Request('http://a', { method: 'POST', body: ${source}, duplex: 'half', mode: 'no-cors' })`,
    `new Request('http://a', { method: 'POST', body: 'x', duplex: 'half' }).text()`,
    ...[`r.body.getReader()`, `r.body.getReader().read()`, `await r.text()`].map((step) =>
      after(
        `new Request('http://a', { method: 'POST', body: 'x' })`,
        `${step}; let failed; try { new Request(r); } catch (e) { failed = e.name; } return [failed, await new Request(r, { body: 'y' }).text()];`,
      ),
    ),
    after(
      `new Request('http://a', { method: 'POST', body: 'x' })`,
      `const failed = []; for (const init of [{ method: 'GET' }, { method: 'CONNECT' }, { mode: 'navigate' }, { headers: { 'a b': 'c' } }]) try { new Request(r, init); } catch (e) { failed.push(e.name, r.bodyUsed); } return failed;`,
    ),
    `Request.prototype.blob.call(new Response())`,
    `Response.prototype.textStream.call({})`,
  ],
  {
    // A clone's chunks are its own, which Node forgets for bytes that are no Uint8Array.
    [`(async () => {
    const given = new Int8Array([1, 2]);
    const r = new Response(new ReadableStream({ start(c) { c.enqueue(given); c.close(); } }));
    const c = r.clone();
    const [{ value: a }, { value: b }] = [await r.body.getReader().read(), await c.body.getReader().read()];
    return [a === given, b === given, b.constructor.name, [...b]];
  })()`]: [true, false, 'Int8Array', [1, 2]],
    // What stands on Object.prototype is no way in between a stream and its reader.
    ...Object.fromEntries(
      [source, `new Uint8Array([104, 105])`, `new Blob(['hi']).stream()`].map((body) => [
        `(async () => {
          const r = new Response(${body});
          const seen = [];
          Object.prototype.then = (kept) => { delete Object.prototype.then; kept({ done: false, value: new Uint8Array([1]) }); };
          const text = r.text();
          await undefined; await undefined; await undefined;
          delete Object.prototype.then;
          return text;
        })()`,
        'hi',
      ]),
    ),
    // A body that another has given is passed on without a word about duplex, as code for Workers has it.
    [`new Request('http://a', { method: 'POST', body: new Response('x').body }).text()`]: 'x',
  },
);

/** Streams, measured against Node's. */

import assert from 'node:assert/strict';
import { compareWithNode } from './differential.ts';
import { openRealm, type Realm } from './realm.ts';

const classes = [
  'ByteLengthQueuingStrategy',
  'CountQueuingStrategy',
  'ReadableByteStreamController',
  'ReadableStream',
  'ReadableStreamBYOBReader',
  'ReadableStreamBYOBRequest',
  'ReadableStreamDefaultController',
  'ReadableStreamDefaultReader',
  'TransformStream',
  'TransformStreamDefaultController',
  'WritableStream',
  'WritableStreamDefaultController',
  'WritableStreamDefaultWriter',
];
/** An async body as an expression; `seen` is what it has collected. */
const steps = (body: string): string => `(async () => { const seen = []; ${body}; return seen; })()`;
const all = `async (readable) => { const items = []; for await (const item of readable) items.push(item); return items; }`;

compareWithNode(
  'the shape of the streams',
  [
    ...classes.map((name) => `[typeof ${name}, ${name}.name, ${name}.length, ${name}.prototype[Symbol.toStringTag]]`),
    ...classes.map((name) => `Object.keys(${name}.prototype).sort()`),
    ...classes.map(
      (name) => `Object.keys(${name}.prototype).sort().map((key) => {
      const { value, get } = Object.getOwnPropertyDescriptor(${name}.prototype, key);
      return [(value ?? get).name, (value ?? get).length];
    })`,
    ),
    ...classes.map((name) => `${name}()`),
    ...classes.filter((name) => !['ReadableStream', 'WritableStream', 'TransformStream'].includes(name)).map((name) => `new ${name}()`),
    ...classes.flatMap((name) => [
      `Object.keys(${name}.prototype).map((key) => { try { ${name}.prototype[key]; return 'reads'; } catch (error) { return error.name; } })`,
    ]),
    `Object.getPrototypeOf(Object.getPrototypeOf(new ReadableStream()[Symbol.asyncIterator]())) === Object.getPrototypeOf(Object.getPrototypeOf((async function* () {}).prototype))`,
    `ReadableStream.prototype.values === ReadableStream.prototype[Symbol.asyncIterator]`,
  ],
  {
    // Node's has another in between.
    [`((prototype) => [Object.keys(prototype), prototype.next.length, prototype.return.length])(Object.getPrototypeOf(new ReadableStream().values()))`]:
      [['next', 'return'], 0, 1],
  },
);

compareWithNode('ReadableStream', [
  ...[
    `{ type: 'other' }`,
    `{ type: 'bytes' }, { size() {} }`,
    `{ pull: 1 }`,
    `null`,
    `1`,
    `{}, { highWaterMark: -1 }`,
    `{}, { highWaterMark: NaN }`,
  ].map((init) => `new ReadableStream(${init})`),
  `(${all})(new ReadableStream({ start(c) { c.enqueue(1); c.enqueue('b'); c.close(); } }))`,
  `(${all})(ReadableStream.from([1, Promise.resolve(2), 3]))`,
  `(${all})(ReadableStream.from(new Map([[1, 2]])))`,
  `(${all})(ReadableStream.from('ab'))`,
  `(${all})(ReadableStream.from((async function* () { yield 1; yield 2; })()))`,
  `ReadableStream.from(1)`,
  `ReadableStream.from({})`,
  `(${all})(ReadableStream.from((async function* () { yield 1; throw new RangeError(); })()))`,
  steps(`let n = 0; const stream = new ReadableStream({ pull(c) { c.enqueue(++n); if (n === 5) c.close(); } }, { highWaterMark: 0 });
    const reader = stream.getReader(); seen.push(n, await reader.read(), n, await reader.read(), n)`),
  steps(`const stream = new ReadableStream({ cancel(reason) { seen.push('canceled', reason); } });
    for await (const item of ReadableStream.from([1, 2, 3])) { seen.push(item); if (item === 2) break; }
    await stream.cancel('why'); seen.push(await stream.getReader().read())`),
  steps(`const stream = ReadableStream.from([1, 2, 3]);
    for await (const item of stream.values({ preventCancel: true })) { seen.push(item); break; }
    seen.push(stream.locked); for await (const item of stream) seen.push(item)`),
  steps(`const reader = new ReadableStream().getReader(); const read = reader.read(); reader.releaseLock();
    seen.push(await read.catch((error) => error.name), await reader.closed.catch((error) => error.name), await reader.read().catch((error) => error.name))`),
  steps(`const stream = new ReadableStream(); stream.getReader();
    for (const act of [() => stream.getReader(), () => stream.tee(), () => stream.values()]) { try { act(); } catch (error) { seen.push(error.name); } }
    seen.push(await stream.cancel().catch((error) => error.name), await stream.pipeTo(new WritableStream()).catch((error) => error.name))`),
  steps(`const [a, b] = ReadableStream.from([1, 2]).tee(); seen.push(await (${all})(a), await (${all})(b))`),
  steps(`const reason = new RangeError(); const stream = new ReadableStream({ start(c) { c.error(reason); } });
    const reader = stream.getReader(); seen.push(await reader.read().catch((error) => error === reason), await reader.closed.catch((error) => error === reason))`),
  steps(`let controller; const stream = new ReadableStream({ start(c) { controller = c; } }, new CountQueuingStrategy({ highWaterMark: 2 }));
    seen.push(controller.desiredSize); controller.enqueue(1); controller.enqueue(2); controller.enqueue(3); seen.push(controller.desiredSize);
    controller.close(); seen.push(controller.desiredSize); try { controller.enqueue(4); } catch (error) { seen.push(error.name); }`),
]);

compareWithNode('byte streams', [
  steps(`const stream = new ReadableStream({ type: 'bytes', start(c) { c.enqueue(new Uint8Array([1, 2, 3, 4, 5])); c.close(); } });
    const reader = stream.getReader({ mode: 'byob' });
    for (;;) { const { done, value } = await reader.read(new Uint8Array(2)); seen.push([done, value]); if (done) break; }`),
  steps(`const stream = new ReadableStream({ type: 'bytes', pull(c) { const { view } = c.byobRequest; seen.push(view.byteLength); view[0] = 7; c.byobRequest.respond(1); } });
    const reader = stream.getReader({ mode: 'byob' }); seen.push(await reader.read(new Uint8Array(4)), await reader.read(new DataView(new ArrayBuffer(3))).then(({ value }) => value.byteLength))`),
  steps(`let n = 0; const stream = new ReadableStream({ type: 'bytes', pull(c) { c.enqueue(new Uint8Array([++n])); } });
    const reader = stream.getReader({ mode: 'byob' }); seen.push(await reader.read(new Uint8Array(4), { min: 3 }), n)`),
  steps(`const stream = new ReadableStream({ type: 'bytes', autoAllocateChunkSize: 16, pull(c) { seen.push(c.byobRequest.view.byteLength); c.byobRequest.view.set([1, 2]); c.byobRequest.respond(2); c.close(); } });
    seen.push(await (${all})(stream))`),
  steps(`const chunk = new Uint8Array([1, 2]); const stream = new ReadableStream({ type: 'bytes', start(c) { c.enqueue(chunk); } });
    seen.push(chunk.byteLength, (await stream.getReader().read()).value)`),
  steps(`const [a, b] = new ReadableStream({ type: 'bytes', start(c) { c.enqueue(new Uint8Array([1, 2])); c.close(); } }).tee();
    const reader = a.getReader({ mode: 'byob' }); seen.push((await reader.read(new Uint8Array(4))).value, await (${all})(b))`),
  ...[`new Uint8Array(0)`, `new ArrayBuffer(4)`, `1`, `undefined`].map((view) =>
    steps(`const reader = new ReadableStream({ type: 'bytes' }).getReader({ mode: 'byob' });
      seen.push(await reader.read(${view}).catch((error) => error.name))`),
  ),
  `new ReadableStream().getReader({ mode: 'byob' })`,
  `new ReadableStream().getReader({ mode: 'other' })`,
]);

compareWithNode('WritableStream', [
  ...[`{ type: 1 }`, `{ write: 1 }`, `null`, `{}, { highWaterMark: -1 }`].map((init) => `new WritableStream(${init})`),
  steps(`const stream = new WritableStream({ write(chunk) { seen.push(chunk); }, close() { seen.push('closed'); } });
    const writer = stream.getWriter(); await writer.write(1); writer.write(2); seen.push(writer.desiredSize); await writer.close(); await writer.closed`),
  steps(`const stream = new WritableStream({ write() { throw new RangeError(); } }); const writer = stream.getWriter();
    seen.push(await writer.write(1).catch((error) => error.name), await writer.write(1).catch((error) => error.name), await writer.closed.catch((error) => error.name))`),
  steps(`let signal; const stream = new WritableStream({ start(c) { signal = c.signal; }, abort(reason) { seen.push('abort', reason); } });
    seen.push(signal instanceof AbortSignal, signal.aborted); const writer = stream.getWriter(); await writer.ready; await writer.abort('why'); seen.push(signal.aborted, signal.reason)`),
  steps(`let controller; const stream = new WritableStream({ start(c) { controller = c; } }); controller.error(new RangeError());
    seen.push(await stream.getWriter().closed.catch((error) => error.name))`),
]);

compareWithNode('pipes', [
  steps(
    `await ReadableStream.from([1, 2]).pipeTo(new WritableStream({ write(chunk) { seen.push(chunk); }, close() { seen.push('closed'); } }))`,
  ),
  steps(`const doubled = ReadableStream.from([1, 2]).pipeThrough(new TransformStream({ transform(chunk, c) { c.enqueue(chunk); c.enqueue(chunk); }, flush(c) { c.enqueue('end'); } }));
    seen.push(await (${all})(doubled))`),
  steps(`const stop = new AbortController(); const source = new ReadableStream({ cancel(reason) { seen.push('canceled', reason.name); } });
    const piped = source.pipeTo(new WritableStream({ abort(reason) { seen.push('aborted', reason.name); } }), { signal: stop.signal });
    stop.abort(); seen.push(await piped.catch((error) => [error.name, error instanceof DOMException]))`),
  steps(
    `const piped = new ReadableStream().pipeTo(new WritableStream(), { signal: AbortSignal.abort('now') }); seen.push(await piped.catch((reason) => reason))`,
  ),
  steps(`seen.push(await new ReadableStream().pipeTo(new WritableStream(), { signal: {} }).catch((error) => error.name))`),
  steps(`const source = new ReadableStream({ start(c) { c.error(new RangeError()); } }); const target = new WritableStream();
    seen.push(await source.pipeTo(target, { preventAbort: true }).catch((error) => error.name)); const writer = target.getWriter(); await writer.close(); seen.push('still open')`),
  steps(`const { readable, writable } = new TransformStream({ transform() { throw new RangeError(); } }); const writer = writable.getWriter();
    seen.push(await Promise.all([writer.write(1), readable.getReader().read()].map((one) => one.catch((error) => error.name))))`),
  steps(`const { readable, writable } = new TransformStream({ cancel(reason) { seen.push('canceled', reason); } }); await readable.cancel('why');
    seen.push(await writable.getWriter().closed.catch((reason) => reason))`),
  steps(`const { readable } = new TransformStream({ start(c) { c.enqueue(1); c.terminate(); } }); seen.push(await (${all})(readable))`),
]);

compareWithNode('queuing strategies', [
  `[new CountQueuingStrategy({ highWaterMark: 3 }).highWaterMark, new CountQueuingStrategy({ highWaterMark: 3 }).size('abc'), new CountQueuingStrategy({ highWaterMark: 3 }).size === new CountQueuingStrategy({ highWaterMark: 4 }).size]`,
  `[new ByteLengthQueuingStrategy({ highWaterMark: '3' }).highWaterMark, new ByteLengthQueuingStrategy({ highWaterMark: 3 }).size(new Uint8Array(5))]`,
  `new CountQueuingStrategy({})`,
  `new ByteLengthQueuingStrategy(1)`,
  `[new CountQueuingStrategy({ highWaterMark: 1 }).size.name, new CountQueuingStrategy({ highWaterMark: 1 }).size.length, new ByteLengthQueuingStrategy({ highWaterMark: 1 }).size.length]`,
]);

compareWithNode('streams and structuredClone', [
  `structuredClone(new ReadableStream())`,
  `structuredClone({ deep: new WritableStream() })`,
  `structuredClone(new TransformStream())`,
]);

const halves = [
  `'\\ud83d\\ude00'`,
  `'a\\ud83d', '\\ude00b'`,
  `'\\ud83d', '', '\\ude00'`,
  `'\\ud83d', 'x'`,
  `'\\ud83d'`,
  `'\\ude00', '\\ud83d\\ud83d', '\\ude00'`,
  `''`,
  `1, null, undefined`,
];

compareWithNode(
  'TextEncoderStream and TextDecoderStream',
  [
    ...['TextEncoderStream', 'TextDecoderStream'].flatMap((name) => [
      `[typeof ${name}, ${name}.name, ${name}.length]`,
      `Object.keys(${name}.prototype).sort()`,
      `Object.keys(${name}.prototype).map((key) => { try { ${name}.prototype[key]; return 'reads'; } catch (error) { return error.name; } })`,
      `${name}()`,
    ]),
    ...halves.map(
      (chunks) =>
        `(${all})(ReadableStream.from([${chunks}]).pipeThrough(new TextEncoderStream())).then((list) => list.map((item) => [...item]).flat())`,
    ),
    ...[
      '[104, 105]',
      '[0xe2], [0x82], [0xac]',
      '[0xe2, 0x82]',
      '[0xef, 0xbb], [0xbf, 0x61]',
      '[], [0x61]',
      '[0xff], [0x61]',
      '[0xf0, 0x9f], [0x61]',
    ].flatMap((chunks) =>
      ['', `'utf-8', { fatal: true }`, `'utf-8', { ignoreBOM: true }`].map(
        (options) =>
          `(${all})(ReadableStream.from([${chunks}].map((item) => new Uint8Array(item))).pipeThrough(new TextDecoderStream(${options}))).then((list) => list.join(''))`,
      ),
    ),
    `(${all})(ReadableStream.from([new Uint8Array([0x34]), new Uint8Array([0x6c, 0x3d, 0xd8]), new Uint8Array([0x00, 0xde])]).pipeThrough(new TextDecoderStream('utf-16le'))).then((list) => list.join(''))`,
    ...['undefined', 'null', '3', `'a'`, '{}', '[1]'].map(
      (chunk) => `(${all})(ReadableStream.from([${chunk}]).pipeThrough(new TextDecoderStream()))`,
    ),
    `new TextDecoderStream('nope')`,
    `(({ encoding, fatal, ignoreBOM }) => [encoding, fatal, ignoreBOM])(new TextDecoderStream('latin1', { fatal: 1, ignoreBOM: 'x' }))`,
    `new TextEncoderStream().encoding`,
  ],
  {
    // Node writes the symbol's description.
    [`(${all})(ReadableStream.from([Symbol()]).pipeThrough(new TextEncoderStream()))`]: 'throws TypeError',
  },
);

describe('streams against a plugin that patches', () => {
  let realm: Realm;
  beforeEach(async () => {
    realm = await openRealm();
  });
  afterEach(() => realm[Symbol.dispose]());

  it('encode and decode with patched controllers and prototypes', async () => {
    const result = await realm.run(`(async () => {
      TransformStreamDefaultController.prototype.enqueue = () => { throw new Error('patched'); };
      TextDecoder.prototype.decode = () => 'patched';
      Object.prototype.start = () => { throw new Error('patched'); };
      const stream = new TextDecoderStream();
      const encoder = new TextEncoderStream();
      delete Object.prototype.start;
      const writer = encoder.writable.getWriter();
      writer.write('grün');
      writer.close();
      const reader = encoder.readable.pipeThrough(stream).getReader();
      return (await reader.read()).value;
    })()`);
    assert.equal(result, 'grün');
  });
});

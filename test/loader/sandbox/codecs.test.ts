import assert from 'node:assert/strict';
import { brotliCompressSync, deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import { Codecs, stepStatus } from '../../../loader/sandbox/codecs.ts';
import { stepBytes } from '../../../loader/sandbox/zlib-steps.ts';
import { callOf, getHead, sandboxOf } from '../../support/sandboxes.ts';

/** Everything that comes of an input, and the status at which it ended. */
function run(codecs: Codecs, id: number, input: Uint8Array): { output: Buffer; status: number; largest: number } {
  const outputs: Buffer[] = [];
  for (let at = 0; ; at += stepBytes) {
    const atEnd = at >= input.length;
    if (!atEnd) assert.equal(codecs.feed(id, input.subarray(at, at + stepBytes)), true);
    for (;;) {
      const step = codecs.step(id, atEnd);
      if (typeof step === 'number') {
        if (step === stepStatus.done && !atEnd) break;
        return { output: Buffer.concat(outputs), status: step, largest: Math.max(0, ...outputs.map(({ length }) => length)) };
      }
      outputs.push(Buffer.from(step));
    }
  }
}

const open = (codecs: Codecs, name: string, call = 1): number => {
  const id = codecs.open(call, name);
  assert.equal(typeof id, 'number', String(id));
  return id as number;
};

describe('Codecs', () => {
  const zeros = Buffer.alloc(5_000_000);

  for (const [format, packed] of [
    ['gzip', gzipSync(zeros)],
    ['deflate', deflateSync(zeros)],
    ['brotli', brotliCompressSync(zeros)],
  ] as const) {
    it(`a bomb in ${format} comes in steps of at most ${stepBytes} bytes`, () => {
      const codecs = new Codecs();
      const { output, status, largest } = run(codecs, open(codecs, `decompress ${format}`), packed);
      assert.deepEqual([output.equals(zeros), status, largest], [true, stepStatus.done, stepBytes]);
      codecs.clear();
    });
  }

  it('compresses what does not compress, in steps', () => {
    const codecs = new Codecs();
    const noise = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 2_654_435_761) >>> 13));
    const { output, status, largest } = run(codecs, open(codecs, 'compress gzip'), noise);
    assert.deepEqual([gunzipSync(output).equals(noise), status, largest <= stepBytes], [true, stepStatus.done, true]);
    codecs.clear();
  });

  it('open(call, name) refuses what there is not, and too many', () => {
    const codecs = new Codecs();
    assert.equal(codecs.open(1, 'compress zip'), 'There is no compress zip');
    assert.equal(codecs.open(1, 'constructor'), 'There is no constructor');
    for (let i = 0; i < 100; i += 1) open(codecs, 'compress gzip');
    assert.equal(codecs.open(1, 'compress gzip'), 'Too many compression streams are open');
    codecs.clear();
    assert.equal(codecs.size, 0);
  });

  it('step(id) refuses to begin where the others hold too much, and begins when they are closed', () => {
    const codecs = new Codecs();
    const begun = Array.from({ length: 3 }, () => open(codecs, 'decompress brotli'));
    const statuses = begun.map((id) => {
      codecs.feed(id, brotliCompressSync('a').subarray(0, 2));
      return codecs.step(id, false);
    });
    assert.deepEqual(statuses, [stepStatus.done, stepStatus.done, stepStatus.tooMany]);
    codecs.close(begun[0] as number);
    const again = open(codecs, 'decompress brotli');
    assert.equal(run(codecs, again, brotliCompressSync('a')).output.toString(), 'a');
    codecs.clear();
  });

  it('feed(id, input) takes neither a second input nor too much', () => {
    const codecs = new Codecs();
    const id = open(codecs, 'compress gzip');
    assert.deepEqual(
      [
        codecs.feed(id, new Uint8Array(stepBytes + 1)),
        codecs.feed(id, new Uint8Array(1)),
        codecs.feed(id, new Uint8Array(1)),
        codecs.feed(99, new Uint8Array(1)),
      ],
      [false, true, false, false],
    );
    codecs.clear();
  });

  it('forget(call) closes those of that call and no others', () => {
    const codecs = new Codecs();
    const [mine, other] = [open(codecs, 'compress gzip', 1), open(codecs, 'compress gzip', 2)];
    codecs.forget(1);
    assert.deepEqual([codecs.size, codecs.step(mine, true), typeof codecs.step(other, true)], [1, stepStatus.over, 'object']);
    codecs.clear();
  });

  it('is closed by malformed input and by what follows the end', () => {
    const codecs = new Codecs();
    assert.equal(run(codecs, open(codecs, 'decompress gzip'), Buffer.from('no gzip at all')).status, stepStatus.malformed);
    assert.equal(run(codecs, open(codecs, 'decompress gzip'), Buffer.concat([gzipSync('a'), gzipSync('b')])).status, stepStatus.trailing);
    assert.equal(codecs.size, 0);
  });
});

describe('compression in a sandbox', () => {
  const bomb = gzipSync(Buffer.alloc(100_000_000), { level: 1 });
  const collect = `const collect = async (readable) => { const chunks = []; for await (const chunk of readable) chunks.push(chunk.length); return chunks; };\n`;
  const write = `const write = (stream, ...chunks) => { const writer = stream.writable.getWriter(); for (const chunk of chunks) writer.write(chunk).catch(() => {}); writer.close().catch(() => {}); };\n`;

  it('packs and unpacks', async () => {
    const { sandbox, notes } = await sandboxOf(
      `export default async () => {
        const text = ReadableStream.from([new TextEncoder().encode('nbox '.repeat(1000))])
          .pipeThrough(new CompressionStream('gzip')).pipeThrough(new DecompressionStream('gzip')).pipeThrough(new TextDecoderStream());
        let all = '';
        for await (const part of text) all += part;
        return all.length;
      }`,
    );
    using _ = sandbox;
    assert.equal(sandbox.start(callOf(1), getHead, undefined).stopped, undefined);
    assert.deepEqual(
      notes.take().map((one) => one.kind === 'reply' && one.body),
      ['5000'],
    );
  });

  it('makes of a bomb only what is read', async () => {
    const { sandbox, notes } = await sandboxOf(
      `${write}export default async (request) => {
        const bomb = await request.bytes();
        const stream = new DecompressionStream('gzip');
        write(stream, bomb);
        const reader = stream.readable.getReader();
        const { value } = await reader.read();
        await reader.cancel();
        return value.length;
      }`,
      { cpuMs: 1_000 },
    );
    using _ = sandbox;
    const before = sandbox.memoryBytes;
    assert.equal(sandbox.start(callOf(1, { cpuMs: 1_000 }), getHead.replace('GET', 'POST'), bomb).stopped, undefined);
    assert.deepEqual(
      notes.take().map((one) => one.kind === 'reply' && one.body),
      ['65536'],
    );
    assert.ok(sandbox.memoryBytes - before < 20_000_000);
  });

  it('stops a call that reads a bomb for longer than it may', async () => {
    const { sandbox } = await sandboxOf(
      `${write}${collect}export default async (request) => {
        const stream = new DecompressionStream('gzip');
        write(stream, await request.bytes());
        return (await collect(stream.readable)).length;
      }`,
    );
    using _ = sandbox;
    const stay = sandbox.start(callOf(1, { cpuMs: 20 }), getHead.replace('GET', 'POST'), bomb);
    assert.equal(stay.stopped?.code, 'cpu_exceeded');
  });

  it('is made at the top level and first used by a call, and ends with it', async () => {
    const { sandbox, notes } = await sandboxOf(
      `const stream = new CompressionStream('gzip');
      const writer = stream.writable.getWriter();
      const reader = stream.readable.getReader();
      export default async () => {
        writer.write(new Uint8Array(10)).catch(() => {});
        try { return (await reader.read()).value.length; } catch (error) { return error.message; }
      }`,
    );
    using _ = sandbox;
    sandbox.start(callOf(1), getHead, undefined);
    sandbox.forget(1);
    sandbox.start(callOf(2), getHead, undefined);
    assert.deepEqual(
      notes.take().map((one) => one.kind === 'reply' && one.body),
      ['10', '"The call that this stream was made for is over"'],
    );
  });

  it('refuses to work at the top level', async () => {
    await assert.rejects(
      sandboxOf(
        `${write}const stream = new CompressionStream('gzip'); write(stream, new Uint8Array(1)); await stream.readable.getReader().read(); export default () => 1;`,
      ),
      /Disallowed at the top level: compress gzip needs a call that runs/,
    );
  });
});

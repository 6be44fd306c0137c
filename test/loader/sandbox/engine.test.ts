import assert from 'node:assert/strict';
import { Engine } from '../../../loader/sandbox/engine.ts';

async function started(memoryMb = 32): Promise<Engine> {
  const engine = await Engine.instantiate(memoryMb);
  engine.start();
  return engine;
}

/** The value of a script that gives a string. */
function run(engine: Engine, code: string): string {
  const value = engine.evaluateScript(code, 'test.js');
  assert.equal(engine.exception(value), 0, 'the script threw');
  const text = engine.text(value);
  engine.free(value);
  return text;
}

describe('Engine', () => {
  it('evaluateScript(code, name) gives the value; text(value) reads it', async () => {
    assert.equal(run(await started(), "'grüße ' + 6 * 7"), 'grüße 42');
  });

  it('newString(text) crosses whole, short or long', async () => {
    const engine = await started();
    const identity = engine.evaluateScript('(x) => x', 'test.js');
    for (const text of ['', 'a', 'ü€😀', 'x'.repeat(100_000), '€'.repeat(50_000)]) {
      const back = engine.call(identity, [text]);
      assert.equal(engine.text(back), text);
      engine.free(back);
    }
  });

  it('newBuffer(bytes) crosses whole, and buffer(value) copies it out', async () => {
    const engine = await started();
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, i) => i % 256));
    const value = engine.newBuffer(bytes);
    assert.ok(engine.buffer(value).equals(bytes));
    engine.free(value);
  });

  it('twoUtf8(first, second) holds even where reading the second grows the memory', async () => {
    const engine = await started(64);
    const first = engine.newString('first');
    const second = engine.evaluateScript("let x = 'x'.repeat(9_000_000); x += 'y'.repeat(9_000)", 'test.js');
    const before = engine.memory.buffer.byteLength;
    const [one, two] = engine.twoUtf8(first, second);
    assert.ok(engine.memory.buffer.byteLength > before);
    assert.equal(Buffer.from(one.bytes.subarray(one.start, one.end)).toString(), 'first');
    assert.equal(two.end - two.start, 9_009_000);
  });

  it('evaluateModule(code, name) gives a namespace, or a promise where the module awaits', async () => {
    const engine = await started();
    const plain = engine.evaluateModule('export default "a"', 'a.js');
    assert.equal(engine.promise(plain).state, 'none');
    assert.equal(engine.text(engine.getProperty(plain, 'default')), 'a');
    const awaiting = engine.evaluateModule('await 0; export default "b"', 'b.js');
    assert.equal(engine.promise(awaiting).state, 'pending');
    while (engine.hasJobs) engine.free(engine.runJobs(10));
    const settled = engine.promise(awaiting);
    assert.ok(settled.state === 'fulfilled');
    assert.equal(engine.text(engine.getProperty(settled.value, 'default')), 'b');
  });

  it('import() finds nothing', async () => {
    const engine = await started();
    engine.free(
      engine.evaluateScript("globalThis.r = 'none'; import('node:fs').then(() => { r = 'loaded' }, () => { r = 'refused' })", 'test.js'),
    );
    while (engine.hasJobs) engine.free(engine.runJobs(10));
    assert.equal(run(engine, 'r'), 'refused');
  });

  it('calls host functions, and throws what they throw', async () => {
    const engine = await started();
    engine.provide(
      [(one, args) => one.newString(`${args.length}:${one.text(args.pointer(0))}`), (one) => one.throwError('RangeError', 'no more')],
      undefined,
    );
    const host = engine.newHostFunction('host');
    const use = engine.evaluateScript(
      '(host) => { try { host(1) } catch (e) { return host(0, "a", 2) + " " + e.name + " " + e.message + " " + (e instanceof Error) } }',
      'test.js',
    );
    assert.equal(engine.text(engine.callWith(use, [host])), '2:a RangeError no more true');
    for (const unknown of ['2', '-1', '"greet"', '']) {
      const ask = engine.evaluateScript(`(host) => host(${unknown})`, 'test.js');
      assert.throws(() => engine.callWith(ask, [host]), /does not exist/);
    }
  });

  it('onPoll(poll) interrupts, uncatchably', async () => {
    const engine = await started();
    let polls = 0;
    engine.onPoll(() => ++polls > 3);
    const value = engine.evaluateScript('try { for (;;); } catch { } "went on"', 'test.js');
    assert.notEqual(engine.exception(value), 0);
  });

  it('onPoll(poll) passes what it throws through the engine’s frames', async () => {
    const engine = await started();
    engine.onPoll(() => {
      throw new Error('hard');
    });
    assert.throws(() => engine.evaluateScript('new Promise(() => { for (;;); })', 'test.js'), /hard/);
  });

  it('refuses memory above its cap as an error of the guest’s, and remembers that it did', async () => {
    const engine = await started(32);
    assert.equal(run(engine, "try { const a = []; for (;;) a.push(new ArrayBuffer(1 << 20)) } catch (e) { 'refused' }"), 'refused');
    assert.equal(engine.growth.refused, true);
    assert.ok(engine.memory.buffer.byteLength <= 32 * 1_048_576);
  });
});

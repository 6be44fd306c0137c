/** What an executor does with a release that is to go on with the state of another one: the runner, without a process around it. */

import assert from 'node:assert/strict';
import { instrument } from '../../../guards/instrument.ts';
import { defaultLimits, type Limits } from '../../../guards/limits.ts';
import { FrameReader, FrameWriter } from '../../../host/executor/frames.ts';
import { Runner } from '../../../host/executor/runner.ts';
import type { FromExecutor, HandOver, ToExecutor } from '../../../host/executor/wire.ts';
import { bundlePrelude } from '../../../loader/builder/prelude.ts';
import { leanEngine, readEngine } from '../../../loader/sandbox/wasm-module.ts';
import { getHead } from '../../support/sandboxes.ts';

type Load = Extract<ToExecutor, { kind: 'load' }>;

/** A runner in this process, with the frames that it writes. */
class TestRunner {
  readonly frames: FromExecutor[] = [];
  readonly #runner: Runner;
  #written = Promise.withResolvers<void>();
  #call = 1;

  constructor() {
    const reader = new FrameReader(
      (frame) => this.frames.push(frame.kind === 'replied' ? { ...frame, body: Buffer.from(frame.body) } : frame),
      1e7,
    );
    const write = (bytes: Buffer) => {
      reader.push(Buffer.from(bytes));
      this.#written.resolve();
      this.#written = Promise.withResolvers();
    };
    this.#runner = new Runner(new FrameWriter(write));
  }

  static async start(): Promise<TestRunner> {
    const runner = new TestRunner();
    const eviction = { afterMs: 1e9, aboveBytes: 1e12 };
    runner.send({ kind: 'prelude', engine: leanEngine(await readEngine()), modules: await bundlePrelude(), eviction });
    await runner.next('ready');
    return runner;
  }

  send(message: ToExecutor): void {
    this.#runner.receive(message);
  }

  /** The first frame of this kind that nobody has taken yet. */
  async next<K extends FromExecutor['kind']>(...kinds: K[]): Promise<Extract<FromExecutor, { kind: K }>> {
    for (;;) {
      const at = this.frames.findIndex(({ kind }) => kinds.includes(kind as K));
      if (at >= 0) return this.frames.splice(at, 1)[0] as Extract<FromExecutor, { kind: K }>;
      await this.#written.promise;
    }
  }

  load(
    key: number,
    code: string,
    from?: number,
    more: Partial<Load> & { limits?: Limits } = {},
  ): Promise<Extract<FromExecutor, { kind: 'loaded' | 'unloaded' }>> {
    const guarded = instrument(code).code;
    const handOver: { handOver?: HandOver } = from === undefined ? {} : { handOver: { from, code: guarded } };
    const image = { kind: 'code', code: guarded, keep: false } as const;
    this.send({ kind: 'load', key, image, limits: defaultLimits, isolation: 'shared', dynamicCode: false, ...handOver, ...more });
    return this.next('loaded', 'unloaded');
  }

  begin(key: number): number {
    const id = this.#call++;
    this.send({
      kind: 'calls',
      ids: [id],
      keys: [key],
      wallMs: [60_000],
      interfaces: ['fetch'],
      heads: [getHead],
      bodies: [undefined],
      tapes: undefined,
    });
    return id;
  }

  async call(key: number): Promise<string> {
    const id = this.begin(key);
    const frame = await this.next('replied', 'failed');
    assert.equal(frame.call, id);
    return frame.kind === 'replied' ? frame.body.toString() : frame.error.code;
  }
}

const hot = '__nboxHot';
const counter = (rest = '') =>
  `let count = ${hot}.data.count ?? 0; ${hot}.dispose((data) => { data.count = count; ${rest} }); export default () => ++count;`;

describe('an executor, given a release that is to go on with the state of another', () => {
  let runner: TestRunner;
  let key = 0;
  before(async () => {
    runner = await TestRunner.start();
  });
  beforeEach(() => {
    key += 10;
  });
  afterEach(() => {
    for (let i = 0; i < 10; i += 1) runner.send({ kind: 'unload', key: key + i });
    runner.frames.length = 0;
  });

  it('tells of a release that can hand over, and of no other', async () => {
    assert.deepEqual(await runner.load(key, counter()), { kind: 'loaded', key, hot: true });
    assert.deepEqual(await runner.load(key + 1, 'export default () => 1;'), { kind: 'loaded', key: key + 1 });
  });

  it('evaluates it with what the other one hands over, and leaves that one as it was', async () => {
    await runner.load(key, counter());
    assert.equal(await runner.call(key), '1');
    assert.equal(await runner.call(key), '2');
    assert.deepEqual(await runner.load(key + 1, counter(), key), { kind: 'loaded', key: key + 1, hot: true, goesOn: true });
    assert.equal(await runner.call(key + 1), '3');
    assert.equal(await runner.call(key), '3');
  });

  it('says on whose behalf it enters the old one, and when it has left', async () => {
    await runner.load(key, counter('data.x = 1;'));
    runner.frames.length = 0;
    const code = instrument(counter()).code;
    const image = { kind: 'code', code, keep: false } as const;
    const handOver = { from: key, code };
    runner.send({ kind: 'load', key: key + 1, image, limits: defaultLimits, isolation: 'shared', dynamicCode: false, handOver });
    await runner.next('loaded');
    assert.deepEqual(runner.frames, [
      { kind: 'enter', subject: 'handover', id: key + 1, budgetMs: 250 },
      { kind: 'leave' },
      { kind: 'enter', subject: 'load', id: key + 1, budgetMs: 1_000 },
      { kind: 'leave' },
    ]);
  });

  it('makes it of its image where the other one is not here, cannot hand over, or has nothing to give', async () => {
    assert.deepEqual(await runner.load(key + 1, counter(), key), { kind: 'loaded', key: key + 1, hot: true });
    assert.equal(await runner.call(key + 1), '1');
    await runner.load(key + 2, 'export default () => 1;');
    assert.equal((await runner.load(key + 3, counter(), key + 2)).kind, 'loaded');
    assert.equal(await runner.call(key + 3), '1');
    await runner.load(key + 4, `${hot}.dispose(() => {}); export default () => 1;`);
    assert.equal((await runner.load(key + 5, counter(), key + 4)).kind, 'loaded');
    assert.equal(await runner.call(key + 5), '1');
    await runner.load(key + 6, counter(), undefined, { isolation: 'request' });
    assert.equal((await runner.load(key + 7, counter(), key + 6)).kind, 'loaded');
    assert.equal(await runner.call(key + 7), '1');
  });

  it('is told of callbacks that fail, with their place, and goes on with the old one', async () => {
    await runner.load(key, counter('throw new Error("no");'));
    assert.equal(await runner.call(key), '1');
    const failed = await runner.load(key + 1, counter(), key);
    assert.ok(failed.kind === 'unloaded');
    assert.deepEqual([failed.key, failed.step, failed.error.details.detail], [key + 1, 'dispose', 'Error: no']);
    assert.match(failed.error.stack ?? '', /plugin\.js:\d+:\d+/);
    assert.equal(await runner.call(key), '2');
  });

  it('is told of modules that fail with the state, with their place', async () => {
    await runner.load(key, counter());
    await runner.call(key);
    const failed = await runner.load(key + 1, `if (${hot}.data.count) throw new Error("not with that"); export default () => 1;`, key);
    assert.ok(failed.kind === 'unloaded');
    assert.deepEqual([failed.step, failed.error.details.detail], ['evaluate', 'Error: not with that']);
    assert.match(failed.error.stack ?? '', /plugin\.js:\d+:\d+/);
    assert.equal(await runner.call(key), '2');
  });

  it('modules that fail without a state have failed to load, and nothing else', async () => {
    const failed = await runner.load(key + 1, 'throw new Error("never");', key);
    assert.ok(failed.kind === 'unloaded');
    assert.equal(failed.step, undefined);
  });

  it('callbacks that a guard ends cost the old one its sandbox: the calls that wait in it are lost, and another is asked for', async () => {
    const code = `let count = 0; ${hot}.dispose(() => { for (;;); }); export default () => { count += 1; return count === 1 ? new Promise((resolve) => setTimeout(resolve, 60_000)) : count; };`;
    // The budget comes before the time, on any machine.
    await runner.load(key, code, undefined, { limits: { ...defaultLimits, loopBudget: 10_000 } });
    const waiting = runner.begin(key);
    assert.equal(await runner.call(key), '2');
    const failing = runner.load(key + 1, counter(), key);
    const lost = await runner.next('failed');
    assert.deepEqual([lost.call, lost.error.code], [waiting, 'executor_lost']);
    const failed = await failing;
    assert.ok(failed.kind === 'unloaded');
    assert.deepEqual([failed.step, typeof failed.error.site], ['dispose', 'number']);
    // Its image was used up when it was made.
    const again = runner.call(key);
    await runner.load(key, code.replace('count === 1', 'false'));
    assert.equal(await again, '1');
  });

  it('calls that the callbacks wake answer', async () => {
    const code = `let wake; ${hot}.dispose((data) => { wake('woken'); data.a = 1; });
      export default () => new Promise((resolve) => { wake = resolve; setTimeout(resolve, 60_000); });`;
    await runner.load(key, code);
    const waiting = runner.begin(key);
    const loading = runner.load(key + 1, counter(), key);
    const reply = await runner.next('replied');
    assert.deepEqual([reply.call, reply.body.toString()], [waiting, '"woken"']);
    assert.equal((await loading).kind, 'loaded');
  });

  it('the sandbox that went on is dropped as any other, and the next one starts fresh', async () => {
    await runner.load(key, counter());
    await runner.call(key);
    await runner.load(key + 1, counter(), key);
    assert.equal(await runner.call(key + 1), '2');
    runner.send({ kind: 'unload', key: key + 1 });
    const again = runner.call(key + 1);
    await runner.load(key + 1, counter());
    assert.equal(await again, '1');
  });
});

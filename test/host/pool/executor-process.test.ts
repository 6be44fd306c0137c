/** What becomes of an executor that sends what it cannot have to send. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FrameWriter } from '../../../host/executor/frames.ts';
import { ExecutorProcess, type Exit } from '../../../host/pool/executor-process.ts';
import { TempDir } from '../doubles.ts';

const start = { engine: new Uint8Array(), modules: {} as never, eviction: { afterMs: 1_000, aboveBytes: 1 } };

describe('ExecutorProcess', () => {
  let directory: TempDir;
  before(() => {
    directory = new TempDir();
  });
  after(() => directory[Symbol.dispose]());

  /** One that writes so, and then stays. */
  async function sends(fill: (frames: FrameWriter) => void, refuses?: string) {
    let bytes = Buffer.alloc(0);
    const frames = new FrameWriter((written) => {
      bytes = Buffer.concat([bytes, written]);
    });
    frames.json({ kind: 'ready', base: 'base' });
    fill(frames);
    frames.json({ kind: 'dropped', key: 77 });
    frames.flush();
    const program = join(directory.path, 'executor.mjs');
    const text = `writeSync(4, Buffer.from('${bytes.toString('base64')}', 'base64'));`;
    writeFileSync(program, `import { writeSync } from 'node:fs'; process.on('message', () => {}); ${text}`);
    const seen: string[] = [];
    const ended = Promise.withResolvers<Exit>();
    const last = Promise.withResolvers<void>();
    const executor = new ExecutorProcess(
      1,
      { ...start, program },
      {
        ready: () => seen.push('ready'),
        left: () => seen.push('left'),
        output: (_, output) => seen.push(output),
        exit: (_, exit) => ended.resolve(exit),
        frame: (_, frame) => {
          if (frame.kind === refuses) throw new Error('told what is not its to tell');
          seen.push(frame.kind);
          if (frame.kind === 'dropped') last.resolve();
        },
      },
    );
    return { executor, seen, ended: ended.promise, last: last.promise };
  }

  it('is told of stays as they are entered and left', async () => {
    const { executor, seen, ended, last } = await sends((frames) => {
      frames.enter('call', 1, 5);
      frames.leave();
      frames.enter('load', 2, 5);
    });
    await last;
    assert.deepEqual(seen, ['ready', 'enter', 'left', 'enter', 'dropped']);
    assert.deepEqual([executor.running?.subject, executor.running?.id, executor.works], ['load', 2, true]);
    executor.kill();
    assert.deepEqual(await ended, { reason: 'SIGKILL', crashed: false });
  });

  const broken: Readonly<Record<string, [fill: (frames: FrameWriter) => void, expected: RegExp, refuses?: string]>> = {
    'is ready again': [(frames) => frames.json({ kind: 'ready', base: 'other' }), /ready again/],
    'enters a guest out of another, which would put its watchdog off': [
      (frames) => {
        frames.enter('call', 1, 5);
        frames.enter('call', 1, 5);
      },
      /entered a guest while it was in another/,
    ],
    'leaves a guest in which it is not': [(frames) => frames.leave(), /left a guest/],
    'sends what is no frame': [(frames) => frames.json({ kind: 'failed' } as never), /frame that is not one/],
    'enters a guest that is not its own': [(frames) => frames.enter('call', 1, 5), /not its to tell/, 'enter'],
  };
  for (const [what, [fill, expected, refuses]] of Object.entries(broken)) {
    it(`ends where it ${what}, with nothing taken that follows, and by its own fault`, async () => {
      const { executor, seen, ended } = await sends(fill, refuses);
      assert.deepEqual(await ended, { reason: 'SIGKILL', crashed: true });
      assert.match(seen.at(-1) ?? '', expected);
      assert.ok(!seen.includes('dropped'));
      assert.deepEqual([executor.base, executor.works, executor.running?.id], ['base', false, what.includes('another') ? 1 : undefined]);
    });
  }
});

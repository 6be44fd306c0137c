/** host/recording/replayer.ts */

import assert from 'node:assert/strict';
import { NboxError } from '../../../guards/errors.ts';
import { type Call, CallError, type Dispatch, nothingSpent, type Reply } from '../../../host/dispatch/dispatch.ts';
import type { Recording } from '../../../host/recording/recording.ts';
import { Redactor } from '../../../host/recording/redactor.ts';
import { Replayer } from '../../../host/recording/replayer.ts';
import { mostKeptBytes } from '../../../host/recording/reply-body.ts';
import { Registry } from '../../../host/release/registry.ts';
import { Unstored } from '../../../host/release/unstored.ts';
import { parseManifest } from '../../../loader/manifest.ts';
import { pluginId } from '../../../loader/plugin-id.ts';
import { FakeLoader } from '../doubles.ts';

const recording: Recording = {
  ...{ interface: 'fetch', head: 'GET\nhttp://a/', body: null, streams: false, messages: 0, at: 1, outcome: 'ok' },
  ...{ ops: [], tape: null, cut: false, redacted: [] },
};
const reply: Reply = { head: '200\n', body: Buffer.from('hello'), spent: nothingSpent, rest: undefined };
const manifest = parseManifest({ limits: { queue: 0, concurrency: 1 } }, ['index.ts']);
const release = { plugin: pluginId('test', 'replayer', 'one'), number: 1, hash: 'a'.repeat(64), manifest, createdAt: 1 };
const target = {
  ...{ release, bundle: { code: '', sourceMap: '{}', sites: [] }, interfaces: ['fetch'] },
  image: { kind: 'code' as const, code: '', keep: false },
};

describe('Replayer.run(target, recordings, redactor)', () => {
  let now = 0;
  let waits = 0;
  const run = (dispatch: Dispatch, times = 1) => {
    const replayer = new Replayer({
      ...{
        registry: new Registry(() => {}),
        loader: new FakeLoader(),
        unstored: new Unstored(),
        dispatch,
        dynamicCode: false,
        elapsed: () => now,
      },
      wait: async () => {
        waits += 1;
      },
    });
    return replayer.run(target, Array<Recording>(times).fill(recording), new Redactor());
  };
  const busy = new NboxError('overloaded', { detail: 'Too many calls wait', retryAfterS: 1 });
  beforeEach(() => {
    now = 0;
    waits = 0;
  });

  it('has its calls wait for each other, however few calls of the plugin may', async () => {
    const queues: number[] = [];
    await run(async ({ live }: Call) => {
      queues.push(live.limits.queue);
      return reply;
    });
    assert.deepEqual(queues, [4]);
  });

  it('tries again where the executors have too much to do, and says so where they go on to', async () => {
    let left = 3;
    const [one] = await run(async () => {
      left -= 1;
      if (left > 0) throw busy;
      return reply;
    });
    assert.deepEqual([one?.outcome, one?.missed, waits], ['ok', [], 2]);
    const late = new CallError('deadline_exceeded', 'The call waited', nothingSpent);
    const [waited] = await run(async () => {
      throw late;
    });
    assert.equal(waited?.missed.length, 1);
    const [begun] = await run(async () => {
      throw new CallError('deadline_exceeded', 'Too late', { ...nothingSpent, executor: 1 });
    });
    assert.deepEqual([begun?.outcome, begun?.missed], ['deadline_exceeded', []]);
    const [other] = await run(async () => {
      throw busy;
    });
    assert.deepEqual(other?.missed, ['it could not be run (overloaded: Too many calls wait)']);
  });

  it('begins none after 10 s: a push waits for them', async () => {
    const slow: Dispatch = async () => {
      now += 3_000;
      return reply;
    };
    const all = await run(slow, 100);
    assert.ok(all.filter(({ missed }) => missed.length === 0).length < 10);
    assert.deepEqual([all.length, all.at(-1)?.missed], [100, ['it was not run: all of them together have 10 s']]);
  });

  it('keeps the beginning of a reply, and tells replies apart by all of them', async () => {
    let last = 'a';
    const large: Dispatch = async () => ({ ...reply, body: Buffer.from('x'.repeat(1_000_000) + last) });
    const [one] = await run(large);
    last = 'b';
    const [other] = await run(large);
    assert.deepEqual([one?.body.length, one?.body.buffer.byteLength, one?.bodyBytes], [mostKeptBytes, mostKeptBytes, 1_000_001]);
    assert.notEqual(one?.bodyHash, other?.bodyHash);
  });
});

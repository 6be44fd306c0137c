/** host/recording/replay-gate.ts */

import assert from 'node:assert/strict';
import { isNboxError, NboxError } from '../../../guards/errors.ts';
import { nothingSpent } from '../../../host/dispatch/dispatch.ts';
import type { Recording } from '../../../host/recording/recording.ts';
import { Redactor } from '../../../host/recording/redactor.ts';
import { ReplayGate, type ReplayReport } from '../../../host/recording/replay-gate.ts';
import type { Replayed, ReplaySession, ReplayTarget } from '../../../host/recording/replayer.ts';
import { replyBody } from '../../../host/recording/reply-body.ts';
import type { Candidate } from '../../../host/release/gate.ts';
import type { Release } from '../../../host/release/release.ts';
import { parseManifest } from '../../../loader/manifest.ts';
import { pluginId } from '../../../loader/plugin-id.ts';

const recording = (path: string): Recording => ({
  ...{ interface: 'fetch', head: `GET\nhttp://a${path}`, body: null, streams: false, messages: 0, at: 0, outcome: 'ok' },
  ...{ ops: [], tape: null, cut: false, redacted: [] },
});
const replayed = (body: string, cpuUs = 10, more: Partial<Replayed> = {}): Replayed => ({
  ...{ outcome: 'ok', detail: undefined, position: undefined, head: '200\n', ...replyBody(Buffer.from(body)), missed: [], loose: 0 },
  ...{ spent: { ...nothingSpent, cpuUs, steps: 3, memoryBytes: 5 }, ...more },
});
const release = (number: number, manifest: object = {}): Release =>
  Object.freeze({
    ...{ plugin: pluginId('test', 'replay', 'gate'), number, hash: String(number).repeat(64), createdAt: 0 },
    manifest: parseManifest(manifest, ['index.ts']),
  });
const bundle = { code: '', sourceMap: '', sites: [] };
const snapshot = { base: 'b', bytes: Buffer.alloc(1) };

describe('ReplayGate', () => {
  /** What each release answers, in one round after another; the last goes on. */
  let answers: Record<number, Replayed[][]>;
  let opened: number;
  let samples: Recording[];
  let now: number;
  const gate = new ReplayGate({
    recorder: { samples: () => samples, redactorOf: () => new Redactor() },
    replayer: {
      mayRun: ({ manifest }) => !manifest.dynamicCode,
      open: async ({ release: { number } }: ReplayTarget) => {
        const rounds = answers[number];
        if (rounds === undefined) throw new NboxError('publish_failed', 'no executor');
        opened += 1;
        const next = async () => (rounds.length > 1 ? rounds.shift() : rounds[0]) as Replayed[];
        const dispose = () => {
          opened -= 1;
        };
        return { run: next, [Symbol.dispose]: dispose } as unknown as ReplaySession;
      },
    },
    store: { bundle: async () => bundle, snapshot: async () => snapshot },
    elapsed: () => {
      now += 1;
      return now;
    },
  });
  const candidate = (
    manifest: object = {},
    accept: string[] = [],
    live: object | undefined = { release: release(1), kept: true, interfaces: [] },
  ) =>
    ({
      request: { plugin: release(2).plugin, accept },
      release: release(2, manifest),
      bundle,
      snapshot,
      interfaces: [],
      live,
    }) as unknown as Candidate;
  const check = (...given: Parameters<typeof candidate>): Promise<ReplayReport | undefined> => gate.check(candidate(...given));

  beforeEach(() => {
    [answers, opened, samples, now] = [{ 1: [[replayed('a')]], 2: [[replayed('a')]] }, 0, [recording('/x')], 0];
  });
  afterEach(() => assert.equal(opened, 0, 'every session is disposed of'));

  it('has nothing to say where it is off, nothing is live, kept, recorded or allowed to run, or the content is the same', async () => {
    assert.equal(await check({ gates: { replay: 'off' } }), undefined);
    assert.equal(await check({}, [], { release: release(1), kept: false, interfaces: [] }), undefined);
    assert.equal(await check({}, [], { release: release(2), kept: true, interfaces: [] }), undefined);
    assert.equal(await gate.check({ ...candidate(), live: undefined } as Candidate), undefined);
    const dynamic = release(1, { dynamicCode: true });
    assert.equal(await check({}, [], { release: dynamic, kept: true, interfaces: [] }), undefined);
    samples = [];
    assert.equal(await check(), undefined);
  });

  it('tells what is the same, with the least of what each round has cost', async () => {
    answers = {
      1: [[replayed('a', 90)], [replayed('a', 20)], [replayed('a', 30)]],
      2: [[replayed('a', 400)], [replayed('a', 25)], [replayed('a', 50)]],
    };
    assert.deepEqual(await check(), {
      ...{ against: 1, requests: 1, same: 1, accepted: false, changed: [], unanswered: [] },
      cost: { before: { cpuUs: 20, steps: 3, memoryBytes: 5 }, after: { cpuUs: 25, steps: 3, memoryBytes: 5 } },
    });
  });

  it('tells what differs, and blocks it where the manifest says so, unless it is accepted', async () => {
    answers[2] = [[replayed('b')]];
    const changed = [{ request: 'GET /x', changes: ['body: 1 → 1 bytes, "a" → "b"'] }];
    assert.deepEqual((await check())?.changed, changed);
    const blocking = { gates: { replay: 'block' } };
    await assert.rejects(check(blocking), (error) => isNboxError(error, 'replay_changed') && /GET \/x/.test(error.message));
    const accepted = await check(blocking, ['replay']);
    assert.deepEqual([accepted?.changed, accepted?.accepted], [changed, true]);
  });

  it('takes nothing from what asked for the unknown, or could not be run: it blocks nothing', async () => {
    samples = ['/missed', '/full', '/same'].map(recording);
    const notRun = replayed('', 0, { outcome: 'overloaded', detail: 'full', missed: ['it could not be run (overloaded: full)'] });
    answers = {
      1: [[replayed('a'), replayed('a'), replayed('a')]],
      2: [[replayed('b', 1, { missed: ['GET http://new/?token=abc'] }), notRun, replayed('a')]],
    };
    const report = await check({ gates: { replay: 'block' } });
    assert.deepEqual(report?.unanswered, [
      { request: 'GET /missed', missed: ['GET http://new/?token=xxx'] },
      { request: 'GET /full', missed: ['it could not be run (overloaded: full)'] },
    ]);
    assert.deepEqual([report?.same, report?.changed, report?.cost.before.cpuUs], [1, [], 10]);
  });

  it('does not run again on what is live what it has run on that before it went live', async () => {
    answers = { 1: [[replayed('a')]], 2: [[replayed('b', 7)]], 3: [[replayed('c', 9)]] };
    await check();
    const next = { ...candidate({}, [], { release: release(2), kept: true, interfaces: [] }), release: release(3) } as Candidate;
    delete answers[2];
    const report = await gate.check(next);
    assert.deepEqual([report?.changed, report?.cost.before.cpuUs], [[{ request: 'GET /x', changes: ['body: 1 → 1 bytes, "b" → "c"'] }], 7]);
    // Another release is live than the one that passed last, and one request is new: both are run on both.
    answers[2] = [[replayed('b'), replayed('new')]];
    samples = [...samples, recording('/new')];
    answers[3] = [[replayed('c'), replayed('new')]];
    assert.deepEqual((await gate.check(next))?.changed.length, 1);
    delete answers[2];
    await assert.rejects(gate.check(next));
  });

  it('counts what a release does to executors as its answer', async () => {
    answers[2] = [[replayed('', 1, { outcome: 'executor_lost', detail: 'it broke down' })]];
    await assert.rejects(check({ gates: { replay: 'block' } }), (error) => isNboxError(error, 'replay_changed'));
  });

  it('lets a failure to load either release be the push’s, and leaves nothing open', async () => {
    for (const side of [1, 2]) {
      answers = { 1: [[replayed('a')]], 2: [[replayed('a')]] };
      delete answers[side];
      await assert.rejects(check(), (error) => isNboxError(error, 'publish_failed'));
      assert.equal(opened, 0);
    }
  });

  it('measures again only for as long as it is soon done', async () => {
    samples = [recording('/x')];
    const rounds = () => [[replayed('a', 9)], [replayed('a', 1)]];
    answers = { 1: rounds(), 2: rounds() };
    const patient = new ReplayGate({
      recorder: { samples: () => samples, redactorOf: () => new Redactor() },
      replayer: {
        mayRun: ({ manifest }) => !manifest.dynamicCode,
        open: async ({ release: { number } }: ReplayTarget) =>
          ({ run: async () => (answers[number] as Replayed[][]).shift(), [Symbol.dispose]() {} }) as never,
      },
      store: { bundle: async () => bundle, snapshot: async () => snapshot },
      elapsed: () => {
        now += 100;
        return now;
      },
    });
    assert.equal((await patient.check(candidate()))?.cost.before.cpuUs, 9);
  });
});

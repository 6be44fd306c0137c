/** What executors may tell of, and what ends them. */

import assert from 'node:assert/strict';
import { type FromExecutor, noCost } from '../../../host/executor/wire.ts';
import { Border } from '../../../host/pool/border.ts';
import type { ExecutorProcess } from '../../../host/pool/executor-process.ts';
import { Handed } from '../../../host/pool/handed.ts';
import type { CallState, PoolCall } from '../../../host/pool/pool-call.ts';

type Frame = Exclude<FromExecutor, { kind: 'ready' | 'leave' }>;

const limits = { cpuMs: 100, responseBytes: 10 };
const error = { code: 'plugin_error', details: { detail: 'no' } } as const;
const reply = { kind: 'replied', cost: noCost, open: false, streamed: false, head: '200', body: Buffer.from('x') } as const;
const tape = { times: [], random: '', drawn: [], turns: [], cut: false };

function setUp() {
  const executor = (releases: number[]) => {
    const held = new Set(releases);
    const handed = new Handed();
    return {
      handed,
      hasRelease: (key: number) => held.has(key),
      knowsRelease: (key: number) => held.has(key) || handed.hasLetGo(key),
    } as unknown as ExecutorProcess;
  };
  const [mine, others] = [executor([1]), executor([2])];
  const calls = new Map<number, PoolCall>();
  const call = (id: number, state: CallState, of = mine) =>
    calls.set(id, { id, state, executor: of, call: { live: { key: 1, limits } } } as unknown as PoolCall);
  const border = new Border({
    taken: { get: (id) => calls.get(id) },
    loads: { probes: (asked, id) => asked === mine && id === 4 },
  });
  const admits = (frame: Frame) => border.admits(mine, frame);
  const isForeign = (frame: Frame) => assert.throws(() => admits(frame), /told what is not its to tell/, JSON.stringify(frame));
  return { mine, others, call, admits, isForeign };
}

/** All that tells of a call, with the states in which it may be. */
const ofCalls = (call: number): [Frame, CallState[]][] => [
  [{ kind: 'enter', subject: 'call', id: call, budgetMs: 100 }, ['sent', 'begun', 'replied']],
  [{ ...reply, call }, ['begun']],
  [{ kind: 'failed', call, cost: noCost, error }, ['sent', 'begun']],
  [{ kind: 'settled', call, cost: noCost }, ['replied']],
  [{ kind: 'op', call, op: 1, name: 'fetch', json: '', bytes: undefined }, ['begun', 'replied']],
  [{ kind: 'tape', call, tape }, ['begun', 'replied']],
];

describe('Border', () => {
  it('admits what is told of the executor’s own calls, in their states, and of nobody else’s', () => {
    const { call, admits, isForeign, others } = setUp();
    for (const [frame, states] of ofCalls(7)) {
      for (const state of ['sent', 'begun', 'replied'] as const) {
        call(7, state);
        if (states.includes(state)) assert.equal(admits(frame), true, `${frame.kind} ${state}`);
        else isForeign(frame);
        call(7, state, others);
        isForeign(frame);
      }
    }
    // Of none at all.
    for (const [frame] of ofCalls(8)) isForeign(frame);
  });

  it('takes no harm of what comes late of a call that was given up', () => {
    const { mine, admits, isForeign } = setUp();
    mine.handed.giveUp(7, { limits } as never, 0, () => {});
    assert.deepEqual(
      ofCalls(7).map(([frame]) => admits(frame)),
      [true, true, true, true, false, false],
    );
    mine.handed.answered(7, noCost);
    for (const [frame] of ofCalls(7)) isForeign(frame);
  });

  it('admits no reply that is larger than the plugin, or any, may give', () => {
    const { call, admits, isForeign } = setUp();
    call(7, 'begun');
    assert.equal(admits({ ...reply, call: 7, body: Buffer.alloc(10) }), true);
    isForeign({ ...reply, call: 7, body: Buffer.alloc(11) });
    isForeign({ ...reply, call: 7, head: 'x'.repeat(32_769) });
  });

  it('admits stays of what was given to the executor, for no longer than they may take', () => {
    const { call, mine, admits, isForeign } = setUp();
    call(7, 'sent');
    const enter = (subject: 'call' | 'probe' | 'load' | 'handover', id: number, budgetMs: number): Frame => ({
      kind: 'enter',
      subject,
      id,
      budgetMs,
    });
    isForeign(enter('call', 7, 101));
    for (const subject of ['load', 'handover'] as const) {
      assert.equal(admits(enter(subject, 1, 10_000)), true);
      isForeign(enter(subject, 1, 10_001));
      isForeign(enter(subject, 2, 10));
    }
    assert.equal(admits(enter('probe', 4, 10_000)), true);
    isForeign(enter('probe', 5, 10));
    mine.handed.letGo(9);
    assert.equal(admits(enter('load', 9, 10)), true);
  });

  it('admits answers to the probes that the executor was asked for', () => {
    const { admits, isForeign } = setUp();
    for (const [id, isOwn] of [
      [4, true],
      [5, false],
    ] as const) {
      for (const frame of [
        { kind: 'probed', id, interfaces: ['fetch'], startupUs: 1, snapshot: null },
        { kind: 'unprobed', id, error },
      ] as const) {
        if (isOwn) assert.equal(admits(frame), true);
        else isForeign(frame);
      }
    }
  });

  it('admits what is told of releases that the executor was given', () => {
    const { mine, admits, isForeign } = setUp();
    const of = (key: number): Frame[] => [
      { kind: 'loaded', key },
      { kind: 'unloaded', key, error },
      { kind: 'dropped', key },
      { kind: 'need', key, anew: false },
      { kind: 'log', call: 1, key, level: 1, last: false, text: Buffer.from('x') },
    ];
    for (const frame of of(1)) assert.equal(admits(frame), true, frame.kind);
    for (const frame of of(2)) isForeign(frame);
    mine.handed.letGo(3);
    assert.deepEqual(
      of(3).map((frame) => admits(frame)),
      [true, true, false, true, true],
    );
  });

  it('admits a snapshot once for each time that one was asked for', () => {
    const { mine, admits, isForeign } = setUp();
    const loaded: Frame = { kind: 'loaded', key: 1, snapshot: 'AA==' };
    isForeign(loaded);
    mine.handed.asksForSnapshot(1);
    assert.equal(admits(loaded), true);
    isForeign(loaded);
  });
});

/** host/executor/told.ts */

import assert from 'node:assert/strict';
import { readTold } from '../../../host/executor/told.ts';

const cost = { initUs: 1, initCpuUs: 2, cpuUs: 3.5, steps: 4, memoryBytes: 5 };
const error = { code: 'plugin_error', details: { detail: 'no' } };
const tape = { times: [1_700_000_000_000, 2], random: 'AA==', drawn: ['x', { bytes: 'AA==' }], turns: [0, 3, -1], cut: false };
const used = {
  kind: 'used',
  cpuUs: 1,
  threadUs: 1,
  othersUs: 0,
  bareBytes: 9,
  guests: [
    [1, 5],
    [-2, 3],
  ],
  memory: [[1, 0]],
  open: [[7, 1, 2, 3, 4, 5]],
};

/** As executors tell them. */
const honest: Readonly<Record<string, unknown>>[] = [
  { kind: 'ready', base: 'a'.repeat(64) },
  { kind: 'probed', id: 1, interfaces: ['fetch', 'queue:Jobs', 'rpc:default.total', 'rpc:Stock.$find'], startupUs: 12, snapshot: 'AA==' },
  { kind: 'probed', id: 1, interfaces: ['scheduled'], startupUs: 12, snapshot: null },
  { kind: 'unprobed', id: 1, error: { ...error, code: 'probe_failed', stack: 'at f', site: 3 } },
  { kind: 'loaded', key: 1 },
  { kind: 'loaded', key: 1, snapshot: null, hot: true, goesOn: true },
  { kind: 'dropped', key: 1 },
  { kind: 'need', key: 1, anew: false },
  { kind: 'unloaded', key: 1, error, step: 'dispose' },
  { kind: 'tape', call: 1, tape },
  { kind: 'failed', call: 1, cost, error },
  { kind: 'settled', call: 1, cost },
  { kind: 'settled', call: 1, cost, stopped: { ...error, code: 'cpu_exceeded' } },
  used,
];

const oddNumbers = [-1, 'x', null, {}, [], true, 2 ** 60];
const of = (kind: string) => honest.findLast((one) => one['kind'] === kind) as Record<string, unknown>;
const isRefused = (told: unknown) =>
  assert.throws(() => readTold(JSON.stringify(told)), /frame that is not one|unknown kind/, JSON.stringify(told));
/** With the member at the path another. */
const changed = (told: object, path: string, value: unknown) => {
  const copy = structuredClone(told);
  const names = path.split('.');
  const last = names.pop() as string;
  // biome-ignore lint/suspicious/noExplicitAny: of any form
  const at = names.reduce((one: any, name) => one[name], copy);
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
};

describe('readTold(text)', () => {
  it('takes every frame that executors tell', () => {
    for (const one of honest) assert.deepEqual(readTold(JSON.stringify(one)), one);
  });

  it('refuses what is none of them', () => {
    for (const one of [null, 1, 'x', [], {}, { kind: 1 }, { kind: 'toString' }, { kind: 'replied' }, { kind: '__proto__' }]) isRefused(one);
  });

  it('refuses numbers that are none, or cannot be added up', () => {
    for (const odd of oddNumbers) {
      for (const name of Object.keys(cost)) isRefused(changed(of('failed'), `cost.${name}`, odd));
      for (const name of ['cpuUs', 'threadUs', 'othersUs', 'bareBytes']) isRefused(changed(used, name, odd));
      for (const path of ['guests.0.1', 'memory.0.0', 'memory.0.1', 'open.0.0', 'open.0.3', 'open.0.5'])
        isRefused(changed(used, path, odd));
      for (const [kind, name] of [
        ['probed', 'id'],
        ['probed', 'startupUs'],
        ['loaded', 'key'],
        ['need', 'key'],
        ['dropped', 'key'],
        ['tape', 'call'],
        ['failed', 'call'],
        ['settled', 'call'],
      ] as const) {
        isRefused(changed(of(kind), name, odd));
      }
    }
    // JSON has a number for it.
    assert.throws(() => readTold('{"kind":"settled","call":1,"cost":{"initUs":0,"initCpuUs":0,"cpuUs":1e999,"steps":0,"memoryBytes":0}}'));
    for (const one of [0.5, 'x', null]) isRefused(changed(used, 'guests.0.0', one));
    for (const one of [1.5, -1]) isRefused(changed(of('failed'), 'call', one));
  });

  it('refuses codes that executors do not give, and details that are the host’s to add', () => {
    for (const code of [5, {}, null, undefined, 'x', 'toString', 'overloaded', 'quarantined', 'unauthorized']) {
      isRefused(changed(of('failed'), 'error.code', code));
      isRefused(changed(of('settled'), 'stopped.code', code));
    }
    for (const [path, value] of [
      ...[
        ['error', null],
        ['error.details', undefined],
        ['error.details.detail', 7],
        ['error.details.detail', 'x'.repeat(20_000)],
      ],
      ...[
        ['error.details.retryAfterS', 1],
        ['error.details.extensions', {}],
        ['error.site', -1],
        ['error.site', 'x'],
        ['error.stack', 1],
      ],
    ] as [string, unknown][]) {
      isRefused(changed(of('failed'), path, value));
    }
  });

  it('refuses lists that are longer than executors make them, or hold anything else', () => {
    const many = (count: number, one: unknown) => Array.from({ length: count }, () => one);
    for (const [name, one, most] of [
      ['guests', [1, 1], 4_096],
      ['memory', [1, 1], 4_096],
      ['open', [1, 1, 1, 1, 1, 1], 256],
    ] as const) {
      assert.ok(readTold(JSON.stringify({ ...used, [name]: many(most, one) })));
      isRefused({ ...used, [name]: many(most + 1, one) });
      for (const odd of [[1], [...one, 1], {}, null, 1]) isRefused({ ...used, [name]: [odd] });
      isRefused({ ...used, [name]: {} });
    }
    isRefused({ ...of('probed'), interfaces: many(201, 'fetch') });
    for (const name of ['', 'fetch:', 'x', 'rpc:a', 'rpc:a.b.c', 'fetch:a b', `fetch:${'a'.repeat(101)}`, 7])
      isRefused({ ...of('probed'), interfaces: [name] });
  });

  it('refuses snapshots, marks and tapes of another form', () => {
    for (const odd of [1, {}, ['AA=='], false]) {
      isRefused({ ...of('loaded'), snapshot: odd });
      isRefused({ ...of('probed'), snapshot: odd });
    }
    for (const name of ['hot', 'goesOn']) isRefused({ ...of('loaded'), [name]: 1 });
    isRefused({ ...of('need'), anew: 1 });
    isRefused({ ...of('unloaded'), step: 'x' });
    isRefused({ kind: 'ready', base: 'a'.repeat(1_000) });
    for (const [name, odd] of [
      ['times', 1],
      ['times', ['x']],
      ['turns', {}],
      ['random', 1],
      ['random', 'x'.repeat(100_000)],
      ['drawn', [1]],
      ['drawn', [{}]],
      ['cut', 0],
    ] as const) {
      isRefused(changed(of('tape'), `tape.${name}`, odd));
    }
  });
});

/** What the page makes of answers: movers, alerts, marks, failing places, groups, limits. */

import assert from 'node:assert/strict';
import type { Change, Failure, Limits } from '../../../../host/dashboard/app/api/wire.ts';
import type { Budget, Overview } from '../../../../host/dashboard/app/api/wire-host.ts';
import type { UsageRow, UsageSeries, UsageTop } from '../../../../host/dashboard/app/api/wire-usage.ts';
import { type AlertSources, alertsOf } from '../../../../host/dashboard/app/data/alerts.ts';
import { groupsOf } from '../../../../host/dashboard/app/data/groups.ts';
import { limitUses, scopesOf } from '../../../../host/dashboard/app/data/limits.ts';
import { marksOf, titleOf, wordsOf } from '../../../../host/dashboard/app/data/marks.ts';
import { moversOf } from '../../../../host/dashboard/app/data/movers.ts';
import { layersOf, outcomesOf, residualOf, trafficOf, weighted } from '../../../../host/dashboard/app/data/overview.ts';
import { placesOf } from '../../../../host/dashboard/app/data/trips.ts';
import { byDay, matchesChange } from '../../../../host/dashboard/app/views/releases/by-day.ts';

const now = Date.UTC(2026, 10, 29, 12);
const zeros = { p50: 0, p90: 0, p99: 0 };

function row(from: string, calls: number, outcomes: Record<string, number>, more: Partial<UsageRow> = {}): UsageRow {
  return {
    ...{ from, to: from, calls, coldStarts: 0, waitUs: 0, initUs: 0, cpuUs: calls * 10, wallUs: 0, steps: calls * 100, hostCalls: 0 },
    ...{ bytesIn: 0, bytesOut: 0, memoryPeakBytes: 32 * 1_048_576, osCpuUs: 0, pushesCpuUs: 0, memoryBytes: 0, outcomes },
    percentiles: { waitUs: { ...zeros, p99: 5 }, runUs: { p50: 100, p90: 0, p99: calls }, cpuUs: { ...zeros, p99: 90_000 } },
    ...more,
  };
}

describe('moversOf(series, value, least, most)', () => {
  const series = (plugins: UsageSeries['plugins']): UsageSeries => ({ from: '', to: '', seconds: 900, periods: 4, plugins });

  it('has those first whose use has changed most, up or down', () => {
    const found = moversOf(
      series([
        { plugin: 'a/b/up', calls: [900, 900, 900, 9_000] },
        { plugin: 'a/b/down', calls: [9_000, 9_000, 9_000, 900] },
        { plugin: 'a/b/steady', calls: [90_000, 90_000, 90_000, 95_000] },
        { plugin: 'a/b/new', calls: [0, 0, 0, 4_500] },
      ]),
      ...(['calls', 0.1, 10] as const),
    );
    assert.deepEqual(
      found.map(({ plugin, before, now: after, factor }) => [plugin, before, after, factor]),
      [
        ['a/b/down', 10, 1, 0.1],
        ['a/b/up', 1, 10, 10],
        ['a/b/new', 0, 5, Number.POSITIVE_INFINITY],
      ],
    );
  });

  it('leaves out what is little, by itself or beside all others', () => {
    assert.deepEqual(moversOf(series([{ plugin: 'a/b/c', calls: [1, 1, 1, 50] }]), 'calls', 0.1, 5), []);
    const beside = moversOf(
      series([
        { plugin: 'a/b/huge', calls: [9e6, 9e6, 9e6, 9e6] },
        { plugin: 'a/b/small', calls: [900, 900, 900, 9_000] },
      ]),
      ...(['calls', 0.1, 5] as const),
    );
    assert.deepEqual(beside, []);
  });

  it('has nobody before there is anything to compare, and no more than asked for', () => {
    assert.deepEqual(moversOf({ ...series([{ plugin: 'a/b/c', calls: [9_000] }]), periods: 1 }, 'calls', 0.1, 5), []);
    const many = Array.from({ length: 9 }, (_, i) => ({ plugin: `a/b/${i}`, calls: [0, 0, 0, 9_000] }));
    assert.equal(moversOf(series(many), 'calls', 0.1, 4).length, 4);
  });
});

describe('alertsOf(sources)', () => {
  const well: AlertSources = {
    now,
    breakers: [],
    budgets: [],
    lanes: {},
    overviews: [],
    happenings: [],
    calls: 1_000,
    failed: 0,
    residual: 0,
  };
  const titles = (more: Partial<AlertSources>) => alertsOf({ ...well, ...more }).map(({ severity, title }) => `${severity}: ${title}`);
  const budget: Budget = {
    ...{ scope: 'shop/a/b', version: 1, window: '1h', calls: 100, cpuSeconds: null, memoryBytes: null, mode: 'hard', warnAt: 0.8 },
    ...{ used: { calls: 100, cpuSeconds: 0, memoryBytes: 0 }, state: 'exceeded', actor: 'x', message: '', setAt: '' },
  };
  const breaker = { plugin: 'a/b/c', release: 2, trips: 4, successes: 0, kills: 1, refusals: 0, refusedForMs: 0 };

  it('is silent where all is well', () => assert.deepEqual(titles({}), []));

  it('tells of breakers and budgets, the worse first', () => {
    assert.deepEqual(
      titles({
        breakers: [
          { ...breaker, state: 'slowed' },
          { ...breaker, plugin: 'a/b/d', state: 'quarantined' },
        ],
        budgets: [budget],
      }),
      ['bad: a/b/d is quarantined', 'bad: The budget of shop/a/b is used up', 'warn: a/b/c is slowed'],
    );
    assert.deepEqual(
      titles({
        budgets: [
          { ...budget, mode: 'soft' },
          { ...budget, state: 'warned' },
          { ...budget, state: 'ok' },
        ],
      }),
      ['warn: The budget of shop/a/b is used up', 'warn: The budget of shop/a/b is nearly used up'],
    );
  });

  it('tells of many failures, but not of few calls', () => {
    assert.deepEqual(titles({ failed: 80 }), ['bad: 8\u202f% of all calls fail']);
    assert.deepEqual(titles({ failed: 40 }), []);
    assert.deepEqual(titles({ calls: 10, failed: 10 }), []);
  });

  it('tells of executors that were lost and of rollbacks, for a while', () => {
    const lost = { type: 'executor_lost', at: now - 60_000, plugin: undefined, data: { cause: 'crash' } };
    assert.deepEqual(titles({ happenings: [lost, lost] }), ['bad: 2 executors lost in the last 10 minutes']);
    assert.deepEqual(titles({ happenings: [{ ...lost, at: now - 700_000 }] }), []);
    const back = { type: 'rollout', at: now - 1_000, plugin: 'a/b/c', data: { decision: 'rolled_back', release: 7, reason: 'Failures' } };
    assert.deepEqual(titles({ happenings: [back] }), ['warn: Release 7 of a/b/c was rolled back by itself']);
  });

  it('tells of executors that are missing, and of calls that wait for long', () => {
    const hint = { wanted: 3, present: 2, reason: 'CPU', demandCores: 2, cpuCores: 2, concurrency: 1, callsPerSecond: 1, waitUs: 9 };
    assert.deepEqual(titles({ lanes: { standard: hint, critical: { ...hint, wanted: 1 } } }), [
      'warn: The lane standard should have 3 executors and has 2',
    ]);
    const overview = (waiting: number) =>
      ({ lanes: [{ lane: 'standard', waiting, inFlight: 1, executors: 1, busy: 1 }] }) as unknown as Overview;
    assert.deepEqual(titles({ overviews: Array.from({ length: 10 }, () => overview(2)) }), ['warn: Calls wait in the lane standard']);
    assert.deepEqual(titles({ overviews: [overview(0), ...Array.from({ length: 9 }, () => overview(2))] }), []);
  });

  it('tells of a residual that explains too much', () => assert.deepEqual(titles({ residual: 0.2 }).length, 1));
});

function change(number: number, at: number, more: Partial<Change> = {}): Change {
  return {
    ...{ change: number, plugin: 'shop/a/b', at: new Date(at).toISOString(), removed: false },
    deployment: {
      number,
      releases: [{ number, percentage: 100 }],
      createdAt: '',
      actor: 'anna',
      cause: 'push',
      message: 'why',
      replaced: null,
    },
    ...more,
  };
}

describe('marks', () => {
  it('stand where they were made, and become one where they would lie on each other', () => {
    const marks = marksOf([change(3, now + 900), change(2, now + 110), change(1, now + 100), change(0, now - 5)], now, now + 1_000, 10);
    assert.deepEqual(
      marks.map(({ place, changes }) => [place, changes.length]),
      [
        [0.11, 2],
        [0.9, 1],
      ],
    );
  });

  it('are never closer than there is room for', () => {
    const many = Array.from({ length: 200 }, (_, i) => change(i, now + ((i * 37) % 1_000)));
    const marks = marksOf(many, now, now + 1_000, 10);
    for (const [i, { at }] of marks.entries()) if (i > 0) assert.ok(at - (marks[i - 1]?.at ?? 0) >= 100);
    assert.equal(
      marks.reduce((sum, { changes }) => sum + changes.length, 0),
      200,
    );
  });

  it('say what was done, by whom', () => {
    assert.equal(wordsOf(change(3, now)), 'shop/a/b: published release 3 by anna');
    assert.equal(wordsOf(change(3, now, { removed: true, deployment: null })), 'shop/a/b: removed');
    assert.equal(wordsOf(change(3, now, { deployment: null })), 'shop/a/b: deployed, and removed since');
    assert.equal(
      titleOf({ at: 0, place: 0, changes: [change(3, now), change(2, now)] }),
      '2 changes: shop/a/b: published release 3 by anna, and others',
    );
  });
});

describe('placesOf(failures)', () => {
  const failure = (line: number | null, detail: string, at: number, code = 'plugin_error'): Failure => ({
    ...{
      id: '',
      release: 1,
      code,
      detail,
      interface: 'fetch',
      request: 'GET /',
      at: new Date(at).toISOString(),
      redacted: [],
      cut: false,
      kept: null,
    },
    position: line === null ? null : { file: 'index.ts', line, column: 1 },
  });

  it('has a row for each place and kind, with what was said there last', () => {
    const places = placesOf([
      failure(2, 'no offer 7', now - 5),
      failure(2, 'no offer 9', now),
      failure(2, 'CPU', now, 'cpu_exceeded'),
      failure(null, 'lost', now),
    ]);
    assert.deepEqual(
      places.map(({ code, position, detail, count }) => [code, position?.line, detail, count]),
      [
        ['plugin_error', 2, 'no offer 9', 2],
        ['cpu_exceeded', 2, 'CPU', 1],
        ['plugin_error', undefined, 'lost', 1],
      ],
    );
  });
});

describe('usage over time', () => {
  const [a, b] = ['2026-11-29T12:00:00Z', '2026-11-29T12:01:00Z'];
  const times = [now, now + 60_000, now + 120_000];

  it('has a number for each period, 0 where there was nothing', () => {
    const traffic = trafficOf([row(a, 120, { ok: 90, plugin_error: 30 }), row(b, 60, { ok: 60 })], {
      from: now,
      to: now + 180_000,
      step: '1m',
      lastMs: 30_000,
    });
    assert.deepEqual([traffic.times, traffic.calls, traffic.failed], [times, 180, 30]);
    assert.deepEqual(
      [traffic.callsPerSecond, traffic.failuresPerSecond, traffic.runP50Us],
      [
        [2, 1, 0],
        [0.5, 0, 0],
        [100, 100, 0],
      ],
    );
  });

  it('divides what is counted in a period that is not over by how long it has lasted', () => {
    const { callsPerSecond } = trafficOf([row(a, 120, { ok: 120 }), row(b, 20, { ok: 20 })], {
      from: now,
      to: now + 120_000,
      step: '1m',
      lastMs: 10_000,
    });
    assert.deepEqual(callsPerSecond, [2, 2]);
  });

  it('has outcomes by how frequent they are', () => {
    const outcomes = outcomesOf([row(a, 120, { ok: 90, plugin_error: 30 }), row(b, 60, { plugin_error: 60 })], times, {
      step: '1m',
      lastMs: 60_000,
    });
    assert.deepEqual(outcomes, [
      { outcome: 'ok', values: [1.5, 0, 0] },
      { outcome: 'plugin_error', values: [0.5, 1, 0] },
    ]);
  });

  it('weighs percentiles by calls', () => {
    assert.equal(
      weighted([row(a, 300, {}), row(b, 100, {})], ({ percentiles }) => percentiles.runUs.p99),
      250,
    );
    assert.equal(
      weighted([], () => 1),
      0,
    );
  });

  it('is kept apart by release or interface, with a rest', () => {
    const rows = [
      row(a, 5, {}, { release: 1 }),
      row(b, 7, {}, { release: 2 }),
      row(b, 1, {}, { release: 'other' }),
      row(a, 9, {}, { release: null }),
    ];
    assert.deepEqual(
      groupsOf(rows, times, 'release', ({ calls }) => calls, 2),
      [
        { name: 'release 2', values: [0, 7, 0] },
        { name: 'release 1', values: [5, 0, 0] },
        { name: 'others', values: [0, 1, 0] },
      ],
    );
  });

  const top: UsageTop = {
    ...{ from: a, to: b, seconds: 60, periods: 1, plugins: [{ plugin: 'a/b/c', osCpuUs: [60] }], others: { osCpuUs: [30] } },
    parts: {
      ingress: { osCpuUs: [20] },
      executors: { osCpuUs: [0] },
      builder: { osCpuUs: [0] },
      residual: { osCpuUs: [10] },
      previews: { osCpuUs: [5] },
    },
  };

  it('is layered with nothing left out: plugins, the others, the host, the residual', () => {
    assert.deepEqual(
      layersOf(top, 'osCpuUs', (values) => values.map((value) => value * 2)).map(({ label, values }) => [label, ...values]),
      [
        ['a/b/c', 120],
        ['Other plugins', 60],
        ['Host: ingress', 40],
        ['Host: executors', 0],
        ['Host: builder', 0],
        ['Residual', 20],
      ],
    );
  });

  it('has a residual by its share, and none below 0', () => {
    assert.equal(residualOf(top), 10 / 120);
    assert.equal(residualOf({ ...top, parts: { ...top.parts, residual: { osCpuUs: [-10] } } }), 0);
    assert.equal(residualOf({ ...top, plugins: [], others: {}, parts: {} }), 0);
  });
});

describe('limits', () => {
  const limits: Limits = {
    ...{ deadlineMs: 1_000, cpuMs: 100, loopBudget: 10_000, memoryMb: 64, startupMs: 1_000, queue: 256, concurrency: 64 },
    ...{ requestBytes: 1_024, responseBytes: 1_024, streamBytes: 1_024, streamMs: 60_000, hostCalls: 50 },
  };

  it('are held against what comes nearest to each', () => {
    const uses = new Map(limitUses(limits, row('', 10, { ok: 10 }), 16).map((use) => [use.name, use]));
    assert.deepEqual(
      [uses.get('cpuMs')?.share, uses.get('memoryMb')?.share, uses.get('loopBudget')?.share, uses.get('concurrency')?.share],
      [0.9, 0.5, 0.01, 0.25],
    );
    assert.equal(uses.get('queue')?.share, undefined);
  });

  it('each have their row, also where there was no call', () => {
    const uses = limitUses(limits, undefined, undefined);
    assert.deepEqual(uses.map(({ name }) => name).sort(), Object.keys(limits).sort());
    assert.ok(uses.every(({ used, share }) => used === undefined && share === undefined));
  });

  it('are of a plugin, its group and its domain', () => assert.deepEqual(scopesOf('shop/a/b'), ['shop/a/b', 'shop/a', 'shop']));
});

describe('changes', () => {
  it('are found by any of their words', () => {
    assert.equal(matchesChange(change(1, now), 'anna WHY push shop/a'), true);
    assert.equal(matchesChange(change(1, now), 'bo'), false);
    assert.equal(matchesChange(change(1, now, { removed: true, deployment: null }), 'removal'), true);
  });

  it('are by day, the newest first', () => {
    const day = 86_400_000;
    assert.deepEqual(
      byDay([change(3, now), change(2, now - day), change(1, now - day)]).map(({ changes }) => changes.map(({ change: number }) => number)),
      [[3], [2, 1]],
    );
  });
});

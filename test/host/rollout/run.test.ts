/** host/rollout/run.ts and health.ts: what is counted, and what counts as worse. */

import assert from 'node:assert/strict';
import type { UsageRecord } from '../../../host/meter/usage.ts';
import { alarmRateOf, type Comparison, falseAlarmRate, reasonOf } from '../../../host/rollout/health.ts';
import { defaultMargins } from '../../../host/rollout/plan.ts';
import { Run } from '../../../host/rollout/run.ts';

const since = 1_000;

function record(release: number, fields: Partial<UsageRecord> = {}): UsageRecord {
  return {
    ...{ plugin: 'a/b/c', release, interface: 'fetch', executor: 1, lane: 'standard', startedAt: since, outcome: 'ok' },
    ...{ waitUs: 500, initUs: 0, cpuUs: 1_000, wallUs: 2_500, steps: 100, memoryPeakBytes: 0, hostCalls: 0, bytesIn: 0, bytesOut: 0 },
    ...fields,
  };
}

const newRun = (baseline = 10, run = 1) => new Run({ base: 1, canary: 2, run, margins: defaultMargins, baseline, since });

function add(run: Run, times: number, release: number, fields: Partial<UsageRecord> = {}): void {
  for (let i = 0; i < times; i += 1) run.add(record(release, fields));
}

/** One whose old release's calls have given the thresholds, and then were compared; the first of all was not. */
function begun(fields: Partial<UsageRecord> = {}): Run {
  const run = newRun();
  add(run, 1_011, 1, fields);
  return run;
}

const of = (run: Run, metric: string, percent: number | null = 50) =>
  run.health().comparisons.find((one) => one.metric === metric && one.percent === (metric === 'failures' ? null : percent)) as Comparison;

describe('run.add(record)', () => {
  it('counts the calls of both releases, and as failures those that are the plugin’s fault', () => {
    const run = newRun();
    for (const outcome of ['ok', 'plugin_error', 'cpu_exceeded', 'deadline_exceeded', 'memory_exceeded', 'loop_budget_exceeded'] as const) {
      assert.ok(run.add(record(2, { outcome })));
    }
    assert.ok(run.add(record(2, { outcome: 'quarantined', executor: 0 })));
    assert.deepEqual([run.health().canary.calls, run.health().canary.failures], [7, 6]);
    assert.deepEqual([run.health().base.calls, run.health().base.failures], [0, 0]);
  });

  it('leaves out what others are to blame for, what is no share of the calls, and what began before', () => {
    const run = newRun();
    for (const outcome of ['aborted', 'overloaded', 'stopping', 'request_too_large', 'internal_error', 'release_replaced'] as const) {
      assert.equal(run.add(record(2, { outcome })), false, outcome);
    }
    assert.equal(run.add(record(2, { interface: 'scheduled' })), false);
    assert.equal(run.add(record(2, { outcome: 'plugin_error', isForced: true })), false);
    assert.equal(run.add(record(2, { startedAt: since - 1 })), false);
    assert.equal(run.add(record(3)), false);
    // Whose fault it is the breaker says: it has to be looked at.
    assert.equal(run.add(record(2, { outcome: 'executor_lost' })), true);
    assert.equal(run.health().canary.calls, 0);
  });

  it('takes thresholds from the old release’s first calls, and compares those after', () => {
    const run = newRun();
    assert.deepEqual(
      run.health().comparisons.map(({ metric }) => metric),
      ['failures'],
    );
    add(run, 5, 2, { cpuUs: 50_000 });
    run.add(record(1));
    for (let i = 1; i <= 10; i += 1) run.add(record(1, { cpuUs: i * 1_000, waitUs: 0, wallUs: 20_000, steps: i }));
    assert.deepEqual([run.health().base.compared, run.health().canary.compared], [0, 0]);
    add(run, 2, 2, { cpuUs: 7_500 });
    const { baseAbove, canaryAbove, canary, base } = of(run, 'cpuUs');
    assert.deepEqual([baseAbove, canaryAbove, canary, base], [6_000, 7_500, { count: 0, calls: 2 }, { count: 0, calls: 0 }]);
    // A little more than a little: by the factor, or where that is less by the least amount.
    const { canaryAbove: steps } = of(run, 'steps');
    assert.deepEqual([of(run, 'latencyUs').canaryAbove, steps], [25_000, 106]);
    assert.equal(of(run, 'cpuUs', 99).baseAbove, 10_000);
  });

  it('does not count what a call has waited for as its latency, nor less than its CPU', () => {
    const run = newRun();
    add(run, 11, 1, { waitUs: 90_000, wallUs: 95_000 });
    assert.equal(of(run, 'latencyUs').baseAbove, 5_000);
    const short = newRun();
    add(short, 11, 1, { waitUs: 2_499, wallUs: 2_500 });
    assert.equal(of(short, 'latencyUs').baseAbove, 1_000);
  });
});

describe('run.health()', () => {
  it('parts the false-alarm rate between runs, which never add up to more', () => {
    let sum = 0;
    for (let run = 1; run <= 100_000; run += 1) sum += alarmRateOf(run);
    assert.ok(sum < falseAlarmRate && sum > falseAlarmRate * 0.9999);
    assert.equal(newRun(10, 3).health().alarmRate, falseAlarmRate / 12);
  });

  it('finds failures: suspect first, then surely worse, with a reason in figures', () => {
    const run = begun();
    add(run, 90, 2);
    add(run, 2, 2, { outcome: 'plugin_error' });
    assert.equal(run.health().verdict, 'suspect');
    add(run, 10, 2, { outcome: 'plugin_error' });
    const health = run.health();
    assert.equal(health.verdict, 'worse');
    assert.match(
      reasonOf(health),
      /^failures: 12 of 102 calls of release 2 failed, surely over [\d.]+%; of release 1 0 of 1011, so [\d.]+% are let pass$/,
    );
    const { atLeast, atMost, allowed } = of(run, 'failures');
    assert.ok(atLeast > allowed && Math.abs(allowed - (1.1 * atMost + 0.005)) < 1e-12 && atLeast < 12 / 102 && atMost > 0);
  });

  it('lets pass what both do alike, and what is better', () => {
    const both = begun({ outcome: 'plugin_error' });
    add(both, 1_000, 2, { outcome: 'plugin_error' });
    assert.equal(both.health().verdict, 'well');
    const better = begun({ outcome: 'plugin_error' });
    add(better, 1_000, 2, { cpuUs: 100, steps: 10 });
    assert.equal(better.health().verdict, 'well');
  });

  it('finds CPU and latency that are higher by more than the factor, and by no less', () => {
    const run = begun();
    add(run, 1_000, 2, { cpuUs: 1_250 });
    assert.equal(of(run, 'cpuUs').verdict, 'well');
    const dear = begun();
    add(dear, 50, 2, { cpuUs: 1_260 });
    assert.equal(dear.health().verdict, 'worse');
    assert.match(
      reasonOf(dear.health()),
      /^CPU: 49 of 49 calls of release 2 took more than 1\.25 ms, surely over .*%; of release 1 0 of 1000 /,
    );
    const slow = begun();
    add(slow, 50, 2, { wallUs: 3_600 });
    assert.match(reasonOf(slow.health()), /^latency: .* took more than 3 ms/);
  });

  it('finds a tail that is longer where most calls are as before', () => {
    const run = begun();
    add(run, 900, 2);
    add(run, 100, 2, { cpuUs: 5_000 });
    assert.equal(of(run, 'cpuUs', 99).verdict, 'worse');
  });

  it('holds steps against a release only where it takes more CPU as well', () => {
    const other = begun();
    add(other, 500, 2, { steps: 1_000 });
    assert.equal(other.health().verdict, 'well');
    const dearer = begun();
    add(dearer, 50, 2, { steps: 1_000, cpuUs: 1_200 });
    assert.match(reasonOf(dearer.health()), /^steps: 49 of 49 calls of release 2 took more than 200 steps/);
  });

  it('does not compare what the first call of a sandbox cost, and takes no few calls’ word for it', () => {
    const run = begun();
    assert.ok(run.add(record(2, { initUs: 300, cpuUs: 90_000, outcome: 'plugin_error' })));
    const { calls, failures, compared, cpuUs } = run.health().canary;
    assert.deepEqual([calls, failures, compared, cpuUs.p99], [1, 1, 0, 0]);
    const dear = begun();
    for (const executor of [1, 2]) add(dear, 1, 2, { executor, cpuUs: 900_000 });
    assert.equal(dear.health().canary.compared, 0);
    add(dear, 19, 2, { cpuUs: 90_000 });
    assert.equal(dear.health().verdict, 'suspect');
    add(dear, 1, 2, { cpuUs: 90_000 });
    assert.equal(dear.health().verdict, 'worse');
  });

  it('lets pass what is too little to matter, however sure it is', () => {
    const tiny = begun({ cpuUs: 20, wallUs: 600, steps: 1 });
    add(tiny, 1_000, 2, { cpuUs: 110, wallUs: 1_500, steps: 90 });
    assert.equal(tiny.health().verdict, 'well');
  });
});

/** host/testing/test-runner.ts, host/testing/test-session.ts and host/testing/tests-gate.ts, with doubles behind them. */

import assert from 'node:assert/strict';
import { isNboxError, NboxError } from '../../../guards/errors.ts';
import { type Call, CallError, type Dispatch, nothingSpent, type Reply } from '../../../host/dispatch/dispatch.ts';
import type { Candidate } from '../../../host/release/gate.ts';
import { Registry } from '../../../host/release/registry.ts';
import type { LiveRelease } from '../../../host/release/release.ts';
import { Unstored } from '../../../host/release/unstored.ts';
import { TestRunner } from '../../../host/testing/test-runner.ts';
import type { TestedSource } from '../../../host/testing/test-session.ts';
import { testsGate } from '../../../host/testing/tests-gate.ts';
import type { Build, BuildRequest } from '../../../loader/build.ts';
import { parseManifest } from '../../../loader/manifest.ts';
import { parsePluginId } from '../../../loader/plugin-id.ts';
import { FakeBuilder, FakeLoader, StepClock } from '../doubles.ts';

const files = new Map([
  ['index.ts', 'x'],
  ['a.test.ts', 'x'],
]);
const source: TestedSource = {
  plugin: parsePluginId('a/b/c'),
  files,
  manifest: parseManifest({ egress: ['example.com'], limits: { cpuMs: 5 } }, files.keys()),
};

const reply = (body: unknown): Reply => ({
  ...{ head: '200\n', body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), spent: nothingSpent, rest: undefined },
});
const list = (count: number) => ({
  only: false,
  tests: Array.from({ length: count }, (_, i) => ({ title: `t${i}`, run: true, stack: '' })),
});
const failing = (code: ConstructorParameters<typeof CallError>[0], spent = nothingSpent) => new CallError(code, `as ${code}`, spent);

/** Its bundles have maps of nothing. */
class MappingBuilder extends FakeBuilder {
  override async build(request: BuildRequest): Promise<Build> {
    return { ...(await super.build(request)), sourceMap: '{"version":3,"names":[],"sources":[],"mappings":""}' };
  }
}

/** Answers calls in turn: values as replies, errors thrown. The last goes on. */
class Bench {
  readonly calls: Call[] = [];
  readonly closed: LiveRelease[] = [];
  readonly loader = new FakeLoader();
  readonly builder = new MappingBuilder();
  readonly clock = new StepClock();
  readonly runner: TestRunner;

  constructor(answers: readonly unknown[], took: () => void = () => {}) {
    const dispatch: Dispatch = async (call) => {
      this.calls.push(call);
      took();
      const answer = answers[Math.min(this.calls.length, answers.length) - 1];
      if (answer instanceof Error) throw answer;
      return reply(answer);
    };
    const registry = new Registry((live) => this.closed.push(live));
    this.runner = new TestRunner({ ...this, dispatch, registry, unstored: new Unstored(), clock: this.clock });
  }

  async failure(): Promise<NboxError> {
    try {
      await this.runner.run(source);
    } catch (error) {
      assert.ok(error instanceof NboxError, String(error));
      return error;
    }
    assert.fail('the tests passed');
  }
}

interface Told {
  readonly passed: number;
  readonly failed: number;
  readonly notRun: number;
  readonly failures: { readonly message: string }[];
}
const told = ({ details }: NboxError) => details.extensions?.['tests'] as Told;

describe('TestRunner', () => {
  it('calls nothing for a source without tests', async () => {
    const bench = new Bench([]);
    assert.equal(await bench.runner.run({ ...source, files: new Map([['index.ts', 'x']]) }), undefined);
    assert.deepEqual([bench.calls, bench.builder.requests], [[], []]);
  });

  it('lists, runs one after another, and closes the release', async () => {
    const bench = new Bench([list(2), { passed: true }]);
    const report = await bench.runner.run(source);
    assert.deepEqual([report?.result, report?.passed, report?.failed, report?.skipped], ['passed', 2, 0, 0]);
    assert.deepEqual(
      bench.calls.map(({ head, idempotent }) => [head, idempotent]),
      [
        ['GET\nhttp://tests/', true],
        ['GET\nhttp://tests/0', true],
        ['GET\nhttp://tests/1', true],
      ],
    );
    assert.equal(bench.builder.requests[0]?.part, 'tests');
    assert.equal(bench.closed.length, 1);
  });

  it('gives the release no grants, sandboxes of its own for each call, and limits of its own', async () => {
    const bench = new Bench([list(1), { passed: true }]);
    await bench.runner.run(source);
    const { manifest, number } = (bench.calls[0] as Call).live.release;
    assert.deepEqual([manifest.egress, manifest.isolation, number], [[], 'request', 0]);
    assert.ok(manifest.limits.cpuMs > 5);
  });

  it('goes on after a failure, and tells what was seen', async () => {
    const bench = new Bench([list(3), { passed: false, message: 'no', stack: '', expected: 'a\nb', actual: 'a\nc' }, { passed: true }]);
    const error = await bench.failure();
    assert.equal(error.code, 'tests_failed');
    assert.equal(error.message, '1 of 3 tests failed: a.test.ts:1:1 t0: no');
    assert.equal(error.details.diagnostics?.[0]?.message, 't0: no\n- expected\n+ received\n\n  a\n- b\n+ c');
    assert.deepEqual([told(error).passed, told(error).failed, told(error).notRun], [2, 1, 0]);
    assert.equal(bench.closed.length, 1);
  });

  it('takes what is no answer for a failure', async () => {
    for (const answer of [
      '',
      '{',
      '[]',
      'null',
      '{"passed":1}',
      { passed: false },
      { passed: false, message: 'x'.repeat(3_000), stack: '' },
    ]) {
      assert.match(told(await new Bench([list(1), answer]).failure()).failures[0]?.message ?? '', /The outcome cannot be read/);
    }
    for (const answer of ['', '[]', { only: 1, tests: [] }, { only: false, tests: [{ title: 1 }] }, list(501)]) {
      assert.match((await new Bench([answer]).failure()).message, /The tests cannot be listed/);
    }
  });

  it('stops after three that had to be stopped', async () => {
    const bench = new Bench([list(10), failing('cpu_exceeded')]);
    const { notRun, failed, failures } = told(await bench.failure());
    assert.deepEqual([bench.calls.length, failed, notRun, failures.length], [4, 3, 7, 4]);
    assert.match(failures.at(-1)?.message ?? '', /not run, nor 6 more: 3 tests before it had to be stopped/);
  });

  it('stops when the time is over', async () => {
    // Each look at the clock is a millisecond later; each call takes four seconds.
    const bench: Bench = new Bench([list(10), { passed: true }], () => {
      for (let i = 0; i < 4_000; i += 1) bench.clock.elapsed();
    });
    const { notRun, failed, passed, failures } = told(await bench.failure());
    assert.deepEqual([passed, failed, notRun], [2, 0, 8]);
    assert.match(failures[0]?.message ?? '', /not run, nor 7 more: the tests of a plugin have 10 s together/);
  });

  it('waits where the executors have too much to do', async () => {
    const bench = new Bench([list(1), failing('overloaded'), failing('overloaded'), { passed: true }]);
    assert.equal((await bench.runner.run(source))?.passed, 1);
  });

  it('waits on where a test has waited for an executor until its deadline, and fails none for that', async () => {
    const spent = { ...nothingSpent, executor: 1 };
    const bench = new Bench([list(2), failing('deadline_exceeded'), { passed: true }, failing('deadline_exceeded', spent)]);
    const { passed, failed } = told(await bench.failure());
    assert.deepEqual([passed, failed], [1, 1]);
  });

  it('says that nothing is known where the host is at fault', async () => {
    for (const code of ['executor_lost', 'stopping', 'internal_error'] as const) {
      const error = await new Bench([list(1), failing(code)]).failure();
      assert.deepEqual([error.code, error.details.retryAfterS], ['publish_failed', 1]);
    }
  });

  it('tells a failure of the files themselves as one of the tests', async () => {
    const bench = new Bench([]);
    bench.loader.failProbe = new NboxError('probe_failed', { detail: 'broken', position: { file: 'a.test.ts', line: 3, column: 4 } });
    const error = await bench.failure();
    assert.deepEqual([error.code, error.details.position], ['tests_failed', { file: 'a.test.ts', line: 3, column: 4 }]);
    bench.loader.failProbe = new NboxError('publish_failed', 'no executor');
    assert.equal((await bench.failure()).code, 'publish_failed');
  });

  it('takes no more when it is closed', async () => {
    const bench = new Bench([list(1), { passed: true }]);
    bench.runner.close();
    assert.equal((await bench.failure()).code, 'stopping');
  });
});

describe('testsGate({ runner, skips })', () => {
  const runner = { run: async () => undefined };
  const candidate = (request: Partial<Candidate['request']>, tested = files) =>
    ({ request: { ...request, files: tested }, release: source }) as unknown as Candidate;

  it('leaves tests out for whoever says why', async () => {
    const gate = testsGate({ runner, skips: true });
    assert.deepEqual(await gate.check(candidate({ tests: 'skip', message: 'urgent' })), { result: 'skipped', reason: 'urgent' });
    await assert.rejects(gate.check(candidate({ tests: 'skip', message: '  ' })), (error) => isNboxError(error, 'invalid_body'));
  });

  it('refuses to where the operator forbids it, unless there is nothing to leave out', async () => {
    const gate = testsGate({ runner, skips: false });
    await assert.rejects(gate.check(candidate({ tests: 'skip', message: 'urgent' })), (error) => isNboxError(error, 'tests_required'));
    assert.equal(await gate.check(candidate({ tests: 'skip' }, new Map([['index.ts', 'x']]))), undefined);
  });
});

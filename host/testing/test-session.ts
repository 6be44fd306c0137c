/** The tests of one source, called one after another, each from the state right after the modules were evaluated. */

import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type ErrorCode, isNboxError, NboxError, type SourcePosition } from '../../guards/errors.ts';
import type { SourceFiles } from '../../loader/build.ts';
import type { Manifest } from '../../loader/manifest.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import { testFiles } from '../../loader/tests.ts';
import type { Clock } from '../clock.ts';
import { CallError, CallSignal, type Dispatch, type Reply } from '../dispatch/dispatch.ts';
import { isNotBegun } from '../dispatch/not-begun.ts';
import { SourcePlaces } from '../release/explain.ts';
import type { Bundle, LiveRelease } from '../release/release.ts';
import { answerSchema, authorPlace, type ListedTest, listSchema, parseAnswer } from './test-answers.ts';
import { differenceOf, type SlowTest, type TestFailure, type TestReport, testsFailed } from './test-report.ts';

export interface TestedSource {
  readonly plugin: PluginId;
  readonly files: SourceFiles;
  readonly manifest: Manifest;
}

export interface TestSessionParts {
  readonly source: TestedSource;
  readonly live: LiveRelease;
  /** Of the tests. */
  readonly bundle: Bundle;
  readonly dispatch: Dispatch;
  readonly clock: Clock;
}

/** All tests of a plugin together. */
const mostMs = 10_000;
/** Of one test, its hooks included. */
export const testTimes = { deadlineMs: 3_000, cpuMs: 500 };
/** Tests that had to be stopped: what follows would fare no better, and each holds an executor up. */
const mostStopped = 3;
const stops: ReadonlySet<ErrorCode> = new Set([
  'cpu_exceeded',
  'deadline_exceeded',
  'loop_budget_exceeded',
  'memory_exceeded',
  'quarantined',
]);
/** Not the author's fault: nothing is known of the test then. */
const unlucky: ReadonlySet<ErrorCode> = new Set(['executor_lost', 'stopping', 'internal_error']);
/** Where the executors have too much to do, a test waits. */
const retryMs = 100;
/** From here on a test is worth a line. */
const slowMs = 75;
const mostSlow = 5;
export class TestSession {
  readonly #parts: TestSessionParts;
  readonly #places: SourcePlaces;
  readonly #began: number;
  readonly #failures: TestFailure[] = [];
  readonly #slow: SlowTest[] = [];
  #stopped = 0;

  constructor(parts: TestSessionParts) {
    this.#parts = parts;
    this.#places = new SourcePlaces(parts.bundle);
    this.#began = parts.clock.elapsed();
  }

  /** @throws NboxError `tests_failed`, `publish_failed` */
  async run(): Promise<TestReport> {
    const { tests, only } = await this.#list();
    const wanted = tests.flatMap((test, index) => (test.run ? [{ test, index }] : []));
    const skipped = tests.length - wanted.length;
    let run = 0;
    for (const { test, index } of wanted) {
      const left = wanted.length - run;
      if (this.#elapsed() >= mostMs) {
        this.#fail(test, { message: `not run, nor ${left - 1} more: the tests of a plugin have ${mostMs / 1_000} s together` });
      } else if (this.#stopped >= mostStopped) {
        this.#fail(test, { message: `not run, nor ${left - 1} more: ${mostStopped} tests before it had to be stopped` });
      } else {
        await this.#runOne(test, index);
        run += 1;
        continue;
      }
      break;
    }
    const durationMs = Math.round(this.#elapsed());
    const notRun = wanted.length - run;
    const failed = this.#failures.length - (notRun > 0 ? 1 : 0);
    const passed = run - failed;
    if (this.#failures.length > 0) throw testsFailed({ failures: this.#failures, failed, passed, skipped, notRun, durationMs });
    return Object.freeze({
      ...{ result: 'passed', passed, failed: 0, skipped },
      ...(only ? { only } : {}),
      ...{ durationMs, slow: this.#slow.sort((a, b) => b.durationMs - a.durationMs).slice(0, mostSlow) },
    } satisfies TestReport);
  }

  async #list(): Promise<{ readonly tests: readonly ListedTest[]; readonly only: boolean }> {
    let list: ReturnType<typeof parseAnswer<typeof listSchema>>;
    try {
      list = parseAnswer(listSchema, (await this.#dispatch('')).body);
    } catch (error) {
      if (error instanceof CallError && error.fault === 'author') throw testsUnfit(this.#parts.source, error);
      throw error;
    }
    if (list === undefined)
      throw testsUnfit(
        this.#parts.source,
        new NboxError('plugin_error', 'The tests cannot be listed: something has replaced what lists them'),
      );
    return list;
  }

  async #runOne(test: ListedTest, index: number): Promise<void> {
    const began = this.#elapsed();
    let reply: Reply;
    try {
      reply = await this.#dispatch(String(index));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (stops.has(error.code)) this.#stopped += 1;
      const loop = error.site === undefined ? undefined : this.#places.find(error);
      const place = loop !== undefined && this.#parts.source.files.has(loop.file) ? loop : undefined;
      this.#fail(test, { message: stoppedAs(error), stack: error.guestStack, place });
      return;
    }
    const durationMs = Math.round(this.#elapsed() - began);
    if (durationMs >= slowMs) this.#slow.push({ test: test.title, durationMs });
    const answer = parseAnswer(answerSchema, reply.body);
    if (answer === undefined) this.#fail(test, { message: 'The outcome cannot be read: something has replaced what tells it' });
    else if (!answer.passed) this.#fail(test, answer);
  }

  /** @throws CallError; NboxError where nothing can be known of the test now */
  async #dispatch(path: string): Promise<Reply> {
    for (;;) {
      try {
        const signal = new CallSignal();
        const call = { live: this.#parts.live, interface: 'fetch' as const, head: `GET\nhttp://tests/${path}`, body: undefined };
        const reply = await this.#parts.dispatch({ id: randomUUID(), ...call, idempotent: true, admittedAt: performance.now(), signal });
        // It has no use for one; whoever makes one all the same is told that nobody reads it.
        reply.stream?.cancel();
        return reply;
      } catch (error) {
        const code = isNboxError(error) ? error.code : undefined;
        const isNot = isNotBegun(error);
        if (isNot && this.#elapsed() < mostMs) await wait(retryMs);
        else if (isNot || (code !== undefined && unlucky.has(code))) throw notRunnable(error as NboxError);
        else throw error;
      }
    }
  }

  #elapsed(): number {
    return this.#parts.clock.elapsed() - this.#began;
  }

  #fail(test: ListedTest, { message, stack, place, expected, actual }: Told): void {
    const { source } = this.#parts;
    const { files } = source;
    const at =
      place ?? (stack === undefined ? undefined : authorPlace(this.#places, files, stack)) ?? authorPlace(this.#places, files, test.stack);
    const diff = expected === undefined || actual === undefined ? undefined : differenceOf(expected, actual);
    this.#failures.push({
      ...(at ?? startOf(source)),
      ...{ test: test.title, message },
      ...(expected === undefined ? {} : { expected }),
      ...(actual === undefined ? {} : { actual }),
      ...(diff === undefined ? {} : { diff }),
    });
  }
}

interface Told {
  readonly message: string;
  readonly stack?: string | undefined;
  readonly place?: SourcePosition | undefined;
  readonly expected?: string | undefined;
  readonly actual?: string | undefined;
}

function stoppedAs({ code, message }: CallError): string {
  // Of a promise that nothing can settle, for one.
  if (code === 'plugin_error') return `it has no outcome: ${message}`;
  const times = `a test has ${testTimes.deadlineMs / 1_000} s, and ${testTimes.cpuMs / 1_000} s of CPU time`;
  return `stopped as ${code}: ${message}${code === 'cpu_exceeded' || code === 'deadline_exceeded' ? `; ${times}` : ''}`;
}

function notRunnable(cause: NboxError): NboxError {
  return new NboxError('publish_failed', { detail: `The tests could not be run: ${cause.message}`, cause, retryAfterS: 1 });
}

function startOf({ files, manifest }: TestedSource): SourcePosition {
  return { file: testFiles(files.keys(), manifest.entry)[0] as string, line: 1, column: 1 };
}

/** The test files themselves failed. */
export function testsUnfit(source: TestedSource, { message, details }: NboxError): NboxError {
  const { position } = details;
  const at = position !== undefined && source.files.has(position.file) ? position : startOf(source);
  const failure = { ...at, test: '', message: `The tests could not be started: ${message}` };
  return testsFailed({ failures: [failure], failed: 1, passed: 0, skipped: 0, notRun: 0, durationMs: 0 });
}

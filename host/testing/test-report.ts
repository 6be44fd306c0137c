/** What came of a plugin's tests: as a release keeps it, and as whoever pushed a failing one is told. */

import { diffLines } from 'diff';
import { type Diagnostic, NboxError, type SourcePosition } from '../../guards/errors.ts';

export interface SlowTest {
  readonly test: string;
  readonly durationMs: number;
}

/** Of tests of which none failed. */
export interface TestReport {
  readonly result: 'passed';
  readonly passed: number;
  readonly failed: 0;
  /** Told to be left out, by themselves or since others are marked to be run alone. */
  readonly skipped: number;
  /** Whether some are marked to be run alone. */
  readonly only?: true;
  /** From the first test to the last. */
  readonly durationMs: number;
  /** The slowest of those that took long. */
  readonly slow: readonly SlowTest[];
}

/** A test that failed, where, and why. */
export interface TestFailure extends SourcePosition {
  readonly test: string;
  readonly message: string;
  readonly expected?: string;
  readonly actual?: string;
  /** From what was expected to what was there, line by line. */
  readonly diff?: string;
}

export interface FailedTests {
  /** What failed, and the first that was not run. */
  readonly failures: readonly TestFailure[];
  readonly failed: number;
  readonly passed: number;
  readonly skipped: number;
  /** Not begun, since time was up or too many had to be stopped. */
  readonly notRun: number;
  readonly durationMs: number;
}

/** Who says it, in diagnostics. */
const testCode = 'nbox/test';
/** What one answer carries; the rest is counted. */
const mostShown = 50;
const diffLength = 4_000;

export function testsFailed({ failures, ...counts }: FailedTests): NboxError {
  const [first] = failures as readonly [TestFailure];
  const { file, line, column, test, message } = first;
  const notRun = counts.notRun === 0 ? '' : `, ${counts.notRun} were not run`;
  return new NboxError('tests_failed', {
    detail: `${counts.failed} of ${counts.failed + counts.passed} tests failed${notRun}: ${file}:${line}:${column} ${titled(test, message.split('\n')[0] as string)}`,
    position: { file, line, column },
    diagnostics: failures.slice(0, mostShown).map(diagnosticOf),
    extensions: { tests: { result: 'failed', ...counts, failures: failures.slice(0, mostShown) } },
  });
}

const titled = (test: string, message: string): string => (test === '' ? message : `${test}: ${message}`);

function diagnosticOf({ file, line, column, test, message, diff }: TestFailure): Diagnostic {
  const differs = diff === undefined ? '' : `\n- expected\n+ received\n\n${diff}`;
  return { severity: 'error', file, line, column, code: testCode, message: titled(test, message) + differs };
}

/** @returns undefined where one look at both shows it, or where they have nothing in common */
export function differenceOf(expected: string, actual: string): string | undefined {
  if (expected === actual || !(expected.includes('\n') || actual.includes('\n'))) return undefined;
  const parts = diffLines(`${expected}\n`, `${actual}\n`, { maxEditLength: 200 });
  const lines = parts?.flatMap(({ value, added, removed }) => {
    const mark = added ? '+' : removed ? '-' : ' ';
    return value
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => `${mark} ${line}`);
  });
  return lines?.join('\n').slice(0, diffLength);
}

/** The gate that runs a plugin's own tests: what fails is not published. */

import { NboxError } from '../../guards/errors.ts';
import { testFiles } from '../../loader/tests.ts';
import type { Candidate, Gate } from '../release/gate.ts';
import type { TestRunner } from './test-runner.ts';

export interface TestsGateParts {
  readonly runner: Pick<TestRunner, 'run'>;
  /** Whether a push may leave the tests out. */
  readonly skips: boolean;
}

/** What a release keeps that was published without its tests having been run. */
export interface SkippedTests {
  readonly result: 'skipped';
  readonly reason: string;
}

export function testsGate({ runner, skips }: TestsGateParts): Gate {
  return {
    name: 'tests',
    async check({ request, release: { plugin, manifest } }: Candidate) {
      const { files, tests, message = '' } = request;
      if (tests !== 'skip') return runner.run({ plugin, files, manifest });
      if (testFiles(files.keys(), manifest.entry).length === 0) return undefined;
      if (!skips)
        throw new NboxError(
          'tests_required',
          'This host publishes nothing past its tests: its operator would allow it by --test-skips true',
        );
      if (message.trim() === '') {
        throw new NboxError('invalid_body', { detail: 'Whoever skips the tests says why in the message', pointer: '/message' });
      }
      return { result: 'skipped', reason: message } satisfies SkippedTests;
    },
    async recheck({ request, release: { plugin, manifest } }, report) {
      const wasSkipped = report !== undefined && 'result' in report && report.result === 'skipped';
      return wasSkipped && request.tests !== 'skip' ? runner.run({ plugin, files: request.files, manifest }) : undefined;
    },
  };
}

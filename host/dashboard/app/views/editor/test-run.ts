/** The plugin's tests, run by the host as a push would run them. */

import { signal } from '@preact/signals';
import { ask } from '../../api/client.ts';
import { ApiError, type ProblemDetails } from '../../api/problem.ts';
import type { Editing } from './editing.ts';
import type { Files } from './merge-files.ts';
import type { FailedTests, TestReport } from './wire.ts';

export type TestResult =
  | { readonly kind: 'passed'; readonly report: TestReport }
  | { readonly kind: 'failed'; readonly tests: FailedTests }
  | { readonly kind: 'none' }
  | { readonly kind: 'problem'; readonly problem: ProblemDetails };

export class TestRun {
  readonly isRunning = signal(false);
  readonly result = signal<{ readonly of: Files; readonly result: TestResult } | undefined>(undefined);
  readonly #editing: Editing;

  constructor(editing: Editing) {
    this.#editing = editing;
  }

  async run(): Promise<void> {
    if (this.isRunning.peek()) return;
    this.isRunning.value = true;
    const files = this.#editing.workspace.files.peek();
    try {
      this.result.value = { of: files, result: await this.#ask(files) };
    } finally {
      this.isRunning.value = false;
    }
  }

  async #ask(files: Files): Promise<TestResult> {
    try {
      const path = `/v1/plugins/${this.#editing.plugin}/tests`;
      const { value } = await ask<{ readonly tests: TestReport | null }>(path, {
        method: 'POST',
        body: { files: Object.fromEntries(files) },
      });
      return value.tests === null ? { kind: 'none' } : { kind: 'passed', report: value.tests };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { problem } = error;
      return problem.code === 'tests_failed' ? { kind: 'failed', tests: problem['tests'] as FailedTests } : { kind: 'problem', problem };
    }
  }
}

/** What the gates of a push would say of the files, asked anew a moment after each change. */

import { effect, signal } from '@preact/signals';
import { ApiError, type ProblemDetails } from '../../api/problem.ts';
import type { LanguageSession } from './language-session.ts';
import type { Files } from './merge-files.ts';
import type { Finding } from './wire.ts';
import type { Workspace } from './workspace.ts';

export interface Checked {
  /** Of which they are; `undefined` before the first answer. */
  readonly files: Files | undefined;
  readonly findings: readonly Finding[];
  readonly isAsking: boolean;
  /** Why there is no answer now. */
  readonly problem: ProblemDetails | undefined;
}

/** After the last key. */
const settleMs = 250;
const againMs = 2_000;

export class Findings {
  readonly checked = signal<Checked>({ files: undefined, findings: [], isAsking: true, problem: undefined });
  readonly #workspace: Workspace;
  readonly #session: LanguageSession;
  readonly #leave: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;

  /** @param isAllowed whether the host would answer: it does so for those who may publish */
  constructor(workspace: Workspace, session: LanguageSession, isAllowed: boolean) {
    this.#workspace = workspace;
    this.#session = session;
    if (!isAllowed) {
      this.checked.value = { files: undefined, findings: [], isAsking: false, problem: undefined };
      this.#leave = () => undefined;
      return;
    }
    let isFirst = true;
    this.#leave = effect(() => {
      void workspace.files.value;
      this.#later(isFirst ? 0 : settleMs);
      isFirst = false;
    });
  }

  close(): void {
    this.#leave();
    clearTimeout(this.#timer);
    this.#running?.abort();
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), ms);
  }

  async #ask(): Promise<void> {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    const files = this.#workspace.files.peek();
    if (files.size === 0) return;
    this.checked.value = { ...this.checked.peek(), isAsking: true };
    try {
      const findings = await this.#session.ask('diagnose', files, undefined, running.signal);
      if (running.signal.aborted) return;
      if (findings === undefined) this.#later(settleMs);
      else this.checked.value = { files, findings, isAsking: false, problem: undefined };
    } catch (error) {
      if (running.signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      this.checked.value = { ...this.checked.peek(), isAsking: false, problem: error.problem };
      // What is wrong with the files themselves stays so until they are changed.
      if (error.problem.status >= 500 || error.problem.status === 0) this.#later((error.retryAfterS ?? againMs / 1_000) * 1_000);
    }
  }
}

/** How many of each: what hints is no warning. */
export function counted(findings: readonly Finding[]): { readonly errors: number; readonly warnings: number } {
  const said = findings.filter(({ tags }) => tags === undefined);
  const errors = said.filter(({ severity }) => severity === 'error').length;
  return { errors, warnings: said.length - errors };
}

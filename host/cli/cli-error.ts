/** What a command fails with, and how any failure reads on the terminal. */

import { isNboxError } from '../../guards/errors.ts';
import { ConfigError } from '../config/config.ts';
import { printable } from '../printable.ts';

/** What scripts go by. `failed` is whatever none of the others is. */
export const exitCodes = Object.freeze({ ok: 0, failed: 1, usage: 2, unreachable: 3, denied: 4 });

/** In words, for help and documents. */
export const exitCodeWords: Readonly<Record<keyof typeof exitCodes, string>> = Object.freeze({
  ok: 'done',
  failed: 'failed, or refused',
  usage: 'wrong usage: nothing was done',
  unreachable: 'no host answers, or it did not answer in time',
  denied: 'the token is missing, is not taken, or may not do this',
});

/** The message is for people. A hint says what to do about it. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: number;
  readonly hint: string | undefined;

  constructor(
    message: string,
    { hint, exitCode = exitCodes.failed, cause }: { hint?: string | undefined; exitCode?: number; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

export function usageError(message: string, hint?: string): CliError {
  return new CliError(message, { hint, exitCode: exitCodes.usage });
}

/** `code: detail (pointer)`: the form of every refusal, ours and the host's. */
export function refusal(problem: { readonly code: string; readonly detail: string; readonly pointer?: string | undefined }): string {
  return `${problem.code}: ${problem.detail}${problem.pointer === undefined ? '' : ` (at ${problem.pointer})`}`;
}

export function failureText(error: unknown): { readonly text: string; readonly exitCode: number } {
  if (error instanceof CliError) {
    const lines = [`nbox: ${error.message}`, ...(error.hint === undefined ? [] : [`  ${error.hint}`])];
    return { text: printable(lines.join('\n')), exitCode: error.exitCode };
  }
  if (isNboxError(error)) {
    const { code, details } = error;
    return { text: printable(`nbox: ${refusal({ code, ...details })}`), exitCode: exitCodes.failed };
  }
  // Of a data directory that is used or cannot be.
  if (error instanceof ConfigError) {
    return { text: printable(error.problems.map((problem) => `nbox: ${problem}`).join('\n')), exitCode: exitCodes.failed };
  }
  // What the system says (a file that cannot be read) tells enough; of a fault of ours the stack is wanted.
  const isSystem = error instanceof Error && 'syscall' in error;
  const words = error instanceof Error ? (isSystem ? error.message : (error.stack ?? error.message)) : String(error);
  return { text: printable(`nbox: ${words}`), exitCode: exitCodes.failed };
}

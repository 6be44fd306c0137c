/** Questions on the terminal. Every one has a flag that answers it, so that nothing ever has to be asked. */

import { createInterface } from 'node:readline/promises';
import { CliError } from './cli-error.ts';

/** Whether there is someone to ask. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * What was answered, without spaces around it.
 * @throws CliError where it was ended by Ctrl-C, or the end of input
 */
export async function ask(question: string): Promise<string> {
  using reader = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new AbortController();
  // Without this the promise would stay open.
  reader.once('close', () => ended.abort());
  const answer = await reader.question(question, { signal: ended.signal }).catch(() => undefined);
  if (answer === undefined) throw new CliError('Nothing was done');
  return answer.trim();
}

/** What a sandbox hands over to the release that replaces its own. */

import type { Limits } from '../../guards/limits.ts';
import { StartupError } from './startup.ts';
import type { Stay } from './stay.ts';

/** The part of the prelude that a plugin has which can hand something over. */
export const hotPart = 'hot.ts';

/** As JSON in UTF-8. */
export const mostStateBytes = 262_144;

type StateLimits = Pick<Limits, 'cpuMs' | 'loopBudget' | 'memoryMb'>;

/** The plugin's part in handing over has failed: what it throws, what JSON does not carry, or a guard. */
export class HandOverError extends StartupError {
  override readonly name = 'HandOverError';
}

/** @param parts as a base names them: those that are evaluated, a semicolon, and those that are promised */
export function isHot(parts: string): boolean {
  return parts.slice(0, parts.indexOf(';')).split(' ').includes(hotPart);
}

/**
 * @param said what the guest's `handOver` has returned
 * @param limits with the CPU time that it had
 * @returns JSON of an object; `undefined` where there is nothing to hand over
 * @throws HandOverError
 */
export function stateOf(said: string, { stopped }: Stay, limits: StateLimits): string | undefined {
  if (stopped !== undefined) throw new HandOverError(stopText(stopped, limits), stopped.stack, stopped.site);
  const text = said.slice(1);
  if (said.startsWith('!')) {
    const end = text.indexOf('\n');
    throw new HandOverError(text.slice(0, end), text.slice(end + 1));
  }
  const bytes = Buffer.byteLength(text);
  if (bytes > mostStateBytes)
    throw new HandOverError(`RangeError: As JSON, data has ${bytes} bytes; at most ${mostStateBytes} are handed over`);
  return said === '' ? undefined : text;
}

function stopText({ code, detail }: NonNullable<Stay['stopped']>, { cpuMs, loopBudget, memoryMb }: StateLimits): string {
  if (code === 'cpu_exceeded') return `Its callbacks used more CPU than ${cpuMs} ms`;
  if (code === 'loop_budget_exceeded')
    return `Its callbacks went round loops and into functions ${loopBudget} times, which is its loopBudget`;
  if (code === 'memory_exceeded') return `Its callbacks took more memory than ${memoryMb} MiB (memoryMb)`;
  return detail;
}

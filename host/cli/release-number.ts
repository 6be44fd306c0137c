/** Releases as they are named on the command line. */

import { usageError } from './cli-error.ts';

/** @throws CliError where it is none */
export function releaseNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw usageError(`${JSON.stringify(text)} is no release; releases are numbered from 1`);
  return Number(text);
}

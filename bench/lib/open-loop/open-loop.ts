/** An open loop in a process of its own: what it is told, and what it has seen. */

import { join } from 'node:path';
import { Child } from '../child.ts';
import type { Job, Result } from './job.ts';

const client = join(import.meta.dirname, 'client.ts');

/** How long an open loop takes from its start until it can send; where it takes longer, its lag tells. */
export const bootMs = 700;

/** @throws Error where it gave no result */
export async function openLoop(job: Job): Promise<Result> {
  await using child = new Child(process.execPath, [client, JSON.stringify(job)]);
  await child.closed;
  try {
    return JSON.parse(child.output.trimEnd().split('\n').at(-1) ?? '') as Result;
  } catch {
    throw new Error(`the load generator failed:\n${child.output}`);
  }
}

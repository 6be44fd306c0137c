/** What an executor tells its host of a sandbox's start, in the form in which it crosses. */

import { isNboxError, packError } from '../../guards/errors.ts';
import { encodeSnapshot, type Snapshot } from '../../loader/sandbox/snapshot.ts';
import { StartupError } from '../../loader/sandbox/startup.ts';
import type { PackedFailure, WiredSnapshot } from './wire.ts';

export async function wired(snapshot: Snapshot): Promise<WiredSnapshot> {
  return Buffer.from(await encodeSnapshot(snapshot)).toString('base64');
}

export function packStartup(error: unknown): PackedFailure {
  if (!(error instanceof StartupError)) return packError(error, isNboxError(error) ? error.code : 'probe_failed');
  return {
    code: 'probe_failed',
    details: { detail: error.message },
    ...(error.guestStack === '' ? {} : { stack: error.guestStack }),
    ...(error.site === undefined ? {} : { site: error.site }),
  };
}

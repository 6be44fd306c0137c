/** The data directory and its lock: one host at a time, and a lock that dies with its process, however that dies. */

import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigError } from '../config/config.ts';

/**
 * Makes the directory where needed and locks it. The caller owns the lock and gives it back by `Symbol.dispose`.
 *
 * The lock is an open transaction on a database of its own: the operating system drops SQLite's file locks with the
 * process, SIGKILL included, which a file holding a process id does not do.
 * @throws ConfigError where the directory cannot be used, or another host uses it
 */
export function lockDataDirectory(directory: string): Disposable {
  let lock: DatabaseSync | undefined;
  try {
    // Sources and the token's hash lie in it: for the operator's eyes only.
    const made = mkdirSync(directory, { recursive: true, mode: 0o700 });
    // An existing directory is the operator's, and keeps its mode.
    if (made !== undefined) chmodSync(directory, 0o700);
    ownFile(join(directory, 'lock.db'));
    lock = new DatabaseSync(join(directory, 'lock.db'), { timeout: 0 });
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    // Made before SQLite would make it by the umask; the files that SQLite puts beside it get its mode.
    ownFile(join(directory, 'nbox.db'));
    for (const left of ['nbox.db-wal', 'nbox.db-shm', 'nbox.db-journal']) tighten(join(directory, left));
  } catch (error) {
    lock?.close();
    const busy = (error as { errcode?: number }).errcode === 5;
    const reason = busy ? 'another nbox host uses this directory' : `it cannot be used: ${(error as Error).message}`;
    throw new ConfigError([`--data: ${JSON.stringify(directory)}: ${reason}`]);
  }
  const held = lock;
  return { [Symbol.dispose]: () => held.close() };
}

/**
 * Makes a file that only its owner reads. One that is there is never opened: closing it would drop the locks that this
 * process has on it (POSIX), another host's in the same process included.
 */
export function ownFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  tighten(path);
}

/** Leaves a file alone that is not there, and one whose mode is not the host's to set: a volume's, which has other guards. */
function tighten(path: string): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  if (mode === undefined || (mode & 0o777) === 0o600) return;
  try {
    chmodSync(path, 0o600);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

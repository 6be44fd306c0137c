/** The data directory and its lock: one host at a time, and a lock that dies with its process, however that dies. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigError } from '../config.ts';

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
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    lock = new DatabaseSync(join(directory, 'lock.db'), { timeout: 0 });
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    const busy = (error as { errcode?: number }).errcode === 5;
    const reason = busy ? 'another nbox host uses this directory' : `it cannot be used: ${(error as Error).message}`;
    throw new ConfigError([`--data: ${JSON.stringify(directory)}: ${reason}`]);
  }
  const held = lock;
  return { [Symbol.dispose]: () => held.close() };
}

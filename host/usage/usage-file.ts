/** `usage.db` in the data directory: made, brought to this version's schema, or set aside where it is broken. */

import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigError } from '../config/config.ts';
import type { Logger } from '../log.ts';
import { ownFile } from '../store/data-directory.ts';
import { migrate } from '../store/schema.ts';
import { isBroken } from './broken.ts';
import { usageMigrations } from './schema.ts';

/**
 * Usage must not keep a host from serving: a broken file is set aside, and where none can be made, none is written.
 * @returns its path
 * @throws ConfigError where a newer nbox wrote it
 */
export function prepareUsageFile(directory: string, log: Logger): string {
  const file = join(directory, 'usage.db');
  try {
    prepare(file, directory);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    if (!isBroken(error)) {
      log.error({ err: error }, 'the usage file cannot be opened: usage is kept in memory only');
      return file;
    }
    replaceBroken(directory, log, error);
  }
  return file;
}

/** For one whose damage is met later, too: nothing may have it open. @throws what the file system and SQLite throw */
export function replaceBroken(directory: string, log: Logger, err: unknown): void {
  const file = join(directory, 'usage.db');
  log.error({ err }, 'the usage file is broken: it is set aside as usage.db.broken, and a new one is begun');
  setAside(file);
  prepare(file, directory);
}

function prepare(file: string, directory: string): void {
  // Before SQLite would make it by the umask.
  ownFile(file);
  const db = new DatabaseSync(file, { timeout: 5_000 });
  try {
    // Before the first table: what is freed can be given back.
    db.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    migrate(db, directory, usageMigrations);
  } finally {
    db.close();
  }
}

/** The last one that was set aside goes. */
function setAside(file: string): void {
  renameSync(file, `${file}.broken`);
  for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
}

/** `usage.db` in the data directory: made, brought to this version's schema, or set aside where it is broken. */

import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigError } from '../config.ts';
import type { Logger } from '../log.ts';
import { ownFile } from '../store/data-directory.ts';
import { migrate } from '../store/schema.ts';
import { usageMigrations } from './schema.ts';

/** SQLite's codes for a file that is damaged, or none of its own. */
const brokenCodes: ReadonlySet<number> = new Set([11, 26]);

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
    if (!brokenCodes.has(Number((error as { errcode?: number }).errcode) & 0xff)) {
      log.error({ err: error }, 'the usage file cannot be opened: usage is kept in memory only');
      return file;
    }
    log.error({ err: error }, 'the usage file is broken: it is set aside as usage.db.broken, and a new one is begun');
    setAside(file);
    prepare(file, directory);
  }
  return file;
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

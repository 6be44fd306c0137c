/** The rows of a SQLite store as they are at one moment: over a connection of their own, beside whatever is written meanwhile. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigError } from '../config/config.ts';
import { lockDataDirectory } from './data-directory.ts';
import { schemaVersion, versionOf } from './schema.ts';
import { readRows } from './sqlite-rows.ts';
import { storeError } from './store-error.ts';
import type { ExportSelection, StoreRow } from './store-row.ts';

/**
 * One read transaction, which ends with the generator. As long as it lasts, what is written stays in the write-ahead log.
 * @param file the database, which must be of this version's schema
 * @param open told of the connection, for who must be able to cut it off
 * @throws NboxError `no_such_plugin`, `internal_error`
 */
export async function* exportDatabase(
  file: string,
  selection: ExportSelection,
  open: Set<DatabaseSync> = new Set(),
): AsyncGenerator<StoreRow, void, void> {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    open.add(db);
    yield* readRows(db, selection);
  } catch (error) {
    throw storeError(error, 'internal_error', 'The store could not be read');
  } finally {
    if (db !== undefined) open.delete(db);
    if (db?.isOpen === true) db.close();
  }
}

/**
 * Of a data directory that no host uses. It is left as it is: what an older nbox wrote is not brought to this version,
 * since the older one could not go back to it then.
 * @throws ConfigError where it is used, holds no store, or one of another version; NboxError as `exportDatabase`
 */
export async function* exportDirectory(directory: string, selection: ExportSelection): AsyncGenerator<StoreRow, void, void> {
  const file = join(directory, 'nbox.db');
  const refuse = (reason: string) => new ConfigError([`--data: ${JSON.stringify(directory)}: ${reason}`]);
  // Before the lock, which would make what it does not find.
  if (!existsSync(file)) throw refuse('there is no nbox.db in it');
  using _lock = lockDataDirectory(directory);
  let version: number;
  try {
    using db = new DatabaseSync(file, { readOnly: true });
    version = versionOf(db);
  } catch (error) {
    throw refuse(`the store cannot be opened: ${(error as Error).message}`);
  }
  if (version !== schemaVersion) {
    const which = version > schemaVersion ? 'a newer' : version === 0 ? 'no' : 'an older';
    throw refuse(
      `${which} nbox wrote it (schema ${version}, this one has ${schemaVersion}); export it with that one, or start this one once`,
    );
  }
  yield* exportDatabase(file, selection);
}

/** Rows into an empty SQLite store: all of them in one transaction, over a connection of its own. */

import { DatabaseSync } from 'node:sqlite';
import { NboxError } from '../../guards/errors.ts';
import { rowWriter } from './sqlite-rows.ts';
import { storeError } from './store-error.ts';
import type { StoreRow } from './store-row.ts';

/**
 * @param file the database, brought to this version's schema
 * @throws NboxError `store_not_empty`, `import_failed`; whatever `rows` throws
 */
export async function importDatabase(file: string, rows: AsyncIterable<StoreRow>): Promise<void> {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { enableForeignKeyConstraints: true, timeout: 5_000 });
    db.exec('PRAGMA synchronous = FULL; BEGIN IMMEDIATE');
    const any = 'SELECT 1 FROM plugins UNION ALL SELECT 1 FROM changes UNION ALL SELECT 1 FROM budgets LIMIT 1';
    if (db.prepare(any).get() !== undefined) {
      throw new NboxError('store_not_empty', 'The store has plugins or budgets, or had some; only an empty one takes an export');
    }
    const write = rowWriter(db);
    for await (const row of rows) write(row);
    db.exec('COMMIT');
  } catch (error) {
    throw storeError(error, 'import_failed', 'The export could not be stored');
  } finally {
    // What is not committed is gone with it.
    db?.close();
  }
}

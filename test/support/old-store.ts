/** Data directories as earlier versions of nbox have left them, and what becomes of them when a migration is killed. */

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { migrate, migrations, versionOf } from '../../host/store/schema.ts';

type Rows = Readonly<Record<string, readonly unknown[]>>;

const tablesOf = (db: DatabaseSync): string[] =>
  db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid")
    .all()
    .map(({ name }) => name as string);
const columnsOf = (db: DatabaseSync, schema: string, table: string): string[] =>
  db
    .prepare('SELECT name FROM pragma_table_info(?, ?)')
    .all(table, schema)
    .map(({ name }) => name as string);
const schemaOf = (db: DatabaseSync): unknown[] => db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all();

/**
 * A directory of an earlier schema, with the rows of a database of this version's, as far as that one had their columns.
 * @param newest the file of that database, which nobody has open
 */
export function makeOldStore(directory: string, version: number, newest: string): void {
  mkdirSync(directory, { recursive: true });
  using db = new DatabaseSync(join(directory, 'nbox.db'));
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  migrate(db, directory, migrations.slice(0, version));
  db.prepare('ATTACH ? AS newest').run(newest);
  for (const table of tablesOf(db)) {
    const there = columnsOf(db, 'newest', table);
    const columns = columnsOf(db, 'main', table).filter((column) => there.includes(column));
    db.exec(`INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM newest.${table}`);
  }
}

/** All rows of a directory's database, by table. */
export function rowsOf(directory: string): Rows {
  using db = new DatabaseSync(join(directory, 'nbox.db'), { readOnly: true });
  return Object.fromEntries(tablesOf(db).map((table) => [table, db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all()]));
}

/**
 * Its schema is that of one version, whole, and the rows that were there are there.
 * @returns the version
 */
export function assertWhole(directory: string, before: Rows): number {
  using db = new DatabaseSync(join(directory, 'nbox.db'), { readOnly: true });
  const version = versionOf(db);
  using same = new DatabaseSync(':memory:');
  migrate(same, directory, migrations.slice(0, version));
  assert.deepEqual(schemaOf(db), schemaOf(same), `half of a migration is there, at version ${version}`);
  assert.deepEqual(
    db
      .prepare('PRAGMA integrity_check')
      .all()
      .map((row) => ({ ...row })),
    [{ integrity_check: 'ok' }],
  );
  const after = rowsOf(directory);
  for (const [table, rows] of Object.entries(before)) {
    const columns = Object.keys((rows[0] ?? {}) as object);
    const pick = (row: unknown) => Object.fromEntries(columns.map((column) => [column, (row as Record<string, unknown>)[column]]));
    assert.deepEqual(after[table]?.map(pick), rows.map(pick), `rows of ${table} were lost`);
  }
  return version;
}

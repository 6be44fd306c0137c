/** The schema of the SQLite store. Migrations only go forward: one is added, none is changed. */

import type { DatabaseSync } from 'node:sqlite';
import { ConfigError } from '../config/config.ts';

/** Each brings the schema from the version of its index to the next. */
export const migrations: readonly string[] = [
  // Contents stand apart, so that listing releases does not read through their pages.
  // A removed plugin keeps its row: its counters must not restart.
  `CREATE TABLE plugins (
     id TEXT PRIMARY KEY,
     next_release INTEGER NOT NULL DEFAULT 1,
     next_deployment INTEGER NOT NULL DEFAULT 1,
     live_deployment INTEGER,
     removed_at INTEGER,
     removed_by TEXT
   ) STRICT;
   CREATE TABLE releases (
     plugin TEXT NOT NULL REFERENCES plugins (id),
     number INTEGER NOT NULL,
     hash TEXT NOT NULL,
     manifest TEXT NOT NULL,
     interfaces TEXT NOT NULL,
     type_errors INTEGER NOT NULL,
     created_at INTEGER NOT NULL,
     actor TEXT NOT NULL,
     PRIMARY KEY (plugin, number),
     UNIQUE (plugin, hash)
   ) STRICT;
   CREATE TABLE contents (
     plugin TEXT NOT NULL,
     number INTEGER NOT NULL,
     files TEXT NOT NULL,
     code TEXT NOT NULL,
     source_map TEXT NOT NULL,
     sites TEXT NOT NULL,
     PRIMARY KEY (plugin, number),
     FOREIGN KEY (plugin, number) REFERENCES releases (plugin, number) ON DELETE CASCADE
   ) STRICT;
   CREATE TABLE deployments (
     plugin TEXT NOT NULL REFERENCES plugins (id),
     number INTEGER NOT NULL,
     releases TEXT NOT NULL,
     release INTEGER NOT NULL,
     created_at INTEGER NOT NULL,
     actor TEXT NOT NULL,
     replaced INTEGER,
     PRIMARY KEY (plugin, number),
     FOREIGN KEY (plugin, release) REFERENCES releases (plugin, number)
   ) STRICT;
   CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;`,
  // Made anew from the code wherever the base is another: nothing is lost with them.
  `CREATE TABLE snapshots (
     plugin TEXT NOT NULL,
     number INTEGER NOT NULL,
     base TEXT NOT NULL,
     bytes BLOB,
     PRIMARY KEY (plugin, number),
     FOREIGN KEY (plugin, number) REFERENCES releases (plugin, number) ON DELETE CASCADE
   ) STRICT;`,
  // What was stored before has no sizes, and its deployments were all made by pushes.
  `ALTER TABLE releases ADD COLUMN message TEXT NOT NULL DEFAULT '';
   ALTER TABLE releases ADD COLUMN source_bytes INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE releases ADD COLUMN bundle_bytes INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE releases ADD COLUMN timings TEXT NOT NULL DEFAULT '{}';
   ALTER TABLE releases ADD COLUMN diagnostics TEXT NOT NULL DEFAULT '[]';
   ALTER TABLE deployments ADD COLUMN cause TEXT NOT NULL DEFAULT 'push';
   ALTER TABLE deployments ADD COLUMN message TEXT NOT NULL DEFAULT '';
   ALTER TABLE deployments ADD COLUMN second INTEGER;
   CREATE TABLE changes (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     plugin TEXT NOT NULL,
     deployment INTEGER,
     at INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE idempotency (
     key TEXT NOT NULL,
     plugin TEXT NOT NULL,
     fingerprint TEXT NOT NULL,
     release INTEGER NOT NULL,
     deployment INTEGER NOT NULL,
     at INTEGER NOT NULL,
     PRIMARY KEY (key, plugin)
   ) STRICT;
   CREATE INDEX idempotency_at ON idempotency (at);`,
  // What was stored before has passed no gate.
  `ALTER TABLE releases ADD COLUMN gates TEXT NOT NULL DEFAULT '{}';
   CREATE TABLE capsules (
     plugin TEXT NOT NULL,
     id TEXT NOT NULL,
     release INTEGER NOT NULL,
     kept_at INTEGER NOT NULL,
     actor TEXT NOT NULL,
     message TEXT NOT NULL,
     summary TEXT NOT NULL,
     content TEXT NOT NULL,
     PRIMARY KEY (plugin, id),
     FOREIGN KEY (plugin, release) REFERENCES releases (plugin, number) ON DELETE CASCADE
   ) STRICT;`,
  // Of each plugin at most one is under way, whichever host writes it.
  `ALTER TABLE plugins ADD COLUMN next_rollout INTEGER NOT NULL DEFAULT 1;
   CREATE TABLE rollouts (
     plugin TEXT NOT NULL REFERENCES plugins (id),
     number INTEGER NOT NULL,
     release INTEGER NOT NULL,
     base INTEGER NOT NULL,
     plan TEXT NOT NULL,
     state TEXT NOT NULL,
     step INTEGER NOT NULL,
     step_at INTEGER NOT NULL,
     run INTEGER NOT NULL,
     deployment INTEGER NOT NULL,
     actor TEXT NOT NULL,
     message TEXT NOT NULL,
     started_at INTEGER NOT NULL,
     ended_at INTEGER,
     decisions TEXT NOT NULL,
     PRIMARY KEY (plugin, number)
   ) STRICT;
   CREATE UNIQUE INDEX rollouts_under_way ON rollouts (plugin) WHERE state IN ('running', 'paused');`,
  // A version is never given twice, so that who has seen a budget that was removed changes no other. What was counted has no
  // foreign key: a budget that is changed is a new row, and keeps its counts.
  `CREATE TABLE budgets (
     version INTEGER PRIMARY KEY AUTOINCREMENT,
     scope TEXT NOT NULL UNIQUE,
     window TEXT NOT NULL,
     calls INTEGER,
     cpu_seconds REAL,
     memory_bytes INTEGER,
     mode TEXT NOT NULL,
     warn_at REAL NOT NULL,
     actor TEXT NOT NULL,
     message TEXT NOT NULL,
     set_at INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE budget_counts (scope TEXT PRIMARY KEY, saved_at INTEGER NOT NULL, history TEXT NOT NULL) STRICT;`,
  `CREATE TABLE interface_uses (
     plugin TEXT NOT NULL,
     interface TEXT NOT NULL,
     seen_at INTEGER NOT NULL,
     used_at INTEGER,
     calls INTEGER NOT NULL,
     callers TEXT NOT NULL,
     PRIMARY KEY (plugin, interface)
   ) STRICT;`,
  // A session that was opened with the operator's token is of no row of tokens. The ends of the audit stand apart, so that it
  // shows when rows are cut off it.
  `CREATE TABLE tokens (
     id TEXT PRIMARY KEY,
     name TEXT NOT NULL UNIQUE,
     hash TEXT NOT NULL UNIQUE,
     scope TEXT NOT NULL,
     reach TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     created_by TEXT NOT NULL,
     expires_at INTEGER,
     used_at INTEGER
   ) STRICT;
   CREATE TABLE sessions (
     id TEXT PRIMARY KEY,
     hash TEXT NOT NULL UNIQUE,
     token_hash TEXT,
     actor TEXT,
     scope TEXT,
     reach TEXT,
     created_at INTEGER NOT NULL,
     seen_at INTEGER NOT NULL,
     expires_at INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE audit (
     number INTEGER PRIMARY KEY,
     at INTEGER NOT NULL,
     actor TEXT NOT NULL,
     token_id TEXT NOT NULL,
     address TEXT NOT NULL,
     method TEXT NOT NULL,
     route TEXT NOT NULL,
     plugin TEXT,
     outcome TEXT NOT NULL,
     before TEXT,
     after TEXT,
     request_id TEXT NOT NULL,
     hash TEXT NOT NULL
   ) STRICT;
   CREATE INDEX audit_at ON audit (at);
   CREATE INDEX audit_plugin ON audit (plugin, number);
   CREATE TABLE audit_ends (name TEXT PRIMARY KEY, number INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;`,
];

/** That of this version of nbox. */
export const schemaVersion = migrations.length;

/** 0 where nothing was ever stored. */
export function versionOf(db: DatabaseSync): number {
  return (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
}

/**
 * Brings the database to the end of the list, each step whole or not at all.
 * @throws ConfigError where a newer nbox wrote it
 */
export function migrate(db: DatabaseSync, directory: string, list: readonly string[] = migrations): void {
  const version = versionOf(db);
  if (version > list.length) {
    throw new ConfigError([
      `--data: ${JSON.stringify(directory)} was written by a newer nbox (schema ${version}, this one knows ${list.length}); start that one`,
    ]);
  }
  for (let from = version; from < list.length; from++) {
    db.exec('BEGIN IMMEDIATE');
    try {
      db.exec(list[from] as string);
      db.exec(`PRAGMA user_version = ${from + 1}`);
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }
}

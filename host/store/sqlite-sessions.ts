/** The sessions of the SQLite store. */

import type { Scope } from '../access/scope.ts';
import type { StoredSession } from '../access/stored-session.ts';
import type { Rows } from './sqlite-statements.ts';
import type { SessionUse } from './store.ts';

interface SessionRow {
  readonly id: string;
  readonly hash: string;
  readonly token_hash: string | null;
  readonly actor: string | null;
  readonly scope: Scope | null;
  readonly reach: string | null;
  readonly created_at: number;
  readonly seen_at: number;
  readonly expires_at: number;
}

export class SqliteSessions {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  list(): StoredSession[] {
    return this.#rows.all<SessionRow>('SELECT * FROM sessions ORDER BY created_at, rowid').flatMap((row) => toSession(row) ?? []);
  }

  add({ id, hash, of, createdAt, seenAt, expiresAt }: StoredSession): void {
    const owner = 'tokenHash' in of ? [of.tokenHash, null, null, null] : [null, of.actor, of.scope, of.reach];
    this.#rows.run(
      `INSERT INTO sessions (id, hash, token_hash, actor, scope, reach, created_at, seen_at, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[id, hash, ...owner, createdAt, seenAt, expiresAt],
    );
  }

  remove(ids: readonly string[]): void {
    for (const id of ids) this.#rows.run('DELETE FROM sessions WHERE id = ?', id);
  }

  saveUses(uses: readonly SessionUse[]): void {
    for (const { id, seenAt } of uses) this.#rows.run('UPDATE sessions SET seen_at = ? WHERE id = ?', seenAt, id);
  }
}

/** One that is of nobody lets nobody in. */
function toSession(row: SessionRow): StoredSession | undefined {
  const { id, hash, token_hash: tokenHash, actor, scope, reach, created_at: createdAt, seen_at: seenAt, expires_at: expiresAt } = row;
  const of = tokenHash !== null ? { tokenHash } : actor !== null && scope !== null && reach !== null ? { actor, scope, reach } : undefined;
  return of && Object.freeze({ id, hash, of: Object.freeze(of), createdAt, seenAt, expiresAt });
}

/** The tokens of the SQLite store. */

import { NboxError } from '../../guards/errors.ts';
import type { StoredToken } from '../access/access-token.ts';
import type { Scope } from '../access/scope.ts';
import type { Rows } from './sqlite-statements.ts';
import type { TokenUse } from './store.ts';

interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly hash: string;
  readonly scope: Scope;
  readonly reach: string;
  readonly created_at: number;
  readonly created_by: string;
  readonly expires_at: number | null;
  readonly used_at: number | null;
}

export class SqliteTokens {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  list(): StoredToken[] {
    return this.#rows.all<TokenRow>('SELECT * FROM tokens ORDER BY name').map(toToken);
  }

  add({ id, name, hash, scope, reach, createdAt, createdBy, expiresAt, usedAt }: StoredToken, most: number): void {
    if (this.#rows.all('SELECT 1 FROM tokens WHERE name = ?', name).length > 0) {
      throw new NboxError('token_exists', { detail: `There is a token ${JSON.stringify(name)} already`, pointer: '/name' });
    }
    const { count } = this.#rows.get<{ count: number }>('SELECT count(*) AS count FROM tokens') ?? { count: 0 };
    if (count >= most) throw new NboxError('too_many_tokens', `There are ${count} tokens, and there may be ${most}: revoke some first`);
    this.#rows.run(
      `INSERT INTO tokens (id, name, hash, scope, reach, created_at, created_by, expires_at, used_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[id, name, hash, scope, reach, createdAt, createdBy, expiresAt ?? null, usedAt ?? null],
    );
  }

  remove(id: string): void {
    this.#rows.run('DELETE FROM sessions WHERE token_hash = (SELECT hash FROM tokens WHERE id = ?)', id);
    this.#rows.run('DELETE FROM tokens WHERE id = ?', id);
  }

  saveUses(uses: readonly TokenUse[]): void {
    for (const { id, usedAt } of uses) this.#rows.run('UPDATE tokens SET used_at = ? WHERE id = ?', usedAt, id);
  }
}

function toToken({ created_at, created_by, expires_at, used_at, ...row }: TokenRow): StoredToken {
  const times = { createdAt: created_at, createdBy: created_by, expiresAt: expires_at ?? undefined, usedAt: used_at ?? undefined };
  return Object.freeze({ ...row, ...times });
}

/** A connection's statements, each prepared once. */

import type { DatabaseSync, StatementSync } from 'node:sqlite';

export class Prepared {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** @param db whoever closes it lets go of these */
  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** @param sql one of few texts: each is kept */
  get(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

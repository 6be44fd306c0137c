/** How the rows of an export lie in SQLite's tables: read from there, and written into them. */

import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { NboxError } from '../../guards/errors.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import type { ExportSelection, RowKind, StoreRow } from './store-row.ts';

interface RowTable {
  readonly table: string;
  /** The columns by the fields that they hold. */
  readonly columns: Readonly<Record<string, string>>;
  /** The fields that are JSON in their columns. */
  readonly json: readonly string[];
  readonly flags: readonly string[];
  /** The columns that say again what fields say, for the database's own use. */
  readonly derived: Readonly<Record<string, (row: StoreRow) => SQLInputValue>>;
}

const same = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, name]));
const plain = { json: [], flags: [], derived: {} };
const shareOf = (row: StoreRow, i: number) => (row.kind === 'deployment' ? (row.releases[i]?.number ?? null) : null);

/** Every table and column is here or in `leftOut`: a test holds that against the schema. */
export const rowTables: Readonly<Record<RowKind, RowTable>> = {
  setting: { ...plain, table: 'settings', columns: same('name', 'value') },
  plugin: {
    ...{ ...plain, table: 'plugins' },
    columns: {
      ...{ plugin: 'id', nextRelease: 'next_release', nextDeployment: 'next_deployment', live: 'live_deployment' },
      nextRollout: 'next_rollout',
      ...{ removedAt: 'removed_at', removedBy: 'removed_by' },
    },
  },
  release: {
    ...{ ...plain, table: 'releases' },
    columns: {
      ...same('plugin', 'number', 'hash', 'manifest', 'interfaces', 'actor', 'message', 'timings', 'diagnostics', 'gates'),
      ...{ typeErrors: 'type_errors', createdAt: 'created_at', sourceBytes: 'source_bytes', bundleBytes: 'bundle_bytes' },
    },
    json: ['manifest', 'interfaces', 'timings', 'diagnostics', 'gates'],
    flags: ['typeErrors'],
  },
  content: {
    ...{ ...plain, table: 'contents' },
    columns: { ...same('plugin', 'number', 'files', 'code', 'sites'), sourceMap: 'source_map' },
    json: ['files', 'sites'],
  },
  deployment: {
    ...{ ...plain, table: 'deployments' },
    columns: { ...same('plugin', 'number', 'releases', 'actor', 'cause', 'message', 'replaced'), createdAt: 'created_at' },
    json: ['releases'],
    derived: { release: (row) => shareOf(row, 0), second: (row) => shareOf(row, 1) },
  },
  rollout: {
    ...{ ...plain, table: 'rollouts' },
    columns: {
      ...same('plugin', 'number', 'release', 'base', 'plan', 'state', 'step', 'run', 'deployment', 'actor', 'message', 'decisions'),
      ...{ stepAt: 'step_at', startedAt: 'started_at', endedAt: 'ended_at' },
    },
    json: ['plan', 'decisions'],
  },
  capsule: {
    ...{ ...plain, table: 'capsules' },
    columns: { ...same('plugin', 'id', 'release', 'actor', 'message', 'summary', 'content'), keptAt: 'kept_at' },
  },
  once: { ...plain, table: 'idempotency', columns: same('plugin', 'key', 'fingerprint', 'release', 'deployment', 'at') },
  change: { ...plain, table: 'changes', columns: same('number', 'plugin', 'deployment', 'at') },
  budget: {
    ...{ ...plain, table: 'budgets' },
    columns: {
      ...same('version', 'scope', 'window', 'calls', 'mode', 'actor', 'message'),
      ...{ cpuSeconds: 'cpu_seconds', memoryBytes: 'memory_bytes', warnAt: 'warn_at', setAt: 'set_at' },
    },
  },
};

/**
 * Tables of which nothing is exported. What was counted for budgets, and who used which interface when, is of one host and its traffic.
 * Tokens and sessions let people in to one host: restored elsewhere, they would go on opening what their holders were never let in to,
 * and, of a backup, what has been revoked since. The audit tells what was done to one host, by a chain that has one end.
 */
export const leftOut: readonly string[] = ['snapshots', 'budget_counts', 'interface_uses', 'tokens', 'sessions', 'audit', 'audit_ends'];

/** For how long rows are read before the event loop has a turn. */
const turnMs = 4;

/**
 * In the order that `StoreRow` has, as they are when the first is read. The caller owns the database, on which nothing is
 * written meanwhile.
 * @throws NboxError `no_such_plugin`, before the first row
 */
export async function* readRows(db: DatabaseSync, { plugins, token }: ExportSelection): AsyncGenerator<StoreRow, void, void> {
  db.exec('BEGIN');
  const chosen = plugins === undefined ? undefined : [...new Set(plugins)].sort();
  for (const one of chosen ?? []) {
    if (db.prepare('SELECT 1 FROM plugins WHERE id = ?').get(one) === undefined) {
      throw new NboxError('no_such_plugin', `There is no plugin ${one}, and never was`);
    }
  }
  let turnAt = performance.now();
  for (const row of allRows(db, chosen, token)) {
    yield row;
    if (performance.now() - turnAt < turnMs) continue;
    await new Promise((resolve) => setImmediate(resolve));
    turnAt = performance.now();
  }
}

function* allRows(db: DatabaseSync, chosen: readonly PluginId[] | undefined, token: boolean): Generator<StoreRow, void, void> {
  const reader = (kind: RowKind, rest: string) => {
    const statement = db.prepare(`SELECT ${Object.values(rowTables[kind].columns).join(', ')} FROM ${rowTables[kind].table} ${rest}`);
    return function* (...values: SQLInputValue[]) {
      for (const row of statement.iterate(...values)) yield toRow(kind, row);
    };
  };
  const one = reader('plugin', 'WHERE id = ?');
  const releases = reader('release', 'WHERE plugin = ? ORDER BY number');
  const contents = reader('content', 'WHERE plugin = ? AND number = ?');
  const deployments = reader('deployment', 'WHERE plugin = ? ORDER BY number');
  const rollouts = reader('rollout', 'WHERE plugin = ? ORDER BY number');
  const capsules = reader('capsule', 'WHERE plugin = ? ORDER BY id');
  const once = reader('once', 'WHERE plugin = ? ORDER BY key');

  if (token) yield* reader('setting', "WHERE name = 'admin_token_hash'")();
  for (const row of chosen === undefined ? reader('plugin', 'ORDER BY id')() : chosen.flatMap((id) => [...one(id)])) {
    yield row;
    if (row.kind !== 'plugin') continue;
    for (const release of releases(row.plugin)) {
      yield release;
      if (release.kind === 'release') yield* contents(release.plugin, release.number);
    }
    yield* deployments(row.plugin);
    yield* rollouts(row.plugin);
    yield* capsules(row.plugin);
    yield* once(row.plugin);
  }
  const among = new Set<string>(chosen);
  for (const row of reader('change', 'ORDER BY number')()) {
    if (chosen === undefined || (row.kind === 'change' && among.has(row.plugin))) yield row;
  }
  for (const row of reader('budget', 'ORDER BY scope')()) {
    if (chosen === undefined || (row.kind === 'budget' && among.has(row.scope))) yield row;
  }
}

function toRow(kind: RowKind, columns: Record<string, SQLOutputValue>): StoreRow {
  const { columns: names, json, flags } = rowTables[kind];
  const row: Record<string, unknown> = { kind };
  for (const [field, column] of Object.entries(names)) {
    const value = columns[column];
    row[field] = json.includes(field) ? JSON.parse(value as string) : flags.includes(field) ? value === 1 : value;
  }
  return row as StoreRow;
}

/** What writes a row into the database, in the transaction that is open there. */
export function rowWriter(db: DatabaseSync): (row: StoreRow) => void {
  const statements = new Map<RowKind, StatementSync>();
  for (const [kind, { table, columns, derived }] of Object.entries(rowTables) as [RowKind, RowTable][]) {
    const names = [...Object.values(columns), ...Object.keys(derived)];
    // A token that a host has made at its start gives way to the one of the export.
    const verb = kind === 'setting' ? 'INSERT OR REPLACE' : 'INSERT';
    statements.set(kind, db.prepare(`${verb} INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`));
  }
  return (row) => {
    const { columns, json, flags, derived } = rowTables[row.kind];
    const values = Object.keys(columns).map((field): SQLInputValue => {
      const value = (row as Readonly<Record<string, unknown>>)[field];
      if (json.includes(field)) return JSON.stringify(value);
      return flags.includes(field) ? Number(value) : (value as SQLInputValue);
    });
    statements.get(row.kind)?.run(...values, ...Object.values(derived).map((make) => make(row)));
  };
}

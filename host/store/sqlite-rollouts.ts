/** The rollouts of the SQLite store: rows of their own, written in the transactions of the deployments that belong to them. */

import type { PluginId } from '../../loader/plugin-id.ts';
import type { Decision, Rollout, RolloutState } from '../rollout/rollout.ts';
import { isUnderWay } from '../rollout/rollout.ts';
import type { Rows } from './sqlite-statements.ts';

interface RolloutRow {
  readonly plugin: PluginId;
  readonly number: number;
  readonly release: number;
  readonly base: number;
  readonly plan: string;
  readonly state: RolloutState;
  readonly step: number;
  readonly step_at: number;
  readonly run: number;
  readonly deployment: number;
  readonly actor: string;
  readonly message: string;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly decisions: string;
}

/** Of each plugin, the newest. */
const mostKept = 50;

export class SqliteRollouts {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  nextNumber(plugin: PluginId): number {
    const row = this.#rows.get<{ next_rollout: number }>('SELECT next_rollout FROM plugins WHERE id = ?', plugin);
    return row?.next_rollout ?? 1;
  }

  list(plugin: PluginId): Rollout[] {
    return this.#rows.all<RolloutRow>('SELECT * FROM rollouts WHERE plugin = ? ORDER BY number DESC', plugin).map(toRollout);
  }

  underWay(): Rollout[] {
    return this.#rows.all<RolloutRow>("SELECT * FROM rollouts WHERE state IN ('running', 'paused') ORDER BY plugin").map(toRollout);
  }

  /** In place of the one with its number. An index refuses a second one that is under way. */
  save(rollout: Rollout): void {
    const { plugin, number } = rollout;
    this.#rows.run(
      `INSERT INTO rollouts (plugin, number, release, base, plan, state, step, step_at, run, deployment, actor, message, started_at, ended_at, decisions)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (plugin, number) DO UPDATE SET state = excluded.state, step = excluded.step, step_at = excluded.step_at, run = excluded.run,
         deployment = excluded.deployment, ended_at = excluded.ended_at, decisions = excluded.decisions`,
      ...[plugin, number, rollout.release, rollout.base, JSON.stringify(rollout.plan), rollout.state, rollout.step, rollout.stepAt],
      ...[rollout.run, rollout.deployment, rollout.actor, rollout.message, rollout.startedAt, rollout.endedAt ?? null],
      JSON.stringify(rollout.decisions),
    );
    this.#rows.run('UPDATE plugins SET next_rollout = max(next_rollout, ?) WHERE id = ?', number + 1, plugin);
    if (isUnderWay(rollout)) this.#rows.run('DELETE FROM rollouts WHERE plugin = ? AND number <= ?', plugin, number - mostKept);
  }

  remove(plugin: PluginId): void {
    this.#rows.run('DELETE FROM rollouts WHERE plugin = ?', plugin);
  }
}

/** JSON leaves out what is undefined. */
function toRollout(row: RolloutRow): Rollout {
  const { plugin, number, release, base, state, step, run, deployment, actor, message } = row;
  const decisions = (JSON.parse(row.decisions) as Decision[]).map((one) =>
    Object.freeze({ ...one, percentage: one.percentage, health: one.health }),
  );
  const plan = JSON.parse(row.plan) as Rollout['plan'];
  return Object.freeze({
    ...{
      plugin,
      number,
      release,
      base,
      plan: Object.freeze({ ...plan, timeoutMs: plan.timeoutMs }),
      state,
      step,
      stepAt: row.step_at,
      run,
    },
    ...{ deployment, actor, message, startedAt: row.started_at, endedAt: row.ended_at ?? undefined, decisions: Object.freeze(decisions) },
  });
}

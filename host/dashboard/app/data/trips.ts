/** Where a plugin fails: failures of one kind at one place of its source are one row. */

import type { Failure, Position } from '../api/wire.ts';

export interface FailingPlace {
  readonly code: string;
  readonly release: number;
  readonly position: Position | null;
  readonly detail: string;
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly lastAt: number;
}

/** What guards end calls by. */
const guards: ReadonlySet<string> = new Set([
  'cpu_exceeded',
  'loop_budget_exceeded',
  'memory_exceeded',
  'deadline_exceeded',
  'response_too_large',
]);

export function isTrip(code: string): boolean {
  return guards.has(code);
}

/** The most frequent first. */
export function placesOf(failures: readonly Failure[]): FailingPlace[] {
  const places = new Map<string, FailingPlace>();
  for (const { code, release, position, detail, at } of failures) {
    // An error that is thrown in one place may have a text of its own each time.
    const key = `${code} ${release} ${position === null ? detail : `${position.file}:${position.line}`}`;
    const time = Date.parse(at);
    const found = places.get(key);
    if (found === undefined) places.set(key, { code, release, position, detail, count: 1, lastAt: time });
    else
      places.set(key, {
        ...found,
        count: found.count + 1,
        lastAt: Math.max(found.lastAt, time),
        detail: time >= found.lastAt ? detail : found.detail,
      });
  }
  return [...places.values()].sort((a, b) => b.count - a.count || b.lastAt - a.lastAt);
}

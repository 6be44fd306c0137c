/** What plugins write to their consoles, as lines of the host's log: bounded, printable, and named by what has said it. */

import { LineBudget } from './line-budget.ts';
import type { Logger } from './log.ts';
import type { PoolOptions } from './pool/pool.ts';
import { printable } from './printable.ts';
import { accountOf, named } from './release/release.ts';

/** Of one plugin. */
const linesPerSecond = 200;
const levels = ['debug', 'info', 'warn', 'error'] as const;

export interface PluginLinesParts {
  readonly log: Logger;
  /** Milliseconds of any clock. */
  readonly now: () => number;
}

export function pluginLines({ log, now }: PluginLinesParts): PoolOptions['onLog'] {
  const budget = new LineBudget(linesPerSecond, now);
  return ({ release }, level, text, last) => {
    const { allowed, dropped } = budget.take(accountOf(release));
    if (!allowed) return;
    const said = {
      ...(release.trial === undefined ? named(release) : { plugin: release.plugin, for: release.trial }),
      ...(last ? { rest: 'dropped' } : {}),
      ...(dropped === 0 ? {} : { dropped }),
    };
    log[levels[level] ?? 'info'](said, printable(text));
  };
}

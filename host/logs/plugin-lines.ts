/**
 * What plugins write to their consoles, as lines: bounded, printable, and named by the host for what has said it. Nothing in
 * a line but its text and its level is the plugin's word. Each goes to the host's log, to the plugin's ring and to the file.
 */

import { LineBudget } from '../line-budget.ts';
import type { Logger } from '../log.ts';
import type { PoolOptions, SaidLine } from '../pool/pool.ts';
import { printable } from '../printable.ts';
import { accountOf, named, type Release } from '../release/release.ts';
import { type Entry, levels, type Speaker } from './line.ts';
import type { PluginLogs, Said } from './plugin-logs.ts';

/** A line takes the host some 20 µs, most of it for its own log; one of 8 KiB of control characters as much as nine others. */
const bounds = { perSecond: 200, allPerSecond: 5_000 };
/** Of a line, in UTF-16 code units; as many as an executor sends, unless what is not printable makes it longer. */
const mostLength = 8_192;
const partLength = 1_024;
/** So many bytes of a text count as one more line. */
const heavyBytes = 1_024;
/** No code unit takes more in UTF-8. */
const mostBytes = mostLength * 3;

export interface PluginLinesParts {
  readonly log: Logger;
  readonly logs: Pick<PluginLogs, 'write'>;
  /** Takes every entry, at once. */
  readonly sink: ((plugin: string, entry: Entry) => void) | undefined;
  /** Whether there is such a plugin: the last calls of one that was removed must not bring its log back. */
  readonly exists: (plugin: string) => boolean;
  /** Milliseconds of the clock that only goes forward. */
  readonly elapsed: () => number;
}

export class PluginLines {
  readonly #parts: PluginLinesParts;
  readonly #budget: LineBudget;
  /** By name in the budget: of whom lines were dropped since the last sweep. */
  readonly #cut = new Map<string, Release>();

  constructor(parts: PluginLinesParts) {
    this.#parts = parts;
    this.#budget = new LineBudget(bounds, parts.elapsed);
  }

  /** Takes a line of an executor. The budget comes first: of a flood, nothing but that is looked at. */
  readonly take: PoolOptions['onLog'] = (said) => {
    const { release } = said.live;
    const name = budgetName(release);
    const { allowed, dropped } = this.#budget.take(name, 1 + Math.floor(Math.min(said.frame.text.length, mostBytes) / heavyBytes));
    if (!allowed) {
      if (!this.#cut.has(name)) this.#cut.set(name, release);
      return;
    }
    const { text, isCut } = textOf(said.frame.text);
    const level = levels[said.frame.level] ?? 'info';
    const { plugin } = release;
    const marks = {
      ...(release.trial === undefined ? named(release) : { plugin, for: release.trial }),
      ...(said.call?.id === undefined ? {} : { call: said.call.id }),
      ...(said.frame.last ? { rest: 'dropped' } : {}),
      ...(dropped === 0 ? {} : { dropped }),
    };
    this.#parts.log[level](marks, text);
    if (!this.#mayBeKept(release)) return;
    if (dropped > 0) this.#write(plugin, droppedOf(release, dropped));
    this.#write(plugin, {
      ...{ kind: 'line', ...speakerOf(release), interface: said.call?.interface, call: said.call?.id, executor: said.executor },
      ...{ level, text, isCut, isLast: said.frame.last },
    });
  };

  /** Tells of lines that were dropped with none after them. To be called now and then. */
  sweep(): void {
    for (const { name, dropped } of this.#budget.drain()) {
      const release = this.#cut.get(name) as Release;
      const { plugin, preview, trial } = release;
      this.#parts.log.info({ plugin, preview, for: trial, dropped }, 'lines of a console were dropped');
      if (this.#mayBeKept(release)) this.#write(plugin, droppedOf(release, dropped));
    }
    this.#cut.clear();
  }

  #mayBeKept({ plugin, preview, trial }: Release): boolean {
    return preview !== undefined || trial !== undefined || this.#parts.exists(plugin);
  }

  #write(plugin: string, said: Said): void {
    const entry = this.#parts.logs.write(plugin, said);
    this.#parts.sink?.(plugin, entry);
  }
}

function textOf(bytes: SaidLine['frame']['text']): { text: string; isCut: boolean } {
  const whole = bytes.toString('utf8', 0, Math.min(bytes.length, mostBytes));
  // In parts: a text of nothing but control characters would be made six times as long, and then be cut.
  let text = '';
  for (let at = 0; at < whole.length && at < mostLength && text.length < mostLength; at += partLength) {
    text += printable(whole.slice(at, Math.min(at + partLength, mostLength)));
  }
  const isCut = bytes.length > mostBytes || whole.length > mostLength || text.length > mostLength;
  return { text: text.slice(0, mostLength).toWellFormed(), isCut };
}

function speakerOf({ number, preview, trial }: Release): Speaker {
  if (preview === undefined && trial === undefined) return { release: number };
  return { ...(preview === undefined ? {} : { preview }), ...(trial === undefined ? {} : { trial }) };
}

function droppedOf({ preview, trial }: Release, lines: number): Said {
  return { kind: 'dropped', ...(preview === undefined ? {} : { preview }), ...(trial === undefined ? {} : { trial }), lines };
}

/** What tests and replays say is not to take from what the plugin may. */
function budgetName(release: Release): string {
  return release.trial === undefined ? accountOf(release) : `${release.plugin}?${release.trial}`;
}

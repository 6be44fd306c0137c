/** Usage that is read for a query, added up by what it keeps apart. */

import { covers } from '../access/reach.ts';
import { addNumbers, type CellName, eachSection, noName, readCellName } from './block.ts';
import { Cell } from './cell.ts';
import { isPart, noRelease, parts } from './counters.ts';
import type { Grouping, UsageQuery } from './query.ts';

/** More rows than may be, or more to read than there is time for. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
}

/** What one row is of. `null` where what was used is of none, as the machine's CPU time of a release. */
export type Names = Readonly<Partial<Record<Grouping, string | number | null>>>;

export interface Group {
  /** The first second of its step, or of the range. */
  readonly at: number;
  readonly names: Names;
  /** All of it. */
  readonly sum: Cell;
  /** Its calls. */
  readonly outcomes: Map<string, number>;
}

const perPlugin: ReadonlySet<Grouping> = new Set(['plugin', 'domain', 'group', 'release', 'interface']);

export class Grouped {
  readonly #groupings: readonly Grouping[];
  readonly #plugin: string | undefined;
  readonly #below: string | undefined;
  readonly #hasParts: boolean;
  /** Where plugins are read one by one, their total would count them twice. */
  readonly #takesTotal: boolean;
  readonly #isInDetail: boolean;
  readonly #hasOutcomes: boolean;
  readonly #mostRows: number;
  readonly #groups = new Map<string, Group>();
  /** Of one time, by plugin and what is kept apart of its cells: so that names are made once, and not for each cell. */
  readonly #found = new Map<string, Map<string, Group>>();
  #at = Number.NaN;
  readonly #cell = noName();

  constructor({ groupings, plugin, below }: Pick<UsageQuery, 'groupings' | 'plugin' | 'below'>, mostRows: number) {
    this.#groupings = groupings;
    this.#plugin = plugin;
    this.#below = below;
    this.#hasParts = groupings.includes('part');
    this.#takesTotal = !groupings.some((one) => perPlugin.has(one));
    this.#isInDetail = groupings.includes('release') || groupings.includes('interface');
    this.#hasOutcomes = groupings.includes('outcome');
    this.#mostRows = mostRows;
  }

  get groups(): readonly Group[] {
    return [...this.#groups.values()];
  }

  /**
   * @param at of the row that it belongs to
   * @throws TooLargeError
   */
  add(block: Uint8Array, at: number): void {
    if (at !== this.#at) this.#found.clear();
    this.#at = at;
    const cell = this.#cell;
    eachSection(block, (plugin, reader, end) => {
      if (!this.#wants(plugin)) return;
      let found = this.#found.get(plugin);
      if (found === undefined) {
        found = new Map();
        this.#found.set(plugin, found);
      }
      while (reader.at < end) {
        readCellName(reader, cell);
        const { sum, outcomes } = this.#find(found, plugin, at, cell);
        const calls = addNumbers(reader, sum);
        if (cell.outcome !== '') outcomes.set(cell.outcome, (outcomes.get(cell.outcome) ?? 0) + calls);
      }
    });
  }

  #wants(name: string): boolean {
    if (this.#plugin !== undefined) return name === this.#plugin;
    // What is no plugin's is below nothing.
    if (this.#below !== undefined) return covers(this.#below, name);
    if (name === parts.total) return this.#takesTotal;
    return !isPart(name) || this.#hasParts;
  }

  #find(found: Map<string, Group>, plugin: string, at: number, cell: CellName): Group {
    const { release, interface: interfaceName, outcome } = cell;
    const key = this.#isInDetail ? `${release}\n${interfaceName}\n${outcome}` : this.#hasOutcomes ? outcome : '';
    let group = found.get(key);
    if (group === undefined) {
      group = this.#group(at, this.#names(plugin, release, interfaceName, outcome));
      found.set(key, group);
    }
    return group;
  }

  #names(plugin: string, release: number, interfaceName: string, outcome: string): Names {
    const ofPlugin = isPart(plugin) ? undefined : plugin.split('/');
    const isCall = release !== noRelease;
    const names: Partial<Record<Grouping, string | number | null>> = {};
    for (const grouping of this.#groupings) {
      if (grouping === 'plugin') names.plugin = ofPlugin === undefined ? null : plugin;
      else if (grouping === 'domain') names.domain = ofPlugin?.[0] ?? null;
      else if (grouping === 'group') names.group = ofPlugin?.[1] ?? null;
      else if (grouping === 'part') names.part = isPart(plugin) && plugin !== parts.total ? plugin.slice(1) : 'plugins';
      else if (grouping === 'release') names.release = isCall ? (release < 0 ? 'other' : release) : null;
      else if (grouping === 'interface') names.interface = isCall ? interfaceName : null;
      else names.outcome = outcome === '' ? null : outcome;
    }
    return names;
  }

  #group(at: number, names: Names): Group {
    let key = String(at);
    for (const grouping of this.#groupings) key += `\n${names[grouping]}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      if (this.#groups.size >= this.#mostRows) throw new TooLargeError(`there are more than ${this.#mostRows} rows`);
      group = { at, names, sum: new Cell(0, '', ''), outcomes: new Map() };
      this.#groups.set(key, group);
    }
    return group;
  }
}

/** Usage that is read for a query, added up by what it keeps apart. */

import { addSection, type Section, sectionsOf } from './block.ts';
import { Cell, Cells } from './cell.ts';
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
  /** By outcome; those of release 0 and of no interface. */
  readonly cells: Cells;
}

/** As many outcomes as there are codes, with room to spare. */
const mostOutcomes = 128;
const perPlugin: ReadonlySet<Grouping> = new Set(['plugin', 'domain', 'group', 'release', 'interface']);
const perCell: ReadonlySet<Grouping> = new Set(['release', 'interface', 'outcome']);

export class Grouped {
  readonly #groupings: readonly Grouping[];
  readonly #plugin: string | undefined;
  readonly #hasParts: boolean;
  /** Where plugins are read one by one, their total would count them twice. */
  readonly #takesTotal: boolean;
  readonly #isPerCell: boolean;
  readonly #mostRows: number;
  readonly #groups = new Map<string, Group>();
  /** The group of a plugin's whole section, where nothing within it is kept apart. */
  readonly #sections = new Map<string, Group>();
  #at = Number.NaN;

  constructor({ groupings, plugin }: Pick<UsageQuery, 'groupings' | 'plugin'>, mostRows: number) {
    this.#groupings = groupings;
    this.#plugin = plugin;
    this.#hasParts = groupings.includes('part');
    this.#takesTotal = !groupings.some((one) => perPlugin.has(one));
    this.#isPerCell = groupings.some((one) => perCell.has(one));
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
    if (at !== this.#at) this.#sections.clear();
    this.#at = at;
    for (const section of sectionsOf(block)) if (this.#wants(section.plugin)) this.#add(section, at);
  }

  #wants(name: string): boolean {
    if (this.#plugin !== undefined) return name === this.#plugin;
    if (name === parts.total) return this.#takesTotal;
    return !isPart(name) || this.#hasParts;
  }

  #add(section: Section, at: number): void {
    const { plugin } = section;
    if (this.#isPerCell) {
      addSection(section, (release, interfaceName, outcome) =>
        cellOf(this.#group(at, this.#names(plugin, release, interfaceName, outcome)), outcome),
      );
      return;
    }
    let group = this.#sections.get(plugin);
    if (group === undefined) {
      group = this.#group(at, this.#names(plugin, 0, '', ''));
      this.#sections.set(plugin, group);
    }
    const into = group;
    addSection(section, (_release, _interface, outcome) => cellOf(into, outcome));
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
      group = { at, names, cells: new Cells(mostOutcomes) };
      this.#groups.set(key, group);
    }
    return group;
  }
}

function cellOf({ cells }: Group, outcome: string): Cell {
  return outcome === '' ? cells.machine() : cells.cell(0, '', outcome);
}

/** All of a group in one, and its calls by outcome. */
export function summed({ cells }: Group): { sum: Cell; outcomes: Record<string, number> } {
  const [first, ...rest] = cells.list;
  const sum = rest.length === 0 && first !== undefined ? first : new Cell(0, '', '');
  const outcomes: Record<string, number> = {};
  for (const cell of cells.list) {
    if (cell !== sum) sum.merge(cell);
    if (cell.outcome !== '') outcomes[cell.outcome] = cell.numbers[0] as number;
  }
  return { sum, outcomes };
}

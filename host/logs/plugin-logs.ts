/** The last lines of every plugin's console: a ring each, in memory, within bounds. */

import { type Filter, matcher } from './filter.ts';
import type { DroppedEntry, Entry, SaidEntry } from './line.ts';
import { Ring, type RingBounds } from './ring.ts';

export interface PluginLogsOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Of each plugin. */
  readonly ofOne?: RingBounds;
  /** What all rings may take of memory, more or less. */
  readonly mostBytes?: number;
}

export interface Page {
  readonly entries: readonly Entry[];
  /** Whether entries behind the one that was asked from have gone. */
  readonly isGone: boolean;
  /** To go on behind: the sequence number up to which was looked. */
  readonly next: number;
}

/** What was said, without what the log itself gives it. */
export type Said = Omit<SaidEntry, 'sequence' | 'at'> | Omit<DroppedEntry, 'sequence' | 'at'>;

export const ringBounds = Object.freeze({ entries: 1_000, bytes: 1_048_576 });
const defaultBytes = 64 * 1_048_576;
/** Of sequence numbers, in a millisecond: so that a host that is started again goes on beyond those of its last life. */
const perMs = 1_000;

export class PluginLogs {
  readonly #options: Required<PluginLogsOptions>;
  /** By plugin, the one that was written last at the end. */
  readonly #rings = new Map<string, Ring>();
  #bytes = 0;
  #sequence: number;
  /** Rings that went as a whole had nothing behind it. */
  #goneThrough: number;

  constructor(options: PluginLogsOptions) {
    this.#options = { ofOne: ringBounds, mostBytes: defaultBytes, ...options };
    this.#sequence = options.now() * perMs;
    this.#goneThrough = this.#sequence;
  }

  /** What all rings take of memory, more or less. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The sequence number of what was written last. */
  get latest(): number {
    return this.#sequence;
  }

  has(plugin: string): boolean {
    return this.#rings.has(plugin);
  }

  /** @returns it as it is kept */
  write(plugin: string, said: Said): Entry {
    this.#sequence += 1;
    const entry: Entry = Object.freeze({ ...said, sequence: this.#sequence, at: this.#options.now() });
    const ring = this.ring(plugin);
    this.#bytes -= ring.bytes;
    ring.push(entry);
    this.#bytes += ring.bytes;
    this.#rings.delete(plugin);
    this.#rings.set(plugin, ring);
    if (this.#bytes > this.#options.mostBytes) this.#makeRoom();
    return entry;
  }

  /**
   * @param since a sequence number: the first entries behind it, to be read on from `next`; without it, the last ones
   * @param limit of the entries
   */
  page(plugin: string, filter: Filter, limit: number, since: number | undefined): Page {
    const ring = this.#rings.get(plugin);
    if (ring === undefined)
      return { entries: [], isGone: since !== undefined && (since > this.#sequence || since < this.#goneThrough), next: this.#sequence };
    const matches = matcher(filter);
    const entries: Entry[] = [];
    if (since === undefined) {
      for (let at = ring.end - 1; at >= ring.start && entries.length < limit; at -= 1) {
        const entry = ring.at(at) as Entry;
        if (matches(entry)) entries.push(entry);
      }
      return { entries: entries.reverse(), isGone: false, next: this.#sequence };
    }
    let next = this.#sequence;
    for (let at = this.positionAfter(ring, since); at < ring.end; at += 1) {
      const entry = ring.at(at) as Entry;
      if (!matches(entry)) continue;
      if (entries.length === limit) {
        next = entries.at(-1)?.sequence ?? since;
        break;
      }
      entries.push(entry);
    }
    return { entries, isGone: this.isGone(ring, since), next };
  }

  /** The plugin's ring, to be watched; there from now on, if only for that. Whoever has watched it says so by `leave`. */
  ring(plugin: string): Ring {
    let ring = this.#rings.get(plugin);
    if (ring === undefined) {
      ring = this.#newRing();
      this.#rings.set(plugin, ring);
      this.#bytes += ring.bytes;
    }
    return ring;
  }

  /** One less watches the ring. */
  leave(plugin: string, ring: Ring): void {
    if (this.#rings.get(plugin) === ring && !ring.isWatched && ring.end === ring.start) this.#drop(plugin, ring);
  }

  /** Where to go on reading behind a sequence number; one that has not been yet is of a clock that was set back. */
  positionAfter(ring: Ring, since: number): number {
    return since > this.#sequence ? ring.start : ring.after(since);
  }

  /** Whether entries behind a sequence number may have gone. */
  isGone(ring: Ring, since: number): boolean {
    return since > this.#sequence || ring.isGoneAfter(since);
  }

  /** The plugin is gone. */
  forget(plugin: string): void {
    const ring = this.#rings.get(plugin);
    if (ring !== undefined) this.#drop(plugin, ring);
  }

  #newRing(): Ring {
    return new Ring(this.#options.ofOne, this.#goneThrough);
  }

  /** The rings that were written to longest ago go as a whole. */
  #makeRoom(): void {
    for (const [plugin, ring] of this.#rings) {
      if (this.#bytes <= this.#options.mostBytes) return;
      this.#bytes -= ring.bytes;
      ring.clear();
      this.#bytes += ring.bytes;
      this.#goneThrough = Math.max(this.#goneThrough, ring.goneThrough);
      if (!ring.isWatched) this.#drop(plugin, ring);
    }
  }

  #drop(plugin: string, ring: Ring): void {
    this.#rings.delete(plugin);
    this.#bytes -= ring.bytes;
  }
}

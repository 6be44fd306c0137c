/** The tails that are open: how many there may be, their heartbeat, and their ends. */

import { NboxError } from '../../guards/errors.ts';
import { type Filter, matcher } from './filter.ts';
import type { PluginLogs } from './plugin-logs.ts';
import type { Ring } from './ring.ts';
import { Tail, type TailEnd } from './tail.ts';

export interface TailsParts {
  readonly logs: PluginLogs;
  /** Milliseconds of the clock that only goes forward. */
  readonly elapsed: () => number;
  readonly bounds?: TailBounds;
}

export interface TailBounds {
  readonly inAll: number;
  /** Of whoever has one token. */
  readonly ofActor: number;
  /** Between two signs of life where nothing is said. */
  readonly beatMs: number;
  /** A client that reads nothing for so long is gone. */
  readonly stallMs: number;
  /** After that a client has to ask anew, and show a token that is valid then. */
  readonly ageMs: number;
}

export interface TailRequest {
  readonly plugin: string;
  readonly actor: string;
  readonly filter: Filter;
  /** Of the entries that there are already: the last ones. */
  readonly limit: number;
  /** In place of that, the sequence number to go on behind. */
  readonly since: number | undefined;
}

interface Open {
  readonly tail: Tail;
  readonly plugin: string;
  readonly ring: Ring;
  readonly actor: string;
  readonly openedAt: number;
}

export const tailBounds: TailBounds = Object.freeze({ inAll: 128, ofActor: 32, beatMs: 15_000, stallMs: 30_000, ageMs: 900_000 });
const retryS = 10;

export class Tails {
  readonly #parts: TailsParts;
  readonly #bounds: TailBounds;
  readonly #open = new Set<Open>();
  #beatAt: number;
  #isClosed = false;

  constructor(parts: TailsParts) {
    this.#parts = parts;
    this.#bounds = parts.bounds ?? tailBounds;
    this.#beatAt = parts.elapsed() + this.#bounds.beatMs;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Whoever gets it reads or destroys it. @throws NboxError `too_many_tails`, `stopping` */
  open({ plugin, actor, filter, limit, since }: TailRequest): Tail {
    const { logs, elapsed } = this.#parts;
    if (this.#isClosed) throw new NboxError('stopping', { detail: 'The host is stopping', retryAfterS: 5 });
    const { inAll, ofActor } = this.#bounds;
    const own = [...this.#open].filter((one) => one.actor === actor).length;
    if (this.#open.size >= inAll || own >= ofActor) {
      const detail = own >= ofActor ? `${ofActor} are open with this token` : `${inAll} are open`;
      throw new NboxError('too_many_tails', { detail, retryAfterS: retryS });
    }
    const ring = logs.ring(plugin);
    const matches = matcher(filter);
    let position = since === undefined ? ring.end : logs.positionAfter(ring, since);
    if (since === undefined) {
      for (let left = limit; left > 0 && position > ring.start; ) {
        position -= 1;
        const entry = ring.at(position);
        if (entry !== undefined && matches(entry)) left -= 1;
      }
    }
    // The sequence number right before the first: whoever is cut off before anything was said resumes there.
    const seen = since === undefined ? (ring.at(position - 1)?.sequence ?? ring.goneThrough) : Math.min(since, logs.latest);
    const tail = new Tail(ring, matches, { position, seen, isGone: since !== undefined && logs.isGone(ring, since) }, elapsed);
    const one = { tail, plugin, ring, actor, openedAt: elapsed() };
    this.#open.add(one);
    tail.once('close', () => {
      this.#open.delete(one);
      logs.leave(plugin, ring);
    });
    // Its client sees the cut.
    tail.on('error', () => {});
    return tail;
  }

  /** The plugin is gone. */
  removed(plugin: string): void {
    this.#end('removed', (one) => one.plugin === plugin);
  }

  /** To be called every now and then. */
  sweep(): void {
    const { elapsed } = this.#parts;
    const now = elapsed();
    const { stallMs, ageMs, beatMs } = this.#bounds;
    for (const { tail } of this.#open) if (tail.stalledMs() > stallMs) tail.destroy(new Error('the client reads nothing'));
    this.#end('renew', ({ openedAt }) => now - openedAt > ageMs);
    if (now < this.#beatAt) return;
    this.#beatAt = now + beatMs;
    for (const { tail } of this.#open) tail.beat();
  }

  /** Ends all, and opens none from here on. */
  close(): void {
    this.#isClosed = true;
    this.#end('stopping', () => true);
  }

  #end(why: TailEnd, which: (one: Open) => boolean): void {
    for (const one of [...this.#open]) if (which(one)) one.tail.end(why);
  }
}

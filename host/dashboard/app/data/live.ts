/** What the event stream has told: how things are now, what happened of late, and when something must be asked for again. */

import { signal } from '@preact/signals';
import type { Overview } from '../api/wire-host.ts';
import type { StreamEvent } from './event-stream.ts';
import { Ring } from './ring.ts';

export interface Happening {
  readonly type: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly plugin: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Seconds of `overview`. */
const mostOverviews = 300;
const mostHappenings = 200;

/** What is another after such an event: plugins and their deployments, or what is held against them. */
const changesPlugins: ReadonlySet<string> = new Set(['deployment', 'removal']);

export class Live {
  /** The newest; `undefined` before the first. */
  readonly overview = signal<Overview | undefined>(undefined);
  /** Counted up where lists of plugins and deployments are no longer right. */
  readonly changed = signal(0);
  /** The same of breakers. */
  readonly tripped = signal(0);
  /** The last that happened, the newest last. */
  readonly happenings = signal<readonly Happening[]>([]);
  readonly #overviews = new Ring<Overview>(mostOverviews);
  readonly #happenings = new Ring<Happening>(mostHappenings);

  get overviews(): readonly Overview[] {
    return this.#overviews.list();
  }

  take({ type, data }: StreamEvent): void {
    if (typeof data !== 'object' || data === null) return;
    if (type === 'overview') {
      this.#overviews.push(data as Overview);
      this.overview.value = data as Overview;
      return;
    }
    const fields = data as Readonly<Record<string, unknown>>;
    const plugin = typeof fields['plugin'] === 'string' ? fields['plugin'] : undefined;
    this.#happenings.push({ type, at: typeof fields['at'] === 'number' ? fields['at'] : 0, plugin, data: fields });
    this.happenings.value = this.#happenings.list();
    if (changesPlugins.has(type)) this.changed.value += 1;
    if (type === 'breaker' || type === 'trip') this.tripped.value += 1;
  }

  /** Something may have been missed. */
  gap(): void {
    this.changed.value += 1;
    this.tripped.value += 1;
  }

  /** For another user. */
  clear(): void {
    this.#overviews.clear();
    this.#happenings.clear();
    this.overview.value = undefined;
    this.happenings.value = [];
  }
}

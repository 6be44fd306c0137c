/**
 * When each interface of what is live was used last, and by whom. Kept by the store, exact to the hour: so an interface that nobody
 * has used for weeks is known as such though the host was started anew. What is live no more is forgotten.
 */

import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Noted, NotedReader } from '../meter/noted-records.ts';
import type { Store } from '../store/store.ts';
import { HeavyHitters, type Hitter } from './heavy-hitters.ts';
import type { InterfaceUse } from './interface-use.ts';

export interface InterfaceUsesParts {
  readonly store: Pick<Store, 'interfaceUses' | 'saveInterfaceUses' | 'dropInterfaceUses'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Logger;
  /** What is live: its plugin, and what of it can be called. */
  readonly live: () => Iterable<{ readonly plugin: string; readonly interfaces: Iterable<string> }>;
  readonly isLive: (plugin: string, name: string) => boolean;
  /** Has what was noted of calls and not yet read given to this one. */
  readonly addUp: () => void;
  /** Does the work every so often. @returns what ends that */
  readonly every: (ms: number, work: () => void) => () => void;
}

/** Of each interface. */
export const mostCallers = 20;
const lookMs = 60_000;
/** What has changed since it was saved so long ago is saved again. */
const saveAfterMs = 3_600_000;
/** At once: the store writes on the host's event loop. */
const mostSaved = 200;

class Use {
  readonly seenAt: number;
  usedAt: number | undefined;
  calls: number;
  readonly callers: HeavyHitters;
  /** `undefined`: never. */
  savedAt: number | undefined;
  savedCalls = -1;

  constructor(seenAt: number, usedAt?: number, calls = 0, callers: readonly Hitter[] = []) {
    this.seenAt = seenAt;
    this.usedAt = usedAt;
    this.calls = calls;
    this.callers = new HeavyHitters(mostCallers, callers);
  }
}

/** The calls of one plugin, some thousand at a time. */
interface PluginUses {
  readonly plugin: string;
  uses: Map<string, Use> | undefined;
}

export class InterfaceUses implements NotedReader<PluginUses> {
  readonly #parts: InterfaceUsesParts;
  /** By plugin and interface: of what is live, so that nothing that callers send adds to it. */
  #plugins = new Map<string, Map<string, Use>>();
  #end: () => void = () => {};
  #saving: Promise<void> = Promise.resolve();
  #isSavingBroken = false;

  constructor(parts: InterfaceUsesParts) {
    this.#parts = parts;
  }

  /** Goes on with what was seen before. Once, when what is live has been restored. */
  async restore(): Promise<void> {
    const { store, every } = this.#parts;
    const stored = await store.interfaceUses();
    for (const { plugin, interface: name, seenAt, usedAt, calls, callers } of stored) {
      const use = new Use(seenAt, usedAt, calls, callers);
      use.savedAt = this.#parts.clock.now();
      use.savedCalls = calls;
      const mine = this.#plugins.get(plugin) ?? new Map<string, Use>();
      this.#plugins.set(plugin, mine.set(name, use));
    }
    this.look();
    const gone = stored.filter((one) => this.#plugins.get(one.plugin)?.has(one.interface) !== true);
    if (gone.length > 0) {
      await store
        .dropInterfaceUses(gone)
        .catch((err: unknown) => this.#parts.log.warn({ err }, 'uses of what is gone could not be dropped'));
    }
    this.#end = every(lookMs, () => {
      this.look();
      void this.save(false);
    });
  }

  open(plugin: string): PluginUses {
    return { plugin, uses: this.#plugins.get(plugin) };
  }

  add(one: PluginUses, { interfaces, startedAt, callers }: Noted, index: number): void {
    const name = interfaces[index] as string;
    const use = one.uses?.get(name) ?? this.#first(one, name);
    // The last call of what is gone.
    if (use === undefined) return;
    use.calls += 1;
    const at = startedAt[index] as number;
    if (use.usedAt === undefined || at > use.usedAt) use.usedAt = at;
    const caller = callers[index];
    if (caller !== undefined) use.callers.add(caller);
  }

  /** What is live is watched, and nothing else any more. */
  look(): void {
    this.#parts.addUp();
    const now = this.#parts.clock.now();
    const next = new Map<string, Map<string, Use>>();
    for (const { plugin, interfaces } of this.#parts.live()) {
      const mine = next.get(plugin) ?? new Map<string, Use>();
      const before = this.#plugins.get(plugin);
      for (const name of interfaces) if (!mine.has(name)) mine.set(name, before?.get(name) ?? new Use(now));
      next.set(plugin, mine);
    }
    this.#plugins = next;
  }

  /** Of one plugin, or of all. */
  list(plugin?: string): InterfaceUse[] {
    // What was published a moment ago is in it, too.
    this.look();
    const all = plugin === undefined ? [...this.#plugins] : [[plugin, this.#plugins.get(plugin) ?? new Map<string, Use>()] as const];
    return all.flatMap(([id, uses]) => [...uses].map(([name, use]) => viewOf(id, name, use)));
  }

  /** Those that have changed and were saved an hour ago, a part of them at once; or all that have changed. Never rejects. */
  save(all: boolean): Promise<void> {
    this.#saving = this.#saving.then(() => this.#save(all));
    return this.#saving;
  }

  async close(): Promise<void> {
    this.#end();
    await this.save(true);
  }

  /** Of what was published since it was looked last. */
  #first(one: PluginUses, name: string): Use | undefined {
    if (!this.#parts.isLive(one.plugin, name)) return undefined;
    const use = new Use(this.#parts.clock.now());
    one.uses ??= new Map();
    this.#plugins.set(one.plugin, one.uses.set(name, use));
    return use;
  }

  async #save(all: boolean): Promise<void> {
    this.#parts.addUp();
    const now = this.#parts.clock.now();
    const due: [view: InterfaceUse, use: Use][] = [];
    for (const [plugin, uses] of this.#plugins) {
      for (const [name, use] of uses) {
        if (!all && due.length >= mostSaved) break;
        const isDue = use.savedAt === undefined || all || Math.abs(now - use.savedAt) >= saveAfterMs;
        if (use.calls !== use.savedCalls && isDue) due.push([viewOf(plugin, name, use), use]);
      }
    }
    if (due.length === 0) return;
    try {
      await this.#parts.store.saveInterfaceUses(due.map(([view]) => view));
    } catch (err) {
      if (!this.#isSavingBroken) this.#parts.log.warn({ err }, 'when interfaces were used could not be stored; it is tried again');
      this.#isSavingBroken = true;
      return;
    }
    this.#isSavingBroken = false;
    for (const [{ calls }, use] of due) {
      use.savedAt = now;
      use.savedCalls = calls;
    }
  }
}

function viewOf(plugin: string, name: string, { seenAt, usedAt, calls, callers }: Use): InterfaceUse {
  return { plugin, interface: name, seenAt, usedAt, calls, callers: callers.list() };
}

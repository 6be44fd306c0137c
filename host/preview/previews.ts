/**
 * The previews of this host: made off to the side, found by their ids, and ended by their time, by whoever deletes them, or by
 * their number. They live in memory alone.
 */

import { randomBytes } from 'node:crypto';
import { NboxError } from '../../guards/errors.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import { hashSecret, makeSecret, secretCheck } from '../access/secret.ts';
import type { Clock } from '../clock.ts';
import { ByteBudget, HeldBytes } from '../ingress/byte-budget.ts';
import { GuessBudget } from '../ingress/guess-budget.ts';
import type { Logger } from '../log.ts';
import { type Draft, type Preparer, rounded } from '../release/preparer.ts';
import { PublishQueue } from '../release/publish-queue.ts';
import type { LiveRelease } from '../release/release.ts';
import { idBytes } from './address.ts';
import { type PreviewImages, sourceBytes } from './images.ts';
import type { NewPreview, Preview, PreviewRequest } from './preview.ts';

/** Of one plugin; with a further one, its oldest ends. */
export const mostPerPlugin = 5;
/** What all previews may hold of the host's memory: sources, bundles, snapshots. */
const defaultMostBytes = 256 * 1_048_576;
/** What the sources of those may take that wait to be built. */
const mostWaitingBytes = 64 * 1_048_576;
/** For each preview, by each address and by all. */
const guessBounds = { perAddress: 10, inAll: 100 };
/** How often those whose time is over are looked for. */
const sweepMs = 1_000;

export interface PreviewsParts {
  readonly preparer: Pick<Preparer, 'draft'>;
  readonly images: PreviewImages;
  /** Cuts the replies that are still being made. */
  readonly endStreams: (live: LiveRelease) => void;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of all plugins; 0: there are none on this host. */
  readonly most: number;
  readonly mostBytes?: number;
  /** Told once of each that has ended. */
  readonly onEnded: (id: string) => void;
}

type End = 'expired' | 'deleted' | 'plugin removed' | 'made room';

export class Previews {
  readonly #parts: PreviewsParts;
  /** By their ids, the oldest first. */
  readonly #open = new Map<string, Preview>();
  readonly #queue = new PublishQueue();
  readonly #waiting = new ByteBudget(mostWaitingBytes);
  readonly #sweeper: NodeJS.Timeout;

  constructor(parts: PreviewsParts) {
    this.#parts = parts;
    this.#sweeper = setInterval(() => this.sweep(), sweepMs);
    this.#sweeper.unref();
  }

  /**
   * Builds, tries and loads it. The plugin need not exist, and where it does, nothing of it changes.
   * @throws NboxError `previews_off`, `builder_busy`, `too_many_previews`, `stopping`, and what a push throws that concerns the source
   */
  async create(request: PreviewRequest): Promise<NewPreview> {
    const { most, clock } = this.#parts;
    if (most === 0) throw new NboxError('previews_off', 'Its operator allows them by --previews (NBOX_PREVIEWS)');
    const began = clock.elapsed();
    using held = new HeldBytes(this.#waiting);
    if (!held.take(sourceBytes(request.files))) {
      throw new NboxError('builder_busy', {
        detail: 'The sources of previews that wait take all the memory that they may',
        retryAfterS: 5,
      });
    }
    // One at a time, so that of a thousand of them only one stands before a push in the builder's queue; and of each plugin only
    // one waits for that, so that one author's do not keep out the others'.
    return await this.#queue.run(request.plugin, () => this.#queue.run('the previews', () => this.#create(request, began)));
  }

  /** How many there are. */
  get size(): number {
    return this.#open.size;
  }

  has(id: string): boolean {
    return this.#open.has(id);
  }

  /** One that is not over. */
  find(id: string): Preview | undefined {
    const preview = this.#open.get(id);
    if (preview === undefined || preview.endsAt > this.#parts.clock.elapsed()) return preview;
    this.#end(preview, 'expired');
    return undefined;
  }

  /** @throws NboxError `no_such_preview` */
  of(plugin: PluginId, id: string): Preview {
    const preview = this.find(id);
    if (preview?.plugin === plugin) return preview;
    throw new NboxError('no_such_preview', `${plugin} has no preview ${JSON.stringify(id.slice(0, 40))}: it may be over`);
  }

  /** The newest first. */
  list(plugin: PluginId): Preview[] {
    this.sweep();
    return [...this.#open.values()].filter((one) => one.plugin === plugin).reverse();
  }

  /** Calls that run on it end by their own limits; its streams are cut. @throws NboxError `no_such_preview` */
  delete(plugin: PluginId, id: string): void {
    this.#end(this.of(plugin, id), 'deleted');
  }

  /** The plugin was removed. */
  deleteAll(plugin: PluginId): void {
    for (const one of this.list(plugin)) this.#end(one, 'plugin removed');
  }

  /** Ends those whose time is over. */
  sweep(): void {
    const now = this.#parts.clock.elapsed();
    for (const one of [...this.#open.values()]) if (one.endsAt <= now) this.#end(one, 'expired');
  }

  /** Refuses what comes from here on and resolves when what is being made has ended. */
  close(): Promise<void> {
    clearInterval(this.#sweeper);
    return this.#queue.close();
  }

  async #create(request: PreviewRequest, began: number): Promise<NewPreview> {
    const { preparer, images, clock, log } = this.#parts;
    const { plugin, files, manifest, typecheck, actor, message = '', ttlMs } = request;
    const id = randomBytes(idBytes).toString('hex');
    const draft = await preparer.draft(request, id, () => images.drop(id));
    images.keep(id, draft.bundle, draft.snapshot, files);
    this.#makeRoom(plugin, draft);
    const token = makeSecret('nboxp');
    const [now, at] = [clock.now(), clock.elapsed()];
    const { next: live, interfaces, diagnostics, gates } = draft;
    const preview: Preview = Object.freeze({
      ...{ id, plugin, live, content: { files, manifest, typecheck }, actor, message, interfaces, diagnostics, gates },
      ...{ createdAt: now, expiresAt: now + ttlMs, endsAt: at + ttlMs },
      isToken: secretCheck(hashSecret(token)),
      guesses: new GuessBudget(guessBounds, () => clock.elapsed()),
    });
    this.#open.set(id, preview);
    log.info({ plugin, preview: id, actor, expiresAt: new Date(preview.expiresAt).toISOString() }, 'made a preview');
    return { preview, token, timings: rounded({ ...draft.took, totalMs: at - began }) };
  }

  /** So that there is place for one more of the plugin, which is held already. @throws NboxError `too_many_previews` */
  #makeRoom(plugin: PluginId, { next }: Draft): void {
    const { images, most, mostBytes = defaultMostBytes } = this.#parts;
    this.sweep();
    // It itself, and those that are over, of which calls still run.
    let fixed = images.bytes;
    for (const id of this.#open.keys()) fixed -= images.bytesOf(id);
    if (fixed > mostBytes) {
      next.retire();
      throw new NboxError('too_many_previews', { detail: `They may hold ${mostBytes} bytes of sources and bundles`, retryAfterS: 10 });
    }
    const own = this.list(plugin);
    for (const one of own.slice(mostPerPlugin - 1)) this.#end(one, 'made room');
    // What one holds on whose calls still run is free a little later; it counts against the next preview, and ends no others.
    let bytes = fixed;
    for (const id of this.#open.keys()) bytes += images.bytesOf(id);
    while (this.#open.size > 0 && (this.#open.size >= most || bytes > mostBytes)) {
      const one = this.#dispensable();
      bytes -= images.bytesOf(one.id);
      this.#end(one, 'made room');
    }
  }

  /** Of the plugin that has the most of them, the oldest: nobody's goes for what another plugin has many of. */
  #dispensable(): Preview {
    const counts = new Map<PluginId, number>();
    for (const { plugin } of this.#open.values()) counts.set(plugin, (counts.get(plugin) ?? 0) + 1);
    const greatest = Math.max(...counts.values());
    return [...this.#open.values()].find(({ plugin }) => counts.get(plugin) === greatest) as Preview;
  }

  #end(preview: Preview, why: End): void {
    const { id, plugin, live } = preview;
    if (!this.#open.delete(id)) return;
    live.retire();
    this.#parts.endStreams(live);
    this.#parts.onEnded(id);
    this.#parts.log.info({ plugin, preview: id, why }, 'a preview is over');
  }
}

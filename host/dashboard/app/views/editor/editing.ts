/** One plugin that is being written: opened from what is live or from what this browser has kept, and kept there with each change. */

import { effect, signal } from '@preact/signals';
import { ask, get } from '../../api/client.ts';
import { ApiError } from '../../api/problem.ts';
import type { PluginDetail, ReleaseSource } from '../../api/wire.ts';
import type { Draft, Drafts } from './drafts.ts';
import type { Files } from './merge-files.ts';
import { firstRequest, type RequestDraft } from './request-draft.ts';
import { type Base, Workspace } from './workspace.ts';

/** What is live, and by which deployment. */
export interface Live {
  readonly release: number;
  readonly deployment: number;
  readonly files: Files;
}

export type Opened =
  /** There is no such plugin, and nothing was begun here: there is something to choose from first. */
  'new' | 'ready';

/** After the last key. */
const settleMs = 400;

export class Editing {
  readonly plugin: string;
  readonly workspace = new Workspace();
  readonly request = signal<RequestDraft>(firstRequest);
  /** When it was kept last; `undefined` while there is nothing to keep. */
  readonly savedAt = signal<number | undefined>(undefined);
  /** Why it could not be kept: the page must not be left then. */
  readonly saveProblem = signal<string | undefined>(undefined);
  /** Set when something else is live than what the work began from. */
  readonly overtaken = signal<Live | undefined>(undefined);
  /** Set when another tab has kept changes of the plugin since: there is one draft, which each of them writes over. */
  readonly keptElsewhere = signal(false);
  readonly #drafts: Drafts;
  #unwatch: (() => void) | undefined;
  #leave: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(plugin: string, drafts: Drafts) {
    this.plugin = plugin;
    this.#drafts = drafts;
  }

  /**
   * @param release one that is to be looked at, in the place of what is live
   * @param mayWrite whether what is written could be published
   * @throws ApiError
   */
  async open(release: number | undefined, mayWrite: boolean): Promise<Opened> {
    const [live, draft] = await Promise.all([this.live(), this.#drafts.get(this.plugin).catch(() => undefined)]);
    if (release !== undefined && live !== undefined && release !== live.release) {
      this.workspace.readOnly.value = `Release ${release}, as it was published. What is live is release ${live.release}.`;
      this.workspace.open({ release, deployment: live.deployment, files: await this.#source(release) });
      return 'ready';
    }
    this.workspace.readOnly.value = mayWrite ? undefined : 'Your token may read this plugin, and not change it.';
    if (live !== undefined && !mayWrite) {
      this.workspace.open(live);
      return 'ready';
    }
    if (draft !== undefined) this.#goOn(draft, live);
    else if (live === undefined) return 'new';
    else this.workspace.open(live);
    this.#watch();
    this.#keep();
    return 'ready';
  }

  /** Begins a plugin that there is not yet. */
  begin(files: Files): void {
    this.workspace.readOnly.value = undefined;
    this.workspace.open({ release: undefined, deployment: undefined, files: new Map() }, files);
    this.#watch();
    this.#keep();
    this.#later();
  }

  /** Goes on from the release that is looked at. @throws ApiError */
  async startFrom(): Promise<void> {
    const files = this.workspace.files.peek();
    const live = await this.live();
    this.workspace.readOnly.value = undefined;
    this.workspace.open(live ?? unborn, files, this.workspace.active.peek());
    this.#keep();
    // The view is opened anew, and goes on with what is kept.
    await this.#save();
  }

  /** Goes on with what another tab has kept. @throws ApiError */
  async takeKept(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [live, draft] = await Promise.all([this.live(), this.#drafts.get(this.plugin)]);
    if (draft !== undefined) this.#goOn(draft, live);
    this.keptElsewhere.value = false;
  }

  /** Back to what is live. @throws ApiError */
  async discard(): Promise<Opened> {
    clearTimeout(this.#timer);
    await this.#drafts.delete(this.plugin).catch(() => undefined);
    this.savedAt.value = undefined;
    this.overtaken.value = undefined;
    const live = await this.live();
    if (live === undefined) return 'new';
    this.workspace.open(live, live.files, this.workspace.active.peek());
    return 'ready';
  }

  /** What is live now; `undefined` where there is no such plugin. @throws ApiError */
  async live(): Promise<Live | undefined> {
    try {
      const { value, tag } = await ask<PluginDetail>(`/v1/plugins/${this.plugin}`);
      const release = newest(value);
      return { release, deployment: tag ?? value.deployment.number, files: await this.#source(release) };
    } catch (error) {
      if (error instanceof ApiError && error.code === 'no_such_plugin') return undefined;
      throw error;
    }
  }

  /** Something was deployed: whoever has changed nothing goes on with it, and all others are told. */
  async lookAgain(deployment: number): Promise<void> {
    const isNews = () =>
      deployment > (this.workspace.base.peek().deployment ?? Number.POSITIVE_INFINITY) && this.workspace.readOnly.peek() === undefined;
    if (!isNews()) return;
    const live = await this.live().catch(() => undefined);
    // It may have been published from here meanwhile.
    if (live === undefined || !isNews()) return;
    if (sameFiles(live.files, this.workspace.base.peek().files))
      this.workspace.base.value = { ...live, files: this.workspace.base.peek().files };
    else if (this.workspace.isChanged.peek()) this.overtaken.value = live;
    else this.workspace.open(live, live.files, this.workspace.active.peek());
  }

  /** Takes over what was brought together with what is live. */
  merged(files: Files, live: Live): void {
    this.overtaken.value = undefined;
    this.workspace.open(live, files, this.workspace.active.peek());
  }

  async published(release: number, deployment: number, files: Files): Promise<void> {
    clearTimeout(this.#timer);
    this.workspace.published(release, deployment, files);
    this.overtaken.value = undefined;
    if (!this.workspace.isChanged.peek()) await this.#forget();
  }

  close(): void {
    this.#unwatch?.();
    this.#leave?.();
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      void this.#save();
    }
  }

  /** Keeps at once what is to be kept, as when the page is left. */
  flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    void this.#save();
  }

  #goOn({ base, files, active, request }: Draft, live: Live | undefined): void {
    this.request.value = request;
    this.workspace.open(base, files, active);
    if (live !== undefined && live.deployment !== base.deployment && !sameFiles(live.files, base.files)) this.overtaken.value = live;
    // The same sources by another deployment: nothing to bring together.
    else if (live !== undefined) this.workspace.base.value = { ...live, files: this.workspace.base.peek().files };
  }

  #watch(): void {
    this.#unwatch?.();
    this.#unwatch = this.#drafts.watch(this.plugin, () => {
      this.keptElsewhere.value = true;
    });
  }

  #keep(): void {
    this.#leave?.();
    let isFirst = true;
    this.#leave = effect(() => {
      void [this.workspace.files.value, this.request.value, this.workspace.base.value];
      if (!isFirst) this.#later();
      isFirst = false;
    });
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#save(), settleMs);
  }

  async #save(): Promise<void> {
    this.#timer = undefined;
    if (this.workspace.readOnly.peek() !== undefined) return;
    if (!this.workspace.isChanged.peek()) {
      await this.#forget();
      return;
    }
    const savedAt = Date.now();
    const { base, files, active } = this.workspace;
    try {
      await this.#drafts.put(this.plugin, {
        base: base.peek(),
        files: files.peek(),
        active: active.peek(),
        request: this.request.peek(),
        savedAt,
      });
      this.savedAt.value = savedAt;
      // Theirs is written over: whoever goes on here has seen so.
      this.keptElsewhere.value = false;
      this.saveProblem.value = undefined;
    } catch (error) {
      this.saveProblem.value = error instanceof Error ? error.message : String(error);
    }
  }

  async #forget(): Promise<void> {
    await this.#drafts.delete(this.plugin).catch(() => undefined);
    this.savedAt.value = undefined;
  }

  async #source(release: number): Promise<Files> {
    const { files } = await get<ReleaseSource>(`/v1/plugins/${this.plugin}/releases/${release}/source`);
    return new Map(Object.entries(files));
  }
}

const unborn: Base = Object.freeze({ release: undefined, deployment: undefined, files: new Map() });

/** Of two that are deployed the one that was published last: it is the one that is being tried. */
function newest({ release, deployment }: PluginDetail): number {
  return Math.max(release.number, ...deployment.releases.filter(({ percentage }) => percentage > 0).map(({ number }) => number));
}

function sameFiles(a: Files, b: Files): boolean {
  const plain = (text: string | undefined) => text?.replace(/\r\n?/g, '\n');
  return a.size === b.size && [...a].every(([file, text]) => plain(text) === plain(b.get(file)));
}

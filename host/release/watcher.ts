/** Publishes the plugins of a directory, `<dir>/<domain>/<group>/<name>/`, at the start and whenever they change. */

import { EventEmitter } from 'node:events';
import { lstat, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { isNboxError, type NboxError } from '../../guards/errors.ts';
import { type PluginId, parsePluginId } from '../../loader/plugin-id.ts';
import { ConfigError } from '../config/config.ts';
import type { Logger } from '../log.ts';
import { printable } from '../printable.ts';
import { isNoise, isSource, readPluginFolder } from './plugin-folder.ts';
import type { Publisher } from './publisher.ts';
import type { Published } from './push.ts';

/** Each change of a folder ends in one of these, so that nobody has to guess when it is done. */
export interface WatcherEvents {
  published: [published: Published];
  /** The content was live already. */
  unchanged: [published: Published];
  /** The old release, if any, goes on serving. */
  rejected: [plugin: PluginId, error: unknown];
  removed: [plugin: PluginId];
  /** A file or folder that is no plugin's, once for each. The path is relative. */
  misfit: [path: string, reason: string];
}

export interface WatcherParts {
  readonly directory: string;
  readonly publisher: Pick<Publisher, 'publish' | 'removeContent'>;
  readonly log: Logger;
  /**
   * How long a folder must be at rest: an editor saves, and a checkout writes, in several steps. Never below 100:
   * chokidar keeps silent about a change within 50 ms of the one before, so a look must come later than that.
   */
  readonly debounceMs?: number;
}

const actor = 'plugins-dir';

/** What may lie beside the plugins: for people and editors. */
const bystanders: ReadonlySet<string> = new Set(['README.md', 'tsconfig.json', 'package.json', 'package-lock.json']);

/** `waiting` for the folder to rest, `running` a publish, `stale` when the folder changed during one. */
type State = { readonly is: 'waiting'; readonly timer: NodeJS.Timeout } | { is: 'running' | 'stale'; readonly done: Promise<void> };

export class PluginWatcher extends EventEmitter<WatcherEvents> {
  readonly #parts: WatcherParts;
  readonly #debounceMs: number;
  readonly #states = new Map<PluginId, State>();
  /** What the folder of each plugin was published as; only that may be removed with the folder. */
  readonly #hashes = new Map<PluginId, string>();
  readonly #misfits = new Set<string>();
  #watcher: FSWatcher | undefined;
  #closed = false;

  constructor(parts: WatcherParts) {
    super();
    this.#parts = parts;
    this.#debounceMs = Math.max(100, parts.debounceMs ?? 150);
  }

  /**
   * Resolves when every folder was published once, or rejected. After `Publisher.restore`, so that what has not changed
   * is known by its hash.
   * @throws ConfigError where the directory cannot be read
   */
  async start(): Promise<void> {
    const { directory, log } = this.#parts;
    await readdir(directory).catch((error: Error) => {
      throw new ConfigError([`--plugins: ${JSON.stringify(directory)} cannot be read: ${error.message}`]);
    });
    // Watch, then look: a change between the two is seen twice rather than never.
    const watcher = watch(directory, {
      ignoreInitial: true,
      followSymlinks: false,
      ignored: (path) => this.#partsOf(path).some(isNoise),
    });
    this.#watcher = watcher;
    watcher.on('error', (error) => log.error({ err: error, directory }, 'the plugin directory cannot be watched'));
    await new Promise<void>((resolve) => watcher.once('ready', resolve));
    watcher.on('all', (event, path) => this.#onChange(event, path));
    const plugins = await this.#scan();
    await Promise.all(plugins.map((plugin) => this.#run(plugin)));
  }

  /** Resolves when nothing is watched and no publish of it runs. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#watcher?.close();
    const running = [...this.#states.values()].map((state) => (state.is === 'waiting' ? clearTimeout(state.timer) : state.done));
    await Promise.all(running);
  }

  /** The plugins there are folders for; everything else is told to the operator. */
  async #scan(): Promise<PluginId[]> {
    const found: PluginId[] = [];
    const visit = async (path: string, depth: number): Promise<void> => {
      for (const entry of await readdir(join(this.#parts.directory, path), { withFileTypes: true })) {
        const below = path === '' ? entry.name : `${path}/${entry.name}`;
        if (isNoise(entry.name)) continue;
        if (!entry.isDirectory()) this.#misfit(below);
        else if (depth < 2) await visit(below, depth + 1);
        else {
          const plugin = this.#pluginAt(below);
          if (plugin !== undefined) found.push(plugin);
        }
      }
    };
    await visit('', 0);
    return found.sort();
  }

  #onChange(event: string, path: string): void {
    const parts = this.#partsOf(path);
    if (parts.length < 3) {
      const prefix = `${parts.join('/')}/`;
      if (event === 'unlinkDir')
        for (const plugin of this.#hashes.keys()) if (parts.length === 0 || plugin.startsWith(prefix)) this.#schedule(plugin);
      if (event === 'add' || event === 'change') this.#misfit(parts.join('/'));
      return;
    }
    const isDirectory = event === 'addDir' || event === 'unlinkDir';
    if (parts.length === 3 && !isDirectory) {
      this.#misfit(parts.join('/'));
      return;
    }
    if (!isDirectory && !isSource(parts.slice(3).join('/'))) return;
    const plugin = this.#pluginAt(parts.slice(0, 3).join('/'));
    if (plugin !== undefined) this.#schedule(plugin);
  }

  #schedule(plugin: PluginId): void {
    if (this.#closed) return;
    const state = this.#states.get(plugin);
    if (state !== undefined && state.is !== 'waiting') {
      state.is = 'stale';
      return;
    }
    if (state !== undefined) clearTimeout(state.timer);
    const timer = setTimeout(() => void this.#run(plugin), this.#debounceMs);
    this.#states.set(plugin, { is: 'waiting', timer });
  }

  /** Never rejects. */
  async #run(plugin: PluginId): Promise<void> {
    const before = this.#states.get(plugin);
    if (before?.is === 'waiting') clearTimeout(before.timer);
    else if (before !== undefined) {
      before.is = 'stale';
      return before.done;
    }
    if (this.#closed) return;
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const state: State = { is: 'running', done };
    this.#states.set(plugin, state);
    try {
      await this.#bringUpToDate(plugin);
    } catch (error) {
      this.#reject(plugin, error);
    } finally {
      this.#states.delete(plugin);
      if ((state.is as State['is']) === 'stale') this.#schedule(plugin);
      resolve();
    }
  }

  async #bringUpToDate(plugin: PluginId): Promise<void> {
    const { publisher, directory } = this.#parts;
    const folder = join(directory, ...plugin.split('/'));
    if (!(await isFolder(folder))) {
      // The whole directory gone is a lost mount or a mistyped command, not the end of every plugin.
      if (!(await isFolder(directory))) throw new Error(`the plugin directory ${directory} is gone; its plugins are kept`);
      const hash = this.#hashes.get(plugin);
      if (hash === undefined) return;
      const removed = await publisher.removeContent(plugin, hash, actor);
      this.#hashes.delete(plugin);
      if (removed) this.emit('removed', plugin);
      return;
    }
    const files = await readPluginFolder(folder);
    const published = await publisher.publish({ plugin, files, typecheck: 'strict', actor });
    this.#hashes.set(plugin, published.release.hash);
    this.#report(plugin, published.diagnostics, 'warn');
    this.emit(published.created ? 'published' : 'unchanged', published);
  }

  #reject(plugin: PluginId, error: unknown): void {
    const { log, directory } = this.#parts;
    const reason = isNboxError(error) ? error.code : 'internal_error';
    log.error(
      { plugin, code: reason, ...(isNboxError(error) ? {} : { err: error }) },
      `${directory}/${plugin} was not published: ${printable(String((error as Error).message))}`,
    );
    if (isNboxError(error)) this.#report(plugin, diagnosticsOf(error), 'error');
    this.emit('rejected', plugin, error);
  }

  /** A line each, as compilers write them, so that a terminal makes links of them. */
  #report(plugin: PluginId, diagnostics: Published['diagnostics'], level: 'warn' | 'error'): void {
    for (const { file, line, column, severity, code, message } of diagnostics) {
      this.#parts.log[level](
        { plugin },
        `${printable(`${this.#parts.directory}/${plugin}/${file}`)}:${line}:${column} - ${severity} ${code}: ${printable(message)}`,
      );
    }
  }

  #pluginAt(path: string): PluginId | undefined {
    try {
      return parsePluginId(path);
    } catch (error) {
      this.#misfit(path, (error as NboxError).message);
      return undefined;
    }
  }

  #misfit(path: string, reason = "it is not inside a plugin's folder, <domain>/<group>/<name>/"): void {
    const name = path.split('/').at(-1) ?? '';
    if (isNoise(name) || bystanders.has(path) || this.#misfits.has(path)) return;
    this.#misfits.add(path);
    this.#parts.log.warn({ path: join(this.#parts.directory, path) }, `left out of the plugins: ${printable(reason)}`);
    this.emit('misfit', path, reason);
  }

  /** A path's parts below the directory. */
  #partsOf(path: string): string[] {
    return relative(this.#parts.directory, path)
      .split(sep)
      .filter((part) => part !== '');
  }
}

function diagnosticsOf(error: NboxError): Published['diagnostics'] {
  const { diagnostics, position, detail } = error.details;
  if (diagnostics !== undefined) return diagnostics;
  return position === undefined ? [] : [{ ...position, severity: 'error', code: error.code, message: detail }];
}

async function isFolder(path: string): Promise<boolean> {
  return lstat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

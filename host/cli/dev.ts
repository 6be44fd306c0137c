/** `nbox dev`: a local host with one plugin on it, which follows its source: each save is live in a moment, and what comes of it is told. */

import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { type PluginId, parsePluginId } from '../../loader/plugin-id.ts';
import { ownLibraries } from '../config/options.ts';
import { exitCodes, usageError } from './cli-error.ts';
import { PackedReader } from './dev/packed-reader.ts';
import { Printer } from './dev/printer.ts';
import { type Session, type SessionParts, startSession } from './dev/session.ts';
import { refreshEditorFiles } from './editor-files.ts';
import { temporaryData } from './local-host.ts';
import { openBrowser } from './open-browser.ts';
import { showProgress } from './progress.ts';
import { pluginOfFolder } from './push-source.ts';
import { isForeground } from './terminal/foreground.ts';
import { readKeys } from './terminal/keys.ts';
import { warn } from './warn.ts';

interface DevFlags {
  readonly as?: string;
  readonly port?: string;
  readonly open?: boolean;
  readonly tests: boolean;
  readonly data?: string;
  readonly json?: boolean;
}

type Wish = 'quit' | 'restart';

/** How long stopping may take before the process ends itself. */
const stopMs = 8_000;

export function addDev(program: Command): void {
  program
    .command('dev')
    .description('Runs a plugin on a local host of its own, and follows its source: each save is live in a moment')
    .argument('[file-or-dir]', 'as for nbox push', '.')
    .argument('[host-flags...]', 'behind --, flags of `nbox start` for that host')
    .option('--as <domain/group/name>', 'id of the plugin (default: the last three parts of the folder’s path)')
    .option('--port <port>', 'port of the traffic, on the loopback (default: 8080, or the next free one)')
    .option('--open', 'open the plugin in a browser')
    .option('--no-tests', 'do not run its tests after each save')
    .option('--data <dir>', 'keep the host’s data here (default: a temporary directory, for this time only)')
    .option('--json', 'what happens, an object a line')
    .addHelpText(
      'after',
      '\nExamples:\n  nbox dev demo/hello/world --open\n  nbox dev hello.ts --as demo/hello/world --port 3000\n  nbox dev demo/hello/world -- --egress-allow 127.0.0.1:9000\n\nKeys: o opens it in a browser, r restarts the host, q and Ctrl-C end it.\nExit codes: 0 ended in order, 1 the host could not start, 2 a flag is wrong.',
    )
    .action(dev);
}

async function dev(given: string, hostFlags: readonly string[], flags: DevFlags): Promise<void> {
  const path = resolve(given);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw usageError(`There is no file or folder ${given}`, '`nbox init` makes one');
  const isFile = found.isFile();
  if (!isFile) await refreshEditorFiles(path);
  const json = flags.json === true;
  const keys = !json && process.stdin.isTTY === true && process.stdout.isTTY === true && isForeground();
  const data = flags.data === undefined ? await temporaryData() : resolve(flags.data);
  const parts: SessionParts = {
    ...{ plugin: idOf(path, isFile, flags.as), path, isFile, data, port: flags.port, hostFlags, runTests: flags.tests },
    // As it was given, so that places are shown as the author has them.
    reader: new PackedReader(given, isFile, hostFlags.some((flag) => flag.startsWith('--libraries')) ? undefined : ownLibraries),
    printer: new Printer({ stream: process.stdout, json, now: Date.now, keys }),
    now: Date.now,
  };
  using wishes = listen(keys);
  for (let isFirst = true; ; isFirst = false) {
    const session = await startShown(parts);
    if (isFirst && flags.open === true) void session.pushed.then(() => open(session.url));
    wishes.onOpen = () => open(session.url);
    const wish = await wishes.next();
    const source = { files: new Map(), pathOf: (name: string) => name };
    parts.printer.print({ event: wish === 'quit' ? 'stopping' : 'restarting' }, source);
    const late = setTimeout(() => process.exit(exitCodes.failed), stopMs);
    await session.close();
    clearTimeout(late);
    if (wish === 'quit') return;
  }
}

async function startShown(parts: SessionParts): Promise<Session> {
  using _ = showProgress(() => 'starting a host …');
  return startSession(parts);
}

/** A place that stands for no id is no hindrance here: nobody else calls it. */
function idOf(path: string, isFile: boolean, as: string | undefined): PluginId {
  if (as !== undefined) return parsePluginId(as);
  const name = basename(path)
    .replace(/\.\w+$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, 63);
  return (isFile ? undefined : pluginOfFolder(path)) ?? parsePluginId(`dev/local/${name === '' ? 'plugin' : name}`);
}

async function open(url: string): Promise<void> {
  await openBrowser(url).catch((error: unknown) => warn((error as Error).message));
}

interface Wishes extends Disposable {
  onOpen: () => void;
  /** What is wished next. */
  next(): Promise<Wish>;
}

/** Signals, and keys where there is a terminal. A second wish to end it ends it at once. */
function listen(keys: boolean): Wishes {
  let wished: Wish | undefined;
  let told: ((wish: Wish) => void) | undefined;
  const wish = (one: Wish): void => {
    if (wished === 'quit') process.exit(exitCodes.failed);
    wished = one;
    told?.(one);
  };
  const quit = (): void => wish('quit');
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, quit);
  const reading = keys
    ? readKeys(process.stdin, ({ name, ctrl }) => {
        if (name === 'q' || (ctrl && (name === 'c' || name === 'd'))) quit();
        else if (name === 'r' && wished === undefined) wish('restart');
        else if (name === 'o') wishes.onOpen();
      })
    : undefined;
  const wishes: Wishes = {
    onOpen: () => {},
    async next() {
      const one = wished ?? (await new Promise<Wish>((resolve) => (told = resolve)));
      if (one === 'restart') wished = undefined;
      told = undefined;
      return one;
    },
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, quit);
      reading?.[Symbol.dispose]();
    },
  };
  return wishes;
}

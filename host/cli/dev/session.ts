/** One life of `nbox dev`: a host, the plugin on it, what changes of it on the disk, and what comes of it; until it is ended. */

import { AdminClient } from '../admin-client.ts';
import { startLocalHost } from '../local-host.ts';
import { follow } from '../log-events.ts';
import type { DevEvent } from './events.ts';
import type { PackedReader } from './packed-reader.ts';
import type { Printer } from './printer.ts';
import { Publishing } from './publishing.ts';
import { tellRequests } from './requests.ts';
import { SourceWatch } from './source-watch.ts';

export interface SessionParts {
  readonly plugin: string;
  /** Absolute. */
  readonly path: string;
  readonly isFile: boolean;
  readonly reader: PackedReader;
  readonly printer: Pick<Printer, 'print'>;
  readonly data: string;
  readonly port: string | undefined;
  readonly hostFlags: readonly string[];
  readonly runTests: boolean;
  /** By the clock of files. */
  readonly now: () => number;
}

/** Owned by whoever starts it. */
export interface Session {
  /** Where the plugin answers. */
  readonly url: string;
  /** Resolves when the source was pushed once, or refused. */
  readonly pushed: Promise<void>;
  close(): Promise<void>;
}

/** What the plugin's console had before it could be listened to: of the push itself. */
const firstLines = 100;

/** Resolves when the host is up. @throws what keeps it from starting */
export async function startSession(parts: SessionParts): Promise<Session> {
  const { plugin, path, isFile, reader, printer, data, port, hostFlags, runTests, now } = parts;
  const began = performance.now();
  await using started = new AsyncDisposableStack();
  const tell = (event: DevEvent): void => printer.print(event, publishing?.source ?? { files: new Map(), pathOf: (name) => name });
  let publishing: Publishing | undefined;
  const host = await startLocalHost({ flags: hostFlags, data, port, plugin, tell });
  started.defer(() => host.close());
  const url = `${host.traffic}/${plugin}/`;
  const ended = new AbortController();
  const client = new AdminClient({ url: host.admin, token: host.token, tokenFrom: 'nbox dev' }, { isQuiet: true });
  started.defer(tellRequests(host.host.traffic.port, `/${plugin}`, tell));
  let tail: Promise<void> | undefined;
  started.defer(async () => {
    ended.abort();
    await tail;
  });
  publishing = new Publishing({
    ...{ client, plugin, reader, runTests, now },
    tell(event, source) {
      printer.print(event, source);
      // Before there is a plugin, there is nothing to listen to.
      if (event.event === 'live') tail ??= tellLog(client, plugin, ended.signal, tell);
    },
  });
  started.defer(() => publishing.close());
  const looked = (savedAt: number) =>
    publishing.look(savedAt).catch((error: unknown) => {
      if (!ended.signal.aborted) tell({ event: 'warning', message: `The host cannot be asked: ${(error as Error).message}` });
    });
  const failed = (error: unknown) => tell({ event: 'warning', message: `Changes may go unseen: ${(error as Error).message}` });
  const watch = new SourceWatch({ path, isFile, look: looked, failed, now });
  started.defer(() => watch.close());
  // Watch, then look: a change between the two is seen twice rather than never.
  await watch.start();
  const startMs = Math.round(performance.now() - began);
  tell({ event: 'ready', plugin, url, admin: host.admin, token: host.token, startMs });
  const pushed = looked(now());
  const all = started.move();
  return { url, pushed, close: () => all.disposeAsync() };
}

/** Until the end. Never rejects. */
async function tellLog(client: AdminClient, plugin: string, signal: AbortSignal, tell: (event: DevEvent) => void): Promise<void> {
  const path = `/v1/plugins/${plugin}/logs?limit=${firstLines}`;
  try {
    for await (const entry of follow({ client, path, signal, lost: () => {} })) tell({ event: 'log', entry });
  } catch (error) {
    if (!signal.aborted) tell({ event: 'warning', message: `The plugin's console cannot be followed: ${(error as Error).message}` });
  }
}

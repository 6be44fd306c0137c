/** The logs of plugins as the host has them: from the executors' lines to rings, tails and the file. Whoever starts them disposes of them. */

import type { Clock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import type { Logger } from '../log.ts';
import type { PoolOptions } from '../pool/pool.ts';
import { LogFile } from './log-file.ts';
import { PluginLines } from './plugin-lines.ts';
import { PluginLogs } from './plugin-logs.ts';
import { Tails } from './tails.ts';

export interface LogsParts {
  readonly config: Pick<Config, 'logFile' | 'logFileSize' | 'logFileCount'>;
  readonly clock: Clock;
  readonly exists: (plugin: string) => boolean;
  readonly log: Logger;
}

export interface Logs extends AsyncDisposable {
  readonly kept: PluginLogs;
  readonly tails: Tails;
  /** Takes a line of an executor. */
  readonly take: PoolOptions['onLog'];
  /** The plugin is gone. */
  readonly removed: (plugin: string) => void;
}

/** How often it is looked for lines that were dropped, for tails that are late, and whether a disk that has failed is well again. */
const sweepMs = 1_000;

/** @throws Error where the file cannot be written */
export async function startLogs({ config, clock, exists, log }: LogsParts): Promise<Logs> {
  const { logFile: path, logFileSize, logFileCount: count } = config;
  const file =
    path === undefined
      ? undefined
      : await LogFile.open({ path, mostBytes: logFileSize * 1_048_576, count, log, elapsed: () => clock.elapsed() });
  const kept = new PluginLogs({ now: () => clock.now() });
  const tails = new Tails({ logs: kept, elapsed: () => clock.elapsed() });
  const lines = new PluginLines({ log, logs: kept, sink: file?.write, exists, elapsed: () => clock.elapsed() });
  const sweeper = setInterval(() => {
    lines.sweep();
    tails.sweep();
    file?.retry();
  }, sweepMs);
  return {
    ...{ kept, tails, take: lines.take },
    removed(plugin) {
      tails.removed(plugin);
      kept.forget(plugin);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(sweeper);
      lines.sweep();
      tails.close();
      await file?.close();
    },
  };
}

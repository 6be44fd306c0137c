/** A host of a command's own (`nbox dev`, `nbox test --local`): in this process, on the loopback, with what it logs and answers told as it happens. */

import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, ConfigError } from '../config/config.ts';
import { readConfig } from '../config/read-config.ts';
import type { Host } from '../host.ts';
import { CliError, usageError } from './cli-error.ts';
import type { Failed, Warned } from './dev/events.ts';
import { onFreePorts } from './free-ports.ts';
import { startError } from './start.ts';

export interface LocalHostParts {
  /** Of the host, after those that it is given here. */
  readonly flags: readonly string[];
  readonly data: string;
  /** Where it is given, no other port will do. */
  readonly port: string | undefined;
  readonly plugin: string;
  readonly tell: (event: Failed | Warned) => void;
}

/** Owned by whoever starts it. */
export interface LocalHost {
  readonly host: Host;
  readonly config: Config;
  readonly token: string;
  /** `http://127.0.0.1:8080` */
  readonly traffic: string;
  readonly admin: string;
  close(): Promise<void>;
}

/** A directory for its data. Gone when the process ends, by a signal if whoever calls this ends in order by it. */
export async function temporaryData(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'nbox-dev-'));
  process.on('exit', () => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** @throws CliError where a flag is wrong, or the host cannot start */
export async function startLocalHost({ flags, data, port, plugin, tell }: LocalHostParts): Promise<LocalHost> {
  // Here and not above: the other commands need none of the host.
  const [{ startHost }, { createLogger }] = await Promise.all([import('../host.ts'), import('../log.ts')]);
  const token = randomBytes(24).toString('base64url');
  const configFor = (traffic: string, admin: number): Config => {
    const own = [
      ...['--host', '127.0.0.1', '--port', traffic, '--admin-port', String(admin)],
      ...['--data', data, '--executors', '2', '--drain-ms', '1000', '--expose-errors', 'true', '--log-level', 'warn'],
    ];
    // The variables of the host are those of other hosts.
    return configOf(() => readConfig([...own, ...flags], { NBOX_ADMIN_TOKEN: token }));
  };
  const write = (line: string) => tellLogged(line, plugin, tell);
  let config = configFor(port ?? '0', 0);
  const given = port === undefined ? undefined : config.port;
  const host = await onFreePorts(given, ({ traffic, admin }) => {
    config = configFor(String(traffic), admin);
    return startHost(config, createLogger({ logLevel: config.logLevel, logFormat: 'json' }, { write }));
  }).catch((error: unknown) => {
    throw error instanceof CliError ? error : startError(error, config);
  });
  try {
    await host.watching;
  } catch (error) {
    await host.close();
    throw error;
  }
  return { host, config, token, traffic: urlOf(host.traffic), admin: urlOf(host.admin), close: () => host.close() };
}

/** @throws CliError of wrong usage: the flags are the user's */
function configOf(read: () => Config): Config {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError) throw usageError(error.problems.join('\n'));
    throw error;
  }
}

/** What it cannot serve is told by the host's own log: failures with their places, and what the operator of it should know. */
function tellLogged(line: string, plugin: string, tell: LocalHostParts['tell']): void {
  const record = JSON.parse(line) as { level: number; msg?: string; plugin?: string; code?: string; position?: Failed['position'] };
  const message = record.msg ?? '';
  if (record.plugin === undefined) tell({ event: 'warning', message });
  else if (record.plugin === plugin && record.code !== undefined) {
    tell({ event: 'failure', code: record.code, message, position: record.position ?? null });
  }
}

function urlOf({ host, port }: { readonly host: string; readonly port: number }): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

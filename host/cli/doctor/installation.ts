/** What a host would start with: its options, its data directory, its ports, its libraries, what it sends to. */

import { once } from 'node:events';
import { access, constants, mkdtemp, readFile, rm, stat, statfs } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { loadLibraries } from '../../../loader/builder/libraries.ts';
import type { Config } from '../../config/config.ts';
import { schemaVersion, versionOf } from '../../store/schema.ts';
import { size } from '../top/view.ts';
import { type Finding, good, warning, wrong } from './finding.ts';

const leastFree = 1_024 * 1_048_576;
const connectMs = 2_000;
/** A token of fewer can be guessed. */
const leastToken = 16;

export async function installationFindings(config: Config): Promise<Finding[]> {
  return [
    ...(await dataFindings(config.data)),
    libraries(config.libraries),
    await port('traffic port', config.host, config.port, '--port'),
    await port('admin port', config.adminHost, config.adminPort, '--admin-port'),
    ...(config.scalerPort === undefined ? [] : [await port('scaler port', config.scalerHost, config.scalerPort, '--scaler-port')]),
    ...exposure(config),
    ...(await files(config)),
    ...(config.otlpEndpoint === undefined ? [] : [await collector(config.otlpEndpoint)]),
  ];
}

async function dataFindings(data: string): Promise<Finding[]> {
  const found = await stat(data).catch(() => undefined);
  const place = found === undefined ? await firstThere(data) : data;
  if (found !== undefined && !found.isDirectory()) return [wrong('data', `${data} is no directory`, 'Give another one by --data')];
  const writable = await canWrite(place);
  if (writable !== undefined)
    return [wrong('data', `${place} cannot be written: ${writable}`, 'Give it to the user of the host, or another one by --data')];
  const { bavail, bsize } = await statfs(place);
  const free = bavail * bsize;
  return [
    found === undefined ? good('data', `${data} is made at the first start`) : modeOf(data, found.mode),
    free >= leastFree
      ? good('disk', `${size(free)} are free`)
      : warning(
          'disk',
          `${size(free)} are free; a full disk has every change refused`,
          'Free some, or bound usage and releases (--usage-size, --keep-releases)',
        ),
    ...(found === undefined ? [] : await schema(join(data, 'nbox.db'))),
  ];
}

function modeOf(data: string, mode: number): Finding {
  const open = (mode & 0o077) !== 0;
  return open
    ? warning('data', `${data} can be read by other users (mode ${(mode & 0o777).toString(8)}); sources lie in it`, `chmod 700 ${data}`)
    : good('data', data);
}

/** By writing: what modes say, a read-only mount or a quota may not. @returns why not */
async function canWrite(directory: string): Promise<string | undefined> {
  try {
    const made = await mkdtemp(join(directory, '.doctor-'));
    await rm(made, { recursive: true });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

async function firstThere(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) if ((await stat(at).catch(() => undefined)) !== undefined || at === dirname(at)) return at;
}

/** Read only, so that a host that uses it does not notice. */
async function schema(file: string): Promise<Finding[]> {
  if ((await stat(file).catch(() => undefined)) === undefined) return [good('store', 'made at the first start')];
  try {
    using db = new DatabaseSync(file, { readOnly: true });
    const version = versionOf(db);
    if (version > schemaVersion) {
      return [wrong('store', `it was written by a newer nbox (schema ${version}, this one knows ${schemaVersion})`, 'Start that one')];
    }
    const older = version < schemaVersion ? `; the next start brings it to ${schemaVersion}, so have a backup (nbox export)` : '';
    return [good('store', `schema ${version}${older}`)];
  } catch (error) {
    return [
      wrong('store', `${file} cannot be read: ${(error as Error).message}`, 'Look who owns it, or restore it from a backup (nbox import)'),
    ];
  }
}

function libraries(directory: string): Finding {
  try {
    return good('libraries', `${loadLibraries(directory).names.size} are approved and installed`);
  } catch (error) {
    return wrong('libraries', (error as Error).message, `Run npm ci, or npm install in ${directory}`);
  }
}

async function port(name: string, host: string, number: number, flag: string): Promise<Finding> {
  if (number === 0) return good(name, 'any that is free');
  const server = createServer();
  const failed = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once('error', resolve);
    server.listen(number, host, () => resolve(undefined));
  });
  if (failed === undefined) {
    server.close();
    await once(server, 'close');
    return good(name, `${number} on ${host} is free`);
  }
  // Most often it is the host that is asked about.
  if (failed.code === 'EADDRINUSE')
    return warning(name, `${number} on ${host} is in use, by a host that runs or by another program`, `${flag} takes another one`);
  return wrong(name, `${number} on ${host} cannot be used: ${failed.message}`, `${flag} takes another one`);
}

/** What strangers can reach. */
function exposure({ adminHost, adminToken, exposeErrors, host, tlsCert }: Config): Finding[] {
  const isLoopback = ['127.0.0.1', '::1', 'localhost'].includes(adminHost);
  return [
    isLoopback
      ? good('admin API', `on ${adminHost}: for this machine alone`)
      : tlsCert !== undefined
        ? good('admin API', `on ${adminHost}, by TLS`)
        : warning(
            'admin API',
            `on ${adminHost}: tokens cross the network in plain text`,
            'Give --tls-cert and --tls-key, or have TLS in front of it',
          ),
    ...(adminToken !== undefined && adminToken.length < leastToken
      ? [wrong('token', `NBOX_ADMIN_TOKEN has ${adminToken.length} characters: it can be guessed`, 'Take 32 random ones')]
      : []),
    ...(exposeErrors && !['127.0.0.1', '::1', 'localhost'].includes(host)
      ? [warning('errors', '--expose-errors: callers read the errors of plugins', 'Leave it off where strangers call')]
      : []),
  ];
}

async function files({ tlsCert, tlsKey, scalerCert, scalerKey, scalerCa, logFile, plugins }: Config): Promise<Finding[]> {
  const found: Finding[] = [];
  const pem = { 'tls-cert': tlsCert, 'tls-key': tlsKey, 'scaler-cert': scalerCert, 'scaler-key': scalerKey, 'scaler-ca': scalerCa };
  for (const [name, path] of Object.entries(pem)) {
    if (path === undefined) continue;
    const text = await readFile(path, 'utf8').catch((error: Error) => error);
    if (text instanceof Error) found.push(wrong(name, `${path} cannot be read: ${text.message}`, `Give another file by --${name}`));
    else if (!/-----BEGIN [A-Z ]+-----/.test(text)) found.push(wrong(name, `${path} is not PEM`, `Give a file in PEM by --${name}`));
    else found.push(good(name, path));
  }
  if (logFile !== undefined) {
    const why = await canWrite(dirname(logFile));
    found.push(
      why === undefined
        ? good('log file', logFile)
        : wrong('log file', `${dirname(logFile)} cannot be written: ${why}`, 'Give another file by --log-file'),
    );
  }
  if (plugins !== undefined) {
    const why = await access(plugins, constants.R_OK | constants.X_OK).catch((error: Error) => error.message);
    found.push(
      why === undefined
        ? good('plugins', plugins)
        : wrong('plugins', `${plugins} cannot be read: ${why}`, 'Give another directory by --plugins'),
    );
  }
  return found;
}

async function collector(endpoint: string): Promise<Finding> {
  const { hostname, port: given, protocol } = new URL(endpoint);
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(given || (protocol === 'https:' ? 443 : 80)),
    timeout: connectMs,
  });
  try {
    await Promise.race([once(socket, 'connect'), once(socket, 'timeout').then(() => Promise.reject(new Error('it does not answer')))]);
    return good('collector', `${endpoint} takes connections`);
  } catch (error) {
    return warning('collector', `${endpoint} cannot be reached: ${(error as Error).message}`, 'Start it, or leave --otlp-endpoint out');
  } finally {
    socket.destroy();
  }
}

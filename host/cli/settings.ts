/** Where the host is, and which token opens it: flags, then the environment, then the config file. */

import { open, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { CliError, exitCodes, usageError } from './cli-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface AdminFlags {
  readonly url?: string;
  readonly tokenFile?: string;
}

export interface AdminSettings {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: string;
  /** In words, for when the host does not take it. */
  readonly tokenFrom: string;
}

export const defaultUrl = 'http://127.0.0.1:8081';
export const defaultTrafficUrl = 'http://127.0.0.1:8080';

/** What a host accepts as a token. */
const tokenForm = /^[\x21-\x7e]{1,512}$/;

const configSchema = z.strictObject({ url: z.string().optional(), token: z.string().optional(), trafficUrl: z.string().optional() });
type ConfigFile = z.infer<typeof configSchema>;

/** There is no `--token`: a flag can be read by every user of the machine. */
export function addAdminOptions(command: Command): Command {
  return command
    .option('--url <url>', `admin API of the host (NBOX_URL, config file; default ${defaultUrl})`)
    .option('--token-file <file>', 'file that holds the token (else NBOX_TOKEN, NBOX_ADMIN_TOKEN, config file)');
}

/**
 * @param warn is told what is unwise but no error
 * @throws CliError
 */
export async function adminSettings(flags: AdminFlags, env: Environment, warn: (text: string) => void): Promise<AdminSettings> {
  const path = configPath(env);
  const config = await readConfigFile(path, warn);
  const url = urlOf(flags, env, path, config);
  const { token, from } = (await givenToken(flags, env)) ?? fileToken(config, path, url, config.url, 'origin') ?? missingToken(path);
  return { url, token: checkedToken(token, from), tokenFrom: from };
}

/** Where the host is, for those who need no token. @throws CliError */
export async function adminUrl(flags: AdminFlags, env: Environment, warn: (text: string) => void): Promise<string> {
  const path = configPath(env);
  return urlOf(flags, env, path, await readConfigFile(path, warn));
}

function urlOf(flags: AdminFlags, env: Environment, path: string, config: ConfigFile): string {
  return firstUrl(
    [
      ['--url', flags.url],
      ['NBOX_URL', env['NBOX_URL']],
      [`"url" in ${path}`, config.url],
    ],
    defaultUrl,
  );
}

function checkedToken(token: string, from: string): string {
  if (tokenForm.test(token)) return token;
  throw usageError(`The token of ${from} is not one: it may have 1 to 512 printable ASCII characters without spaces`);
}

/**
 * The token for a call whose failure shall be told in full.
 * @param base where the call goes
 * @throws CliError
 */
export async function detailsToken(
  flags: Pick<AdminFlags, 'tokenFile'>,
  base: string,
  env: Environment,
  warn: (text: string) => void,
): Promise<string> {
  const given = await givenToken(flags, env);
  if (given !== undefined) return checkedToken(given.token, given.from);
  const path = configPath(env);
  const config = await readConfigFile(path, warn);
  const { url = defaultUrl, trafficUrl } = config;
  // Traffic has a port of its own: where the file does not name it, the machine must be the one of the admin API.
  const { token, from } =
    (trafficUrl === undefined ? fileToken(config, path, base, url, 'hostname') : fileToken(config, path, base, trafficUrl, 'origin')) ??
    missingToken(path);
  return checkedToken(token, from);
}

/** @throws CliError */
export async function trafficUrl(flag: string | undefined, env: Environment, warn: (text: string) => void): Promise<string> {
  const path = configPath(env);
  const config = await readConfigFile(path, warn);
  return firstUrl(
    [
      ['--traffic-url', flag],
      ['NBOX_TRAFFIC_URL', env['NBOX_TRAFFIC_URL']],
      [`"trafficUrl" in ${path}`, config.trafficUrl],
    ],
    defaultTrafficUrl,
  );
}

/** A variable that is empty counts as not set, as it does for the host. */
function firstUrl(given: readonly (readonly [from: string, text: string | undefined])[], otherwise: string): string {
  const found = given.find(([, text]) => text !== undefined && text !== '');
  return found === undefined ? otherwise : checkedUrl(...(found as [string, string]));
}

function checkedUrl(from: string, text: string): string {
  const url = URL.parse(text);
  const isPlain =
    url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!isPlain) throw usageError(`${from} is ${JSON.stringify(text.slice(0, 200))}; it may be a URL such as ${defaultUrl}`);
  return url.href.replace(/\/+$/, '');
}

async function givenToken(flags: AdminFlags, env: Environment): Promise<{ token: string; from: string } | undefined> {
  if (flags.tokenFile !== undefined) return { token: (await readFile(flags.tokenFile, 'utf8')).trim(), from: flags.tokenFile };
  for (const from of ['NBOX_TOKEN', 'NBOX_ADMIN_TOKEN']) {
    const token = env[from];
    if (token !== undefined && token !== '') return { token, from };
  }
  return undefined;
}

/** A token that the file keeps for one host is not sent to another one, whatever the flags say. */
function fileToken(
  { token }: ConfigFile,
  path: string,
  url: string,
  known: string | undefined,
  same: 'origin' | 'hostname',
): { token: string; from: string } | undefined {
  if (token === undefined) return undefined;
  if (known !== undefined && new URL(checkedUrl(`a URL in ${path}`, known))[same] !== new URL(url)[same]) {
    throw new CliError(`The token in ${path} is for ${known} and is not sent to ${url}`, {
      hint: 'Set NBOX_TOKEN to that host’s token, or give a file that holds it by --token-file',
    });
  }
  return { token, from: path };
}

function missingToken(path: string): never {
  throw new CliError('There is no token for the admin API', {
    exitCode: exitCodes.denied,
    hint: `Set NBOX_TOKEN, give a file that holds it by --token-file, or write { "token": "…" } into ${path}; a host prints its token at its first start`,
  });
}

/** XDG's rule: a relative XDG_CONFIG_HOME does not count. */
function configPath(env: Environment): string {
  const given = env['XDG_CONFIG_HOME'];
  const base = given !== undefined && isAbsolute(given) ? given : join(env['HOME'] || homedir(), '.config');
  return join(base, 'nbox', 'config.json');
}

async function readConfigFile(path: string, warn: (text: string) => void): Promise<ConfigFile> {
  await using file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (file === undefined) return {};
  const { mode } = await file.stat();
  const config = parseConfig(path, await file.readFile('utf8'));
  if (config.token !== undefined && (mode & 0o077) !== 0) {
    warn(`${path} holds a token and can be read by others (mode ${(mode & 0o777).toString(8)}): chmod 600 ${path}`);
  }
  return config;
}

function parseConfig(path: string, text: string): ConfigFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's words quote the text, which may be the token.
    throw usageError(`${path} is not JSON`);
  }
  const parsed = configSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw usageError(
    `${path}: ${[...(issue?.path ?? []), issue?.message].join(': ')}`,
    'It may have "url", "token" and "trafficUrl", each a string',
  );
}

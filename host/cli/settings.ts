/** Where the host is, and which token opens it: flags, then the environment, then the config file. */

import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { CliError, exitCodes, usageError } from './cli-error.ts';
import { configPath, type Environment, type Profile, readProfile } from './config-file.ts';

export interface AdminFlags {
  readonly url?: string;
  readonly tokenFile?: string;
  readonly profile?: string;
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

/** There is no `--token`: a flag can be read by every user of the machine. */
export function addAdminOptions(command: Command): Command {
  return command
    .option('--url <url>', `admin API of the host (NBOX_URL, config file; default ${defaultUrl})`)
    .option('--token-file <file>', 'file that holds the token (else NBOX_TOKEN, NBOX_ADMIN_TOKEN, config file)')
    .option('--profile <name>', 'login of the config file to use, in place of the environment (NBOX_PROFILE)');
}

/** A profile that is named by a flag goes before what the environment says of hosts and tokens. */
function besides(flags: Pick<AdminFlags, 'profile'>, env: Environment): Environment {
  if (flags.profile === undefined) return env;
  return { ...env, NBOX_URL: undefined, NBOX_TOKEN: undefined, NBOX_ADMIN_TOKEN: undefined, NBOX_TRAFFIC_URL: undefined };
}

/**
 * @param warn is told what is unwise but no error
 * @throws CliError
 */
export async function adminSettings(flags: AdminFlags, given: Environment, warn: (text: string) => void): Promise<AdminSettings> {
  const path = configPath(given);
  const config = await readProfile(flags.profile, given, warn);
  const env = besides(flags, given);
  const url = urlOf(flags, env, path, config);
  const { token, from } = (await givenToken(flags, env)) ?? fileToken(config, path, url, config.url, 'origin') ?? missingToken(path);
  return { url, token: checkedToken(token, from), tokenFrom: from };
}

/** Where the host is, for those who need no token. @throws CliError */
export async function adminUrl(flags: AdminFlags, given: Environment, warn: (text: string) => void): Promise<string> {
  return urlOf(flags, besides(flags, given), configPath(given), await readProfile(flags.profile, given, warn));
}

function urlOf(flags: AdminFlags, env: Environment, path: string, config: Profile): string {
  return firstUrl(
    [
      ['--url', flags.url],
      ['NBOX_URL', env['NBOX_URL']],
      [`"url" in ${path}`, config.url],
    ],
    defaultUrl,
  );
}

export function checkedToken(token: string, from: string): string {
  if (tokenForm.test(token)) return token;
  throw usageError(`The token of ${from} is not one: it may have 1 to 512 printable ASCII characters without spaces`);
}

/**
 * The token for a call whose failure shall be told in full.
 * @param base where the call goes
 * @throws CliError
 */
export async function detailsToken(
  flags: Pick<AdminFlags, 'tokenFile' | 'profile'>,
  base: string,
  env: Environment,
  warn: (text: string) => void,
): Promise<string> {
  const given = await givenToken(flags, besides(flags, env));
  if (given !== undefined) return checkedToken(given.token, given.from);
  const path = configPath(env);
  const config = await readProfile(flags.profile, env, warn);
  const { url = defaultUrl, trafficUrl } = config;
  // Traffic has a port of its own: where the file does not name it, the machine must be the one of the admin API.
  const { token, from } =
    (trafficUrl === undefined ? fileToken(config, path, base, url, 'hostname') : fileToken(config, path, base, trafficUrl, 'origin')) ??
    missingToken(path);
  return checkedToken(token, from);
}

/** @throws CliError */
export async function trafficUrl(
  flags: Pick<AdminFlags, 'profile'> & { readonly trafficUrl?: string },
  env: Environment,
  warn: (text: string) => void,
): Promise<string> {
  const path = configPath(env);
  const config = await readProfile(flags.profile, env, warn);
  return firstUrl(
    [
      ['--traffic-url', flags.trafficUrl],
      ['NBOX_TRAFFIC_URL', besides(flags, env)['NBOX_TRAFFIC_URL']],
      [`"trafficUrl" in ${path}`, config.trafficUrl],
    ],
    defaultTrafficUrl,
  );
}

/** A variable that is empty counts as not set, as it does for the host. */
export function firstUrl(given: readonly (readonly [from: string, text: string | undefined])[], otherwise: string): string {
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

export async function givenToken(flags: AdminFlags, env: Environment): Promise<{ token: string; from: string } | undefined> {
  if (flags.tokenFile !== undefined) return { token: (await readFile(flags.tokenFile, 'utf8')).trim(), from: flags.tokenFile };
  for (const from of ['NBOX_TOKEN', 'NBOX_ADMIN_TOKEN']) {
    const token = env[from];
    if (token !== undefined && token !== '') return { token, from };
  }
  return undefined;
}

/** A token that the file keeps for one host is not sent to another one, whatever the flags say. */
function fileToken(
  { token }: Profile,
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
    hint: `Log in with \`nbox login\`, set NBOX_TOKEN, give a file that holds it by --token-file, or write { "token": "…" } into ${path}; a host prints its token at its first start`,
  });
}

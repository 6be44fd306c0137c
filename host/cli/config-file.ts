/** The config file of the command line: a host and its token, and further ones by name. */

import { mkdir, open } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { usageError } from './cli-error.ts';
import { writeWhole } from './whole-file.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const profileName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const fields = { url: z.string().optional(), token: z.string().optional(), trafficUrl: z.string().optional() };
const profileSchema = z.strictObject(fields);
const configSchema = z.strictObject({ ...fields, profiles: z.record(z.string().regex(profileName), profileSchema).optional() });

export type Profile = z.infer<typeof profileSchema>;
export type ConfigFile = z.infer<typeof configSchema>;

/** XDG's rule: a relative XDG_CONFIG_HOME does not count. */
export function configPath(env: Environment): string {
  const given = env['XDG_CONFIG_HOME'];
  const base = given !== undefined && isAbsolute(given) ? given : join(env['HOME'] || homedir(), '.config');
  return join(base, 'nbox', 'config.json');
}

/** @throws CliError */
export function checkProfileName(name: string): string {
  if (profileName.test(name)) return name;
  throw usageError(`${JSON.stringify(name.slice(0, 80))} is no name of a profile: letters, digits, ".", "_" and "-", 63 at most`);
}

/** Which one is meant: by the flag, or else by the environment; `undefined`: the one without a name. */
export function profileNameOf(flag: string | undefined, env: Environment): string | undefined {
  const name = flag ?? (env['NBOX_PROFILE'] || undefined);
  return name === undefined ? undefined : checkProfileName(name);
}

/** @param warn is told what is unwise but no error @throws CliError where there is none of the name */
export async function readProfile(flag: string | undefined, env: Environment, warn: (text: string) => void): Promise<Profile> {
  const path = configPath(env);
  const { profiles = {}, ...own } = await readConfigFile(path, warn);
  const name = profileNameOf(flag, env);
  if (name === undefined) return own;
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (profile !== undefined) return profile;
  const known = Object.keys(profiles);
  throw usageError(
    `There is no profile ${name} in ${path}${known.length === 0 ? '' : `; there is ${known.join(', ')}`}`,
    `\`nbox login --profile ${name} --url <url>\` makes it`,
  );
}

/** @throws CliError */
export async function readConfigFile(path: string, warn: (text: string) => void): Promise<ConfigFile> {
  await using file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (file === undefined) return {};
  const { mode } = await file.stat();
  const config = parseConfig(path, await file.readFile('utf8'));
  const hasToken = [config, ...Object.values(config.profiles ?? {})].some(({ token }) => token !== undefined);
  if (hasToken && (mode & 0o077) !== 0) {
    warn(`${path} holds a token and can be read by others (mode ${(mode & 0o777).toString(8)}): chmod 600 ${path}`);
  }
  return config;
}

/** For its owner's eyes alone; whole, or as it was. */
export async function writeConfigFile(path: string, config: ConfigFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const text = Buffer.from(`${JSON.stringify(config, null, 2)}\n`);
  await writeWhole(
    path,
    (async function* () {
      yield text;
    })(),
    async () => {},
  );
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
    'It may have "url", "token" and "trafficUrl", each a string, and "profiles", each with these',
  );
}

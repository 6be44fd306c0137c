/** `nbox login` and `nbox logout`: hosts and their tokens, kept in the config file. */

import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { z } from 'zod';
import { AdminClient } from './admin-client.ts';
import { usageError } from './cli-error.ts';
import { type ConfigFile, configPath, type Profile, profileNameOf, readConfigFile, writeConfigFile } from './config-file.ts';
import { type AdminFlags, addAdminOptions, checkedToken, defaultUrl, firstUrl, givenToken } from './settings.ts';
import { warn } from './warn.ts';

const whoSchema = z.looseObject({ actor: z.string(), scope: z.string(), reach: z.string(), expiresAt: z.string().nullable() });
const mostInput = 4_096;

export function addLogin(program: Command): void {
  const login = program
    .command('login')
    .description('Keeps a token in the config file, for its owner alone, once the host has taken it')
    .option('--traffic-url <url>', 'where the traffic goes, to be kept with it');
  addAdminOptions(login)
    .addHelpText(
      'after',
      '\nThe token is asked for, or read from standard input.\n\nExamples:\n  nbox login\n  nbox login --profile prod --url https://nbox.example.com < token',
    )
    .action(logIn);
  program
    .command('logout')
    .description('Takes a token out of the config file; on the host it goes on (nbox token revoke ends it)')
    .option('--profile <name>', 'of this login (NBOX_PROFILE)')
    .action(logOut);
}

async function logIn(flags: AdminFlags & { readonly trafficUrl?: string }): Promise<void> {
  const path = configPath(process.env);
  const config = await readConfigFile(path, warn);
  const name = profileNameOf(flags.profile, process.env);
  const before = profileIn(config, name);
  const url = firstUrl(
    [
      ['--url', flags.url],
      ['NBOX_URL', flags.profile === undefined ? process.env['NBOX_URL'] : undefined],
      [`"url" in ${path}`, before.url],
    ],
    defaultUrl,
  );
  const given = flags.tokenFile === undefined ? undefined : await givenToken(flags, {});
  const { token, from } = given ?? { token: await askedToken(url), from: 'standard input' };
  const client = new AdminClient({ url, token: checkedToken(token, from), tokenFrom: from });
  const { value } = await client.ask('GET', '/v1/session', whoSchema);
  const trafficUrl = flags.trafficUrl === undefined ? before.trafficUrl : firstUrl([['--traffic-url', flags.trafficUrl]], '');
  await writeConfigFile(path, withProfile(config, name, { url, token, ...(trafficUrl === undefined ? {} : { trafficUrl }) }));
  const until = value.expiresAt === null ? '' : `, until ${value.expiresAt}`;
  process.stdout.write(`Logged in to ${url} as ${value.actor}: ${value.scope} of ${value.reach}${until}\n`);
}

async function logOut(flags: Pick<AdminFlags, 'profile'>): Promise<void> {
  const path = configPath(process.env);
  const config = await readConfigFile(path, warn);
  const name = profileNameOf(flags.profile, process.env);
  const { token, url = defaultUrl } = profileIn(config, name);
  if (token === undefined) throw usageError(`There is no login${name === undefined ? '' : ` ${name}`} in ${path}`);
  await writeConfigFile(path, withProfile(config, name, undefined));
  process.stdout.write(`The token for ${url} is out of ${path}\n`);
}

function profileIn(config: ConfigFile, name: string | undefined): Profile {
  if (name === undefined) return config;
  return config.profiles !== undefined && Object.hasOwn(config.profiles, name) ? (config.profiles[name] ?? {}) : {};
}

/** @param profile in place of what there was; `undefined`: in place of nothing */
function withProfile(config: ConfigFile, name: string | undefined, profile: Profile | undefined): ConfigFile {
  const { profiles, ...own } = config;
  if (name === undefined) return { ...profile, ...(profiles === undefined ? {} : { profiles }) };
  const others = Object.fromEntries(Object.entries(profiles ?? {}).filter(([one]) => one !== name));
  return { ...own, profiles: profile === undefined ? others : { ...others, [name]: profile } };
}

/** What is typed on a terminal is not shown. */
async function askedToken(url: string): Promise<string> {
  if (!process.stdin.isTTY) {
    let text = '';
    for await (const chunk of process.stdin.setEncoding('utf8')) {
      text += chunk;
      if (text.length > mostInput) throw usageError('There is more on standard input than a token');
    }
    if (text.trim() === '') throw usageError('There is no token on standard input', 'Give a file that holds it by --token-file');
    return text.trim();
  }
  process.stderr.write(`Token for ${url}: `);
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() });
  using question = createInterface({ input: process.stdin, output: hidden, terminal: true });
  const asked = new AbortController();
  question.once('close', () => asked.abort());
  const answer = await question.question('', { signal: asked.signal }).catch(() => '');
  process.stderr.write('\n');
  if (answer.trim() === '') throw usageError('No token was given');
  return answer.trim();
}

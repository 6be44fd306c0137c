/** From flags and `NBOX_…` variables to what a host is started with, checked as a whole before anything starts. */

import { availableParallelism } from 'node:os';
import { nearest } from '../nearest.ts';
import { type Config, ConfigError } from './config.ts';
import { hintProblems } from './hint-options.ts';
import { mostExecutors } from './option-values.ts';
import { type ConfigOption, configOptions, kebab } from './options.ts';

const processors = Math.max(2, Math.min(8, availableParallelism()));
/** `NBOX_…` variables that belong to others: the command line's and the tests'. */
const otherVariables: ReadonlySet<string> = new Set([
  'NBOX_TOKEN',
  'NBOX_URL',
  'NBOX_TRAFFIC_URL',
  'NBOX_PROFILE',
  'NBOX_TEST_SERVICES',
  'NBOX_TEST_BROWSER',
  'NBOX_TEST_CHROMIUM',
]);

/**
 * @param flags what stands behind the command: `--port 80`, `--port=80`; of a flag given twice the last counts.
 * @param env flags win over it; a variable that is empty counts as not set.
 * @returns frozen
 * @throws ConfigError with every problem that was found
 */
export function readConfig(flags: readonly string[], env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const given = new Map<string, { readonly from: string; readonly text: string }>();
  readVariables(env, given, problems);
  readFlags(flags, given, problems);
  const values: Record<string, unknown> = {};
  for (const option of configOptions) {
    const value = given.get(option.name);
    const parsed = option.schema.safeParse(value?.text);
    if (parsed.success) values[option.name] = Array.isArray(parsed.data) ? Object.freeze(parsed.data) : parsed.data;
    else problems.push(`${value?.from}: ${shown(option, value?.text ?? '')} is not valid; it may be ${option.values}`);
  }
  const config = { ...values, ...executorBounds(values, problems) } as unknown as Config;
  if (config.port === config.adminPort && config.port !== undefined && config.port !== 0) {
    problems.push(`--port and --admin-port: both are ${config.port}; traffic and admin API need a port each`);
  }
  if ((config.tlsCert === undefined) !== (config.tlsKey === undefined)) {
    problems.push('--tls-cert and --tls-key: one is of no use without the other');
  }
  if (config.oidcIssuer !== undefined && (config.oidcClientId === undefined || config.oidcGroups?.length === 0)) {
    problems.push('--oidc-issuer: it takes --oidc-client-id, and --oidc-groups, without which nobody may do anything');
  }
  problems.push(...hintProblems(config));
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config);
}

/** What is not set follows from what is: the bounds from the number at the start, and that, where nobody has set it, from the bounds. */
function executorBounds(
  { executors, executorsMin, executorsMax }: Partial<Record<'executors' | 'executorsMin' | 'executorsMax', number>>,
  problems: string[],
): Pick<Config, 'executors' | 'executorsMin' | 'executorsMax'> {
  const first = executors ?? Math.max(executorsMin ?? 1, Math.min(executorsMax ?? mostExecutors, processors));
  const [least, most] = [executorsMin ?? first, executorsMax ?? first];
  if (executorsMin !== undefined && executorsMax !== undefined && least > most) {
    problems.push(`--executors-min and --executors-max: ${least} is more than ${most}`);
  } else if (first < least) problems.push(`--executors and --executors-min: ${first} is less than ${least}`);
  else if (first > most) problems.push(`--executors and --executors-max: ${first} is more than ${most}`);
  return { executors: first, executorsMin: least, executorsMax: most };
}

type Given = Map<string, { readonly from: string; readonly text: string }>;

function readVariables(env: Readonly<Record<string, string | undefined>>, given: Given, problems: string[]): void {
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith('NBOX_') || otherVariables.has(variable)) continue;
    const option = configOptions.find((one) => one.variable === variable);
    if (option === undefined) {
      const known = [...configOptions.map((one) => one.variable), ...otherVariables];
      problems.push(`${variable}: there is no such variable; did you mean ${nearest(variable, known)}?`);
    } else if (text !== undefined && text !== '') {
      given.set(option.name, { from: variable, text });
    }
  }
}

function readFlags(flags: readonly string[], given: Given, problems: string[]): void {
  for (let i = 0; i < flags.length; i++) {
    const argument = flags[i] as string;
    if (!argument.startsWith('--')) {
      problems.push(`${JSON.stringify(argument)}: a flag was expected, such as --port 8080`);
      continue;
    }
    const equals = argument.indexOf('=');
    const flag = equals < 0 ? argument : argument.slice(0, equals);
    const option = configOptions.find((one) => one.flag === flag);
    const separate = equals < 0 && i + 1 < flags.length && !flags[i + 1]?.startsWith('--');
    if (separate) i += 1;
    const text = separate ? flags[i] : equals < 0 ? undefined : argument.slice(equals + 1);
    const secret = configOptions.find((one) => one.secret && `--${kebab(one.name)}` === flag);
    if (option !== undefined && text !== undefined) given.set(option.name, { from: flag, text });
    else if (option !== undefined) problems.push(`${flag}: its value is missing; it may be ${option.values}`);
    else if (secret !== undefined)
      problems.push(`${flag}: set ${secret.variable} in the environment; a flag can be read by every user of the machine`);
    else
      problems.push(
        `${flag}: there is no such flag; did you mean ${nearest(
          flag,
          configOptions.map((one) => one.flag ?? ''),
        )}?`,
      );
  }
}

function shown(option: ConfigOption, text: string): string {
  return option.secret ? `a value of ${text.length} characters` : JSON.stringify(text.slice(0, 200));
}

/** One line for each option, for `--help`. */
export function configHelp(): string {
  const heads = configOptions.map((option) => (option.flag === undefined ? option.variable : `${option.flag}, ${option.variable}`));
  const width = Math.max(...heads.map((head) => head.length));
  return configOptions.map((option, i) => `  ${(heads[i] as string).padEnd(width)}  ${option.what} (${option.default})`).join('\n');
}

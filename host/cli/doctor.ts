/** `nbox doctor`: looks at the machine, at what a host would start with, and at the host that runs, and says what to do about what is wrong. */

import type { Command } from 'commander';
import { type Config, ConfigError } from '../config/config.ts';
import { readConfig } from '../config/read-config.ts';
import { printableLine } from '../printable.ts';
import { exitCodes } from './cli-error.ts';
import { type Finding, wrong } from './doctor/finding.ts';
import { installationFindings } from './doctor/installation.ts';
import { machineFindings, thisMachine } from './doctor/machine.ts';
import { hostFindings } from './doctor/running-host.ts';
import { type Paint, paintFor, type Style } from './paint.ts';
import { showProgress } from './progress.ts';
import { type AdminFlags, addAdminOptions, adminSettings, adminUrl } from './settings.ts';
import { warn } from './warn.ts';

export function addDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .description('Looks at the machine, at what a host would start with and at the host that runs, and says what is wrong and what to do')
    .argument('[host-flags...]', 'behind --, flags of `nbox start`; its variables count, too')
    .option('--json', 'what was found, as JSON');
  addAdminOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  nbox doctor\n  nbox doctor -- --data /var/lib/nbox --port 80\n\nExit code: 1 where something is wrong; warnings are no failure.',
    )
    .action(doctor);
}

async function doctor(hostFlags: readonly string[], flags: AdminFlags & { readonly json?: boolean }): Promise<void> {
  const findings = await look(hostFlags, flags);
  const found = { good: 0, warning: 0, wrong: 0 };
  for (const { state } of findings) found[state] += 1;
  if (found.wrong > 0) process.exitCode = exitCodes.failed;
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify({ ok: found.wrong === 0, findings }, null, 2)}\n`);
    return;
  }
  const paint = paintFor(process.stdout);
  const count = `${found.good} good, ${found.warning} to think about, ${found.wrong} wrong`;
  process.stdout.write(`${findings.map((one) => line(one, paint)).join('\n')}\n\n${count}\n`);
}

async function look(hostFlags: readonly string[], flags: AdminFlags): Promise<Finding[]> {
  using _ = showProgress(() => 'looking …');
  const machine = machineFindings(thisMachine());
  const settings = await adminSettings(flags, process.env, warn).catch((error: Error) => error);
  const url = settings instanceof Error ? await adminUrl(flags, process.env, warn) : settings.url;
  const config = configOf(hostFlags);
  const installation =
    config instanceof ConfigError
      ? config.problems.map((problem) => wrong('options', problem, 'nbox start --help lists them'))
      : await installationFindings(config);
  return [...machine, ...installation, ...(await hostFindings(settings, url, Date.now))];
}

function configOf(hostFlags: readonly string[]): Config | ConfigError {
  try {
    return readConfig(hostFlags, process.env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

const marks: Readonly<Record<Finding['state'], readonly [mark: string, style: Style]>> = {
  good: ['✓', 'green'],
  warning: ['!', 'yellow'],
  wrong: ['✗', 'red'],
};
const nameWidth = 13;

function line({ name, state, what, advice }: Finding, paint: Paint): string {
  const [mark, style] = marks[state];
  const head = `${paint(style, mark)} ${paint('bold', name.padEnd(nameWidth))} ${printableLine(what)}`;
  return advice === undefined ? head : `${head}\n  ${' '.repeat(nameWidth)} ${paint('dim', '→')} ${printableLine(advice)}`;
}

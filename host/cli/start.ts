/** `nbox start`: runs a host in this process, with the host's own flags. */

import type { Command } from 'commander';
import { type Config, ConfigError } from '../config/config.ts';
import { configHelp, readConfig } from '../config/read-config.ts';
import { printable } from '../printable.ts';
import { CliError, exitCodes } from './cli-error.ts';

export function addStart(program: Command): void {
  const command = program
    .command('start')
    .description('Runs a host until it is told to stop (SIGTERM, Ctrl-C; a second one ends it at once)')
    .usage('[flags]')
    .argument('[flags...]')
    // The host reads its flags itself, and says better what is wrong with one.
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .addHelpText(
      'after',
      () =>
        `\nFlags, each also as a variable, and its default:\n${configHelp()}\n\nExit codes: 0 stopped in order, 1 it could not start, 2 a flag or variable is wrong.`,
    );
  command.action(async (flags: string[]) => {
    if (flags.includes('--help') || flags.includes('-h')) command.help();
    await startHost(flags);
  });
}

async function startHost(flags: readonly string[]): Promise<void> {
  let config: Config;
  try {
    config = readConfig(flags, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) process.stderr.write(`nbox: ${printable(problem)}\n`);
    process.exitCode = exitCodes.usage;
    return;
  }
  try {
    // Here and not above: the other commands need none of the host.
    const { start } = await import('../main.ts');
    await start(flags);
  } catch (error) {
    const { message } = startError(error, config);
    process.stderr.write(`${printable(`nbox: ${message}`)}\n`);
    process.exit(exitCodes.failed);
  }
  process.exit(exitCodes.ok);
}

/** One line for the operator, with the flag that mends it where there is one. */
export function startError(error: unknown, config: Pick<Config, 'port' | 'adminPort' | 'host' | 'adminHost' | 'logLevel'>): CliError {
  const { code, syscall, port, address, message, stack } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  const isAdmin = port !== undefined && port !== 0 && port === config.adminPort;
  const [portFlag, hostFlag] = isAdmin
    ? ['--admin-port (NBOX_ADMIN_PORT)', '--admin-host (NBOX_ADMIN_HOST)']
    : ['--port (NBOX_PORT)', '--host (NBOX_HOST)'];
  if (syscall === 'listen' && code === 'EADDRINUSE')
    return new CliError(`Port ${port} of ${address} is in use; ${portFlag} takes another one`);
  if (syscall === 'listen' && code === 'EACCES')
    return new CliError(`Port ${port} of ${address} may not be used by this user; ${portFlag} takes another one`);
  if (syscall === 'listen' && code === 'EADDRNOTAVAIL')
    return new CliError(`This machine has no address ${address}; ${hostFlag} takes another one`);
  if (syscall === 'getaddrinfo') {
    const failed = (error as { hostname?: string }).hostname;
    return new CliError(
      `The name ${failed} cannot be resolved; ${failed === config.adminHost ? '--admin-host (NBOX_ADMIN_HOST)' : '--host (NBOX_HOST)'} takes an address`,
    );
  }
  const words = error instanceof Error ? message.split('\n', 1)[0] : String(error);
  const isVerbose = config.logLevel === 'debug' || config.logLevel === 'trace';
  return new CliError(`The host could not start: ${isVerbose && stack !== undefined ? stack : words}`);
}

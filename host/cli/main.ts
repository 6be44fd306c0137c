/** The command line `nbox`: runs the command, and turns what failed into a line and an exit code. */

import { CommanderError } from 'commander';
import { exitCodes, failureText } from './cli-error.ts';
import { createProgram } from './program.ts';

// Whoever reads us (`nbox ls | head`) may stop reading.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCodes.ok);
});

try {
  await createProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed its text already; help that was asked for is no failure.
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  } else {
    const { text, exitCode } = failureText(error);
    process.stderr.write(`${text}\n`);
    process.exitCode = exitCode;
  }
}

/** Writes docs/cli.md from the commands themselves: `npm run cli-page`. A test holds the page against them. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command, Help } from 'commander';
import { exitCodes, exitCodeWords } from '../host/cli/cli-error.ts';
import { createProgram } from '../host/cli/program.ts';
import { configOptions } from '../host/config/options.ts';

const page = join(import.meta.dirname, '..', 'docs', 'cli.md');

const opening = `# The command line

<!-- made by npm run cli-page from the commands themselves, held by test/host/cli/page.test.ts -->

\`nbox\` publishes, tests and looks after plugins on a host, and runs hosts. \`nbox <command> --help\` says what stands here, with examples.

Commands that show something have \`--json\`; what they then write to standard output is for programs, and everything else goes to
standard error. Colors are there on terminals alone, and nowhere with \`NO_COLOR\`. What takes longer than a second says on a
terminal how far it is. \`eval "$(nbox completion bash)"\` has a shell complete commands, options, files and ids of plugins.

## Where the host is

The first that is given counts: a flag, the environment, the config file, which \`nbox login\` writes. \`--profile\` takes one of its
profiles in place of the environment; \`NBOX_PROFILE\` does where the environment says nothing.

| what | flag | variable | \`~/.config/nbox/config.json\` | default |
| --- | --- | --- | --- | --- |
| the admin API | \`--url\` | \`NBOX_URL\` | \`"url"\` | http://127.0.0.1:8081 |
| its token | \`--token-file\` | \`NBOX_TOKEN\`, \`NBOX_ADMIN_TOKEN\` | \`"token"\` | none |
| the traffic | \`--traffic-url\` | \`NBOX_TRAFFIC_URL\` | \`"trafficUrl"\` | http://127.0.0.1:8080 |
`;

/** The page as it should be. */
export function cliPage(): string {
  const program = createProgram();
  const help = program.createHelp();
  return [
    opening,
    exitCodeTable(),
    '## Commands\n',
    `${table(
      ['command', 'what it does'],
      help.visibleCommands(program).flatMap((one) => rowOf(program, one)),
    )}\n`,
    ...help
      .visibleCommands(program)
      .filter((command) => command.name() !== 'help')
      .flatMap((command) => sections(command, `nbox ${command.name()}`, help)),
  ].join('\n');
}

function exitCodeTable(): string {
  const rows = (Object.keys(exitCodes) as (keyof typeof exitCodes)[]).map((name) => [String(exitCodes[name]), exitCodeWords[name]]);
  return `## Exit codes\n\n${table(['code', 'when'], rows)}\n`;
}

function rowOf(program: Command, command: Command): string[][] {
  return command.parent === program ? [[`[${command.name()}](#nbox-${command.name()})`, command.description()]] : [];
}

function sections(command: Command, name: string, help: Help): string[] {
  // Flags of start are in the operators' table.
  const isStart = command.name() === 'start';
  const args = isStart ? [] : help.visibleArguments(command).map((one) => [code(one.name()), help.argumentDescription(one)]);
  const options = isStart ? [] : help.visibleOptions(command).map((one) => [code(one.flags), help.optionDescription(one)]);
  const after = examples(command);
  return [
    `## ${name}\n`,
    `${text(command.description())}\n`,
    `\`\`\`\n${help
      .commandUsage(command)
      .replace(/^\S+ /, `nbox `)
      .replace(/^nbox nbox /, 'nbox ')}\n\`\`\`\n`,
    ...(isStart ? [`Its ${configOptions.length} options are in [operators.md](operators.md).\n`] : []),
    ...(args.length > 0 ? [`${table(['argument', 'what it is'], args)}\n`] : []),
    ...(options.length > 0 ? [`${table(['option', 'what it does'], options)}\n`] : []),
    ...(after === '' ? [] : [`\`\`\`\n${after}\n\`\`\`\n`]),
    ...command.commands.flatMap((one) => sections(one, `${name} ${one.name()}`, help)),
  ];
}

/** What stands behind the options in its help. */
function examples(command: Command): string {
  if (command.name() === 'start') return '';
  const written: string[] = [];
  const before = command.configureOutput();
  command.configureOutput({ ...before, writeOut: (one) => written.push(one) });
  command.outputHelp();
  command.configureOutput(before);
  return written.join('').slice(command.helpInformation().length).trim();
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map((row) => line(row.map(cell)))].join('\n');
}

function cell(words: string): string {
  const safe = words.replaceAll('|', '\\|');
  // What stands in backquotes is shown as it is.
  return safe.startsWith('`') ? safe : text(safe);
}

/** What would be taken for HTML. */
function text(words: string): string {
  return words.replaceAll(/<(?=[a-z])/g, '\\<');
}

function code(words: string): string {
  return `\`${words}\``;
}

if (import.meta.main) await writeFile(page, cliPage());

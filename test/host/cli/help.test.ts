/** host/cli/program.ts: help and wrong usage. */

import assert from 'node:assert/strict';
import { createProgram } from '../../../host/cli/program.ts';
import { configOptions } from '../../../host/config/options.ts';
import { runCli } from './run-cli.ts';

describe('nbox --help', () => {
  it('lists every command, where the host is looked for, and the exit codes', async () => {
    const { code, stdout, stderr } = await runCli(['--help']);
    assert.equal(code, 0);
    assert.equal(stderr, '');
    for (const word of [
      'start',
      'push',
      'preview',
      'previews',
      'ls',
      'call',
      'invoke',
      'releases',
      'deploy',
      'rollback',
      'rm',
      'logs',
      'usage',
      'hints',
      'budgets',
      'hygiene',
      'export',
      'import',
      'token',
      'audit',
      'login',
      'logout',
      'NBOX_PROFILE',
      'NBOX_URL',
      'NBOX_TOKEN',
      'config.json',
      'Exit codes',
    ])
      assert.ok(stdout.includes(word), word);
  });

  it('says what every command does, and what each of its options and arguments is', () => {
    const { commands } = createProgram();
    assert.deepEqual(
      commands.map((command) => command.name()),
      [
        'start',
        'init',
        'dev',
        'check',
        'test',
        'push',
        'publish',
        'preview',
        'previews',
        'ls',
        'show',
        'top',
        'call',
        'invoke',
        'releases',
        'diff',
        'deploy',
        'rollback',
        'deployments',
        'rollout',
        'failures',
        'capsule',
        'replay',
        'logs',
        'rm',
        'usage',
        'hints',
        'budgets',
        'hygiene',
        'export',
        'import',
        'token',
        'audit',
        'login',
        'logout',
        'doctor',
        'completion',
        '__complete',
      ],
    );
    for (const command of commands.flatMap((one) => [one, ...one.commands])) {
      assert.notEqual(command.description(), '', command.name());
      for (const option of command.options) assert.notEqual(option.description, '', `${command.name()} ${option.flags}`);
      if (command.name() === 'start') continue;
      for (const argument of command.registeredArguments) assert.notEqual(argument.description, '', `${command.name()} ${argument.name()}`);
    }
  });

  it('has --json for every command that shows something', () => {
    // Of these the output is JSON, the reply or the script itself, or nothing; two have formats of their own.
    const others = ['start', 'audit', 'call', 'invoke', 'capsule', 'login', 'logout', 'completion', '__complete'];
    const shown = createProgram().commands.flatMap((one) => [one, ...one.commands]);
    for (const command of shown) {
      const isGroup = command.commands.length > 0 && command.registeredArguments.length === 0;
      if (isGroup || others.includes(command.name())) continue;
      assert.ok(
        command.options.some(({ long }) => long === '--json'),
        command.name(),
      );
    }
  });

  it('has an example for every command that does something', () => {
    for (const command of createProgram().commands.flatMap((one) => [one, ...one.commands])) {
      const isGroup = command.commands.length > 0 && command.registeredArguments.length === 0;
      if (isGroup || ['start', '__complete'].includes(command.name())) continue;
      const shown: string[] = [];
      command.configureOutput({ writeOut: (text) => shown.push(text) }).outputHelp();
      assert.match(shown.join(''), /^Examples?:\n {2}(?:nbox|eval) /m, command.name());
    }
  });

  it('of start shows every flag and variable of the host, wherever it stands', async () => {
    const { code, stdout } = await runCli(['start', '--help']);
    assert.equal(code, 0);
    for (const { flag, variable } of configOptions) assert.ok(stdout.includes(flag ?? variable) && stdout.includes(variable), variable);
    assert.equal((await runCli(['start', '--port', '1', '--help'])).stdout, stdout);
    assert.equal((await runCli(['help', 'start'])).stdout, stdout);
  });
});

describe('wrong usage', () => {
  for (const [title, args, pattern] of [
    ['no command', [], /Usage: nbox/],
    ['a command that does not exist', ['pusch'], /unknown command 'pusch'[\s\S]*push/],
    ['an option that does not exist', ['ls', '--wide'], /unknown option '--wide'/],
    ['an argument too many', ['ls', 'x'], /too many arguments/],
    ['a missing argument', ['push'], /missing required argument 'file-or-dir'/],
    ['a token as a flag', ['ls', '--token', 'secret'], /unknown option '--token'/],
  ] as const) {
    it(`is exit code 2: ${title}`, async () => {
      const { code, stderr } = await runCli(args);
      assert.equal(code, 2);
      assert.match(stderr, pattern);
    });
  }
});

/** `nbox test`: runs a plugin's tests on a host as a push would, and publishes nothing; `--local`: on one that is there for that alone. */

import { type Command, Option } from 'commander';
import { z } from 'zod';
import { printableLine } from '../printable.ts';
import { AdminClient, diagnosticSchema } from './admin-client.ts';
import { exitCodes } from './cli-error.ts';
import { ms } from './duration.ts';
import { startLocalHost, temporaryData } from './local-host.ts';
import { paintFor } from './paint.ts';
import { showProgress } from './progress.ts';
import { pushedPlugin } from './push-source.ts';
import { readOrRefuse, refuseOrThrow, report } from './refused-source.ts';
import { type AdminFlags, type AdminSettings, addAdminOptions, adminSettings } from './settings.ts';
import { describeTests, testsSchema } from './tests-summary.ts';
import { warn } from './warn.ts';

interface TestFlags extends AdminFlags {
  readonly as?: string;
  readonly local?: boolean;
  readonly warn?: boolean;
  readonly json?: boolean;
}

const testedSchema = z.looseObject({ plugin: z.string(), tests: testsSchema.nullable(), diagnostics: z.array(diagnosticSchema) });

export function addTest(program: Command): void {
  const command = program
    .command('test')
    .description('Type-checks a plugin and runs its tests on the host as a push would, and publishes nothing')
    .argument('<file-or-dir>', 'as in a push: a folder with its *.test.ts files')
    .option('--as <domain/group/name>', 'id of the plugin (default: the last three parts of the folder’s path)')
    .addOption(
      new Option('--local', 'on a host of its own, which ends with it: none has to run').conflicts(['url', 'tokenFile', 'profile']),
    )
    .option('--warn', 'run the tests in spite of type errors, and show them as warnings')
    .option('--json', 'what came of it, or the refusal, as the host says it');
  addAdminOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  nbox test plugins/demo/apps/offers\n  nbox test plugins/demo/apps/offers --local\n\nExit code: 1 where a test fails, or the source would be refused.',
    )
    .action(test);
}

async function test(path: string, flags: TestFlags): Promise<void> {
  const began = performance.now();
  const json = flags.json === true;
  const source = await readOrRefuse(path, began, json);
  if (source === undefined) return;
  const plugin = pushedPlugin(flags.as, source);
  await using host = flags.local === true ? await localHost(plugin) : undefined;
  const client = new AdminClient(host?.settings ?? (await adminSettings(flags, process.env, warn)));
  try {
    const query = flags.warn === true ? '?typecheck=warn' : '';
    const { value } = await client.ask('POST', `/v1/plugins/${plugin}/tests${query}`, testedSchema, source.body);
    if (!json) report(value.diagnostics, source);
    process.stdout.write(`${json ? JSON.stringify(value, null, 2) : summary(plugin, value.tests)}\n`);
  } catch (error) {
    refuseOrThrow(error, plugin, source, began, json);
  }
}

/** What it warns of is told: its tests may fail for it. */
async function localHost(plugin: string): Promise<AsyncDisposable & { readonly settings: AdminSettings }> {
  // In order, so that what it has written is taken away.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(exitCodes.failed));
  using _ = showProgress(() => 'starting a host …');
  const host = await startLocalHost({
    ...{ flags: [], data: await temporaryData(), port: '0', plugin },
    tell: (event) => event.event === 'warning' && warn(event.message),
  });
  return {
    settings: { url: host.admin, token: host.token, tokenFrom: 'nbox test --local' },
    [Symbol.asyncDispose]: () => host.close(),
  };
}

function summary(plugin: string, tests: z.infer<typeof testedSchema>['tests']): string {
  const paint = paintFor(process.stdout);
  const head = paint('bold', printableLine(plugin));
  if (tests === null) return `${head}  has no tests (*.test.ts)`;
  const slow = tests.result === 'passed' ? tests.slow : [];
  const lines = slow.map(({ test: title, durationMs }) => `  ${paint('yellow', 'slow')}  ${ms(durationMs)}  ${printableLine(title)}`);
  return [`${head}  ${paint('green', printableLine(describeTests(tests)))}`, ...lines].join('\n');
}

/** `nbox test`: runs a plugin's tests on a host as a push would, and publishes nothing. */

import type { Command } from 'commander';
import { z } from 'zod';
import { printableLine } from '../printable.ts';
import { AdminClient, diagnosticSchema } from './admin-client.ts';
import { ms } from './duration.ts';
import { paintFor } from './paint.ts';
import { pushedPlugin } from './push-source.ts';
import { readOrRefuse, refuseOrThrow, report } from './refused-source.ts';
import { type AdminFlags, addAdminOptions, adminSettings } from './settings.ts';
import { describeTests, testsSchema } from './tests-summary.ts';
import { warn } from './warn.ts';

interface TestFlags extends AdminFlags {
  readonly as?: string;
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
    .option('--warn', 'run the tests in spite of type errors, and show them as warnings')
    .option('--json', 'what came of it, or the refusal, as the host says it');
  addAdminOptions(command)
    .addHelpText(
      'after',
      '\nExample:\n  nbox test plugins/demo/apps/offers\n\nExit code: 1 where a test fails, or the source would be refused.',
    )
    .action(test);
}

async function test(path: string, flags: TestFlags): Promise<void> {
  const began = performance.now();
  const json = flags.json === true;
  const source = await readOrRefuse(path, began, json);
  if (source === undefined) return;
  const plugin = pushedPlugin(flags.as, source);
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  try {
    const query = flags.warn === true ? '?typecheck=warn' : '';
    const { value } = await client.ask('POST', `/v1/plugins/${plugin}/tests${query}`, testedSchema, source.body);
    if (!json) report(value.diagnostics, source);
    process.stdout.write(`${json ? JSON.stringify(value, null, 2) : summary(plugin, value.tests)}\n`);
  } catch (error) {
    refuseOrThrow(error, plugin, source, began, json);
  }
}

function summary(plugin: string, tests: z.infer<typeof testedSchema>['tests']): string {
  const paint = paintFor(process.stdout);
  const head = paint('bold', printableLine(plugin));
  if (tests === null) return `${head}  has no tests (*.test.ts)`;
  const slow = tests.result === 'passed' ? tests.slow : [];
  const lines = slow.map(({ test: title, durationMs }) => `  ${paint('yellow', 'slow')}  ${ms(durationMs)}  ${printableLine(title)}`);
  return [`${head}  ${paint('green', printableLine(describeTests(tests)))}`, ...lines].join('\n');
}

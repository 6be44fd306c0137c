/** `nbox check`: type-checks, bundles and guards plugins as a push would, without a host, and says what is wrong as a compiler does. */

import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { type Diagnostic, isNboxError } from '../../guards/errors.ts';
import { ownLibraries } from '../config/options.ts';
import { printableLine } from '../printable.ts';
import { CliError, exitCodes, refusal } from './cli-error.ts';
import { countDiagnostics, type DiagnosedSource, diagnosticsOf } from './diagnostics.ts';
import { ms } from './duration.ts';
import { refreshEditorFiles } from './editor-files.ts';
import type { Built, LocalBuild } from './local-build.ts';
import { paintFor } from './paint.ts';
import { showProgress } from './progress.ts';
import { readPushSource, UnpackableError } from './push-source.ts';
import { report } from './refused-source.ts';

interface CheckFlags {
  readonly warn?: boolean;
  readonly libraries?: string;
  readonly json?: boolean;
}

/** What came of one plugin. */
interface Checked {
  readonly path: string;
  readonly built?: Built;
  /** Why it would be refused: the code, and in words. */
  readonly refused?: { readonly code: string; readonly detail: string };
  readonly diagnostics: readonly Diagnostic[];
  readonly source?: DiagnosedSource;
  readonly tookMs: number;
}

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('Type-checks, bundles and guards plugins as a push would, without a host; runs nothing of them')
    .argument('<file-or-dir...>', 'as for nbox push')
    .option('--warn', 'let type errors pass, and show them as warnings')
    .option('--libraries <dir>', 'folder whose package.json lists what the host approves (default: the package’s own)')
    .option('--json', 'what was found, as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  nbox check plugins/demo/apps/offers\n  nbox check plugins/*/*/*\n\nExit code: 1 where a push would be refused. What only a host can say (tests, start-up, lanes) `nbox test` says.',
    )
    .action(check);
}

async function check(paths: readonly string[], flags: CheckFlags): Promise<void> {
  let done = 0;
  const found: Checked[] = [];
  {
    using _ = showProgress(() => `checked ${done} of ${paths.length}`);
    // Here and not above, as in push-source.ts.
    const local = await import('./local-build.ts');
    await using build = await local.LocalBuild.open(flags.libraries ?? ownLibraries);
    // One after another: the checker has one process, and is quick once it is warm.
    for (const path of paths) {
      found.push(await checkOne(build, path, flags.warn === true ? 'warn' : 'strict'));
      done += 1;
    }
  }
  if (found.some(({ refused }) => refused !== undefined)) process.exitCode = exitCodes.failed;
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ plugins: found.map(view) }, null, 2)}\n`);
  else for (const one of found) tell(one);
}

async function checkOne(build: LocalBuild, path: string, typecheck: 'strict' | 'warn'): Promise<Checked> {
  const began = performance.now();
  const took = () => ({ path, tookMs: performance.now() - began });
  let source: DiagnosedSource | undefined;
  try {
    if ((await stat(path).catch(() => undefined))?.isDirectory() === true) await refreshEditorFiles(path);
    const read = await readPushSource(path);
    source = read;
    const built = await build.build(read, typecheck);
    return { ...took(), built, diagnostics: built.diagnostics, source };
  } catch (error) {
    const from = error instanceof UnpackableError ? error : undefined;
    const cause = from?.error ?? error;
    // What is mistyped or cannot be read ends it all; what is wrong with a plugin is what was asked for.
    if (!isNboxError(cause) || cause.code === 'builder_failed') throw cause instanceof Error ? cause : new CliError(String(cause));
    const shown = from?.source ?? source;
    return {
      ...took(),
      refused: { code: cause.code, detail: refusal({ code: cause.code, ...cause.details }) },
      diagnostics: diagnosticsOf(cause),
      ...(shown === undefined ? {} : { source: shown }),
    };
  }
}

function view({ path, built, refused, diagnostics, tookMs }: Checked): object {
  return {
    ...{ path, ok: refused === undefined, code: refused?.code ?? null, detail: refused?.detail ?? null, diagnostics },
    ...{ entry: built?.entry ?? null, tests: built?.tests ?? null, codeBytes: built?.codeBytes ?? null },
    ...{ timings: built?.timings ?? null, tookMs: Math.round(tookMs * 10) / 10 },
  };
}

function tell({ path, built, refused, diagnostics, source, tookMs }: Checked): void {
  if (source !== undefined) report(diagnostics, source);
  const name = printableLine(path);
  if (built === undefined) {
    const paint = paintFor(process.stderr);
    // Of what has a place, the place was shown with its words.
    const words = diagnostics.length > 0 ? `${countDiagnostics(diagnostics)}  ${refused?.code}` : (refused?.detail ?? '');
    process.stderr.write(`${paint('red', 'refused')}  ${name}  ${printableLine(words)}  (${ms(tookMs)})\n`);
    return;
  }
  const paint = paintFor(process.stdout);
  const { typecheckMs, bundleMs } = built.timings;
  const warnings = diagnostics.length === 0 ? '' : `  ${countDiagnostics(diagnostics)}`;
  const tests = built.tests === 0 ? 'no tests' : `${built.tests} ${built.tests === 1 ? 'file' : 'files'} of tests`;
  process.stdout.write(
    `${paint('green', 'good')}  ${name}${warnings}  ${paint('dim', `${built.entry}, ${Math.ceil(built.codeBytes / 1_024)} KiB, ${tests}; type-check ${ms(typecheckMs)}, bundle ${ms(bundleMs)}`)}\n`,
  );
}

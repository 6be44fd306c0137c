/** What becomes of a source that is refused, here or by the host: told as a compiler would, and an exit code. */

import type { Diagnostic } from '../../guards/errors.ts';
import { printableLine } from '../printable.ts';
import { RefusedError } from './admin-client.ts';
import { exitCodes } from './cli-error.ts';
import { countDiagnostics, type DiagnosedSource, formatDiagnostics } from './diagnostics.ts';
import { ms } from './duration.ts';
import { gateLines, gatesSchema } from './gate-report.ts';
import { paintFor } from './paint.ts';
import { type PushSource, readPushSource, UnpackableError } from './push-source.ts';
import { widthOf } from './terminal-width.ts';

/**
 * @param json whether a refusal is told as JSON, on standard output
 * @returns undefined where it was refused, and that was told
 */
export async function readOrRefuse(path: string, began: number, json = false): Promise<PushSource | undefined> {
  return readPushSource(path).catch((error: unknown) => {
    if (!(error instanceof UnpackableError)) throw error;
    const { code, details } = error.error;
    if (json) refuseAsJson({ code, ...details });
    else refuse(path, code, details.diagnostics ?? [], error.source, began);
    return undefined;
  });
}

/** @throws the error where it says nothing of the source */
export function refuseOrThrow(error: unknown, what: string, source: DiagnosedSource, began: number, json = false): void {
  if (json && error instanceof RefusedError && error.exitCode === exitCodes.failed) {
    refuseAsJson(error.problem);
    return;
  }
  if (error instanceof RefusedError) reportGates(error);
  if (!(error instanceof RefusedError) || !isOfSource(error)) throw error;
  const { code, detail, diagnostics, position } = error.problem;
  // A failed start has one place and no list.
  const shown =
    diagnostics.length > 0 || position === undefined ? diagnostics : [{ ...position, severity: 'error' as const, code, message: detail }];
  refuse(what, code, shown, source, began);
}

/** The problem as the host says it, or would: a program that reads the answer of a push reads its refusal in the same place. */
function refuseAsJson(problem: object): void {
  process.stdout.write(`${JSON.stringify({ refused: problem }, null, 2)}\n`);
  process.exitCode = exitCodes.failed;
}

function refuse(what: string, code: string, diagnostics: readonly Diagnostic[], source: DiagnosedSource, began: number): void {
  report(diagnostics, source);
  const paint = paintFor(process.stderr);
  process.stderr.write(
    `${paint('red', 'refused')}  ${printableLine(what)}  ${countDiagnostics(diagnostics)}  ${printableLine(code)}  (${ms(performance.now() - began)})\n`,
  );
  process.exitCode = exitCodes.failed;
}

/** A gate that has refused says what it has found. */
function reportGates({ problem }: RefusedError): void {
  for (const line of gateLines(gatesSchema.parse(problem))) process.stderr.write(`${printableLine(line)}\n`);
}

function isOfSource({ problem }: RefusedError): boolean {
  return problem.diagnostics.length > 0 || (problem.position !== undefined && problem.position.file !== '');
}

/** To stderr: a build's output must not stand in the way of what a script reads. */
export function report(diagnostics: readonly Diagnostic[], source: DiagnosedSource): void {
  if (diagnostics.length === 0) return;
  const width = widthOf(process.stderr);
  const style = { paint: paintFor(process.stderr), ...(width === undefined ? {} : { width }) };
  process.stderr.write(`${formatDiagnostics(diagnostics, source, style)}\n\n`);
}

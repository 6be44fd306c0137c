/** Diagnostics as a compiler prints them: place, severity, code, message, and the code itself. */

import { type Diagnostic, isNboxError } from '../../guards/errors.ts';
import { printableLine } from '../printable.ts';
import { codeFrame } from './code-frame.ts';
import { type Paint, plain } from './paint.ts';

/** The files that diagnostics are about. */
export interface DiagnosedSource {
  /** By their names in the release. */
  readonly files: ReadonlyMap<string, string>;
  /** Where the author has the file, as a terminal can open it. */
  pathOf(name: string): string;
}

export interface DiagnosticStyle {
  readonly width?: number;
  readonly paint?: Paint;
}

/** More would push the first ones, which matter most, out of sight. */
const mostShown = 50;

export function formatDiagnostics(diagnostics: readonly Diagnostic[], source: DiagnosedSource, style: DiagnosticStyle = {}): string {
  const shown = diagnostics.slice(0, mostShown).map((one) => formatDiagnostic(one, source, style));
  const more = diagnostics.length - shown.length;
  return [...shown, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n\n');
}

export function formatDiagnostic(diagnostic: Diagnostic, source: DiagnosedSource, style: DiagnosticStyle = {}): string {
  const { file, line, column, severity, code, message } = diagnostic;
  const { paint = plain } = style;
  const text = source.files.get(file);
  const path = printableLine(text === undefined ? file : source.pathOf(file));
  const [first = '', ...rest] = message.split('\n').map(printableLine);
  const place = `${paint('cyan', path)}:${line}:${column}`;
  const head = `${place}  ${paint(severity === 'error' ? 'red' : 'yellow', severity)}  ${paint('dim', printableLine(code))}  ${first}`;
  const frame = text === undefined ? undefined : codeFrame(text, line, column, style);
  return [head, ...rest.map((one) => `    ${one}`), ...(frame === undefined ? [] : [frame])].join('\n');
}

/** `2 errors, 1 warning` */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  return [counted(errors, 'error'), counted(warnings, 'warning')].filter((text) => text !== '').join(', ');
}

function counted(count: number, noun: string): string {
  return count === 0 ? '' : `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Those that an error brings; one for its place where it has only that. */
export function diagnosticsOf(error: unknown): readonly Diagnostic[] {
  if (!isNboxError(error)) return [];
  const { diagnostics, position, detail } = error.details;
  if (diagnostics !== undefined && diagnostics.length > 0) return diagnostics;
  return position === undefined ? [] : [{ ...position, severity: 'error', code: error.code, message: detail }];
}

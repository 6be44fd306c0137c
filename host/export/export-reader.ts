/** An export as rows again: unpacked, and each line looked at before anyone has it. The whole counts only once its end was read. */

import { createHash } from 'node:crypto';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { z } from 'zod';
import { isNboxError, NboxError } from '../../guards/errors.ts';
import { parseJson } from '../admin/json.ts';
import { type StoreRow, storeRowSchema } from '../store/store-row.ts';
import {
  type ExportHeader,
  endSchema,
  exportFormat,
  exportVersion,
  headerSchema,
  lineLimitBytes,
  noRows,
  type RowCounts,
} from './format.ts';
import { Integrity } from './integrity.ts';
import { linesOf } from './lines.ts';

/** What may come out of a file unless its reader says otherwise: a small file can unpack to very much. */
export const defaultTotalBytes = 16 * 1_024 ** 3;

export interface ExportSummary {
  readonly header: ExportHeader;
  readonly rows: RowCounts;
}

export class ExportReader {
  readonly #file: Readable;
  readonly #totalBytes: number;
  #summary: ExportSummary | undefined;

  /** @param file the packed bytes; `rows` ends it */
  constructor(file: Readable, totalBytes: number = defaultTotalBytes) {
    this.#file = file;
    this.#totalBytes = totalBytes;
  }

  /** What was read, once `rows` has come to its end; `undefined` before. */
  get summary(): ExportSummary | undefined {
    return this.#summary;
  }

  /**
   * Once. None of the rows may be used for good before the last is read: only then is it known that the file is whole.
   * @throws NboxError `invalid_export` with the line at fault; what reading the file throws
   */
  async *rows(): AsyncGenerator<StoreRow, void, void> {
    const sum = createHash('sha256');
    const counts = noRows();
    const integrity = new Integrity();
    let header: ExportHeader | undefined;
    let isOver = false;
    let line = 0;
    for await (const bytes of this.#lines()) {
      line += 1;
      if (isOver) throw invalid(line, 'stands behind the end');
      if (header === undefined) header = headerOf(bytes);
      else {
        const value = valueOf(bytes, line);
        if ((value as { kind?: unknown } | null)?.kind === 'end') {
          checkEnd(parsed(endSchema, value, line), counts, sum.copy().digest('hex'));
          seen(line, 'end', () => integrity.end());
          isOver = true;
          continue;
        }
        const row = parsed(storeRowSchema, value, line);
        seen(line, `${row.kind}${'plugin' in row ? ` of ${row.plugin}` : ''}`, () => integrity.see(row));
        counts[row.kind] += 1;
        yield row;
      }
      sum.update(bytes);
    }
    if (header === undefined || !isOver) throw new NboxError('invalid_export', 'It is cut off: its last line is missing');
    this.#summary = Object.freeze({ header, rows: Object.freeze(counts) });
  }

  async *#lines(): AsyncGenerator<Buffer, void, void> {
    const unpacked = createGunzip({ chunkSize: 65_536 });
    pipeline(this.#file, unpacked, () => {
      // Whoever reads `unpacked` has the error from there.
    });
    try {
      yield* linesOf(unpacked, { lineBytes: lineLimitBytes, totalBytes: this.#totalBytes });
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (code === 'Z_BUF_ERROR')
        throw new NboxError('invalid_export', { detail: 'It is cut off: its packed form has no end', cause: error });
      if (!code.startsWith('Z_')) throw error;
      throw new NboxError('invalid_export', { detail: `It cannot be unpacked by gzip: ${(error as Error).message}`, cause: error });
    } finally {
      this.#file.destroy();
    }
  }
}

function headerOf(bytes: Buffer): ExportHeader {
  const value = valueOf(bytes, 1) as { format?: unknown; version?: unknown } | null;
  if (typeof value !== 'object' || value?.format !== exportFormat) throw new NboxError('invalid_export', 'It is no export of nbox');
  if (typeof value.version === 'number' && value.version > exportVersion) {
    throw new NboxError('invalid_export', `A newer nbox wrote it (version ${value.version} of the form, this one knows ${exportVersion})`);
  }
  return parsed(headerSchema, value, 1);
}

function valueOf(bytes: Buffer, line: number): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalid(line, 'is not UTF-8');
  }
  try {
    return parseJson(text);
  } catch (error) {
    if (!isNboxError(error)) throw error;
    throw invalid(line, `is not JSON as an export has it: ${error.message}`);
  }
}

function parsed<S extends z.ZodType>(schema: S, value: unknown, line: number): z.infer<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = (issue?.path ?? []).map((key) => `/${String(key).slice(0, 100)}`).join('');
  throw invalid(line, `does not have its form: ${path === '' ? '' : `${path} `}${issue?.message.slice(0, 300)}`);
}

function seen(line: number, what: string, see: () => void): void {
  try {
    see();
  } catch (error) {
    if (!isNboxError(error, 'invalid_export')) throw error;
    throw invalid(line, `(${what}) ${error.message}`);
  }
}

function checkEnd(end: { readonly rows: RowCounts; readonly sha256: string }, counts: RowCounts, sha256: string): void {
  if (end.sha256 !== sha256)
    throw new NboxError('invalid_export', 'It was changed: its bytes do not have the SHA-256 that its last line says');
  for (const [kind, count] of Object.entries(counts) as [keyof RowCounts, number][]) {
    if (end.rows[kind] !== count)
      throw new NboxError('invalid_export', `It has ${count} rows (${kind}), and not the ${end.rows[kind]} of its last line`);
  }
}

function invalid(line: number, what: string): NboxError {
  return new NboxError('invalid_export', `Line ${line} ${what}`);
}

/** Rows of a store as an export, written as fast as they are read and no faster. */

import { createHash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { createGzip, type Gzip } from 'node:zlib';
import { NboxError } from '../../guards/errors.ts';
import type { ExportSelection, StoreRow } from '../store/store-row.ts';
import { type ExportHeader, exportFormat, exportVersion, lineLimitBytes, noRows } from './format.ts';

/** Lines are joined to pieces of about this size. */
const pieceBytes = 65_536;

/**
 * The lines of an export. Ending it early ends the rows.
 * @param at milliseconds since the epoch
 */
export async function* exportLines(
  rows: AsyncIterable<StoreRow>,
  { plugins }: Pick<ExportSelection, 'plugins'>,
  at: number,
): AsyncGenerator<Buffer, void, void> {
  const sum = createHash('sha256');
  const counts = noRows();
  const header: ExportHeader = {
    ...{ format: exportFormat, version: exportVersion, at: new Date(at).toISOString() },
    plugins: plugins === undefined ? null : [...plugins],
  };
  let piece = `${JSON.stringify(header)}\n`;
  const take = () => {
    const bytes = Buffer.from(piece);
    piece = '';
    sum.update(bytes);
    return bytes;
  };
  for await (const row of rows) {
    const line = JSON.stringify(row);
    // None could read it. In bytes it has at most three times as many.
    if (line.length * 3 > lineLimitBytes && Buffer.byteLength(line) > lineLimitBytes) throw tooLong(row);
    counts[row.kind] += 1;
    piece += `${line}\n`;
    if (piece.length >= pieceBytes) yield take();
  }
  yield take();
  yield Buffer.from(`${JSON.stringify({ kind: 'end', rows: counts, sha256: sum.digest('hex') })}\n`);
}

function tooLong(row: StoreRow): NboxError {
  const of = 'plugin' in row ? ` of ${row.plugin}` : '';
  return new NboxError('internal_error', `A row (${row.kind})${of} has more than ${lineLimitBytes} bytes, which no export may have`);
}

/** Packed. Destroying it ends the lines; where they fail, it fails. The caller owns it. */
export function packed(lines: AsyncGenerator<Buffer, void, void>): Gzip {
  const gzip = createGzip();
  pipeline(Readable.from(lines, { highWaterMark: 1 }), gzip, () => {
    // Whoever reads `gzip` has the error from there.
  });
  return gzip;
}

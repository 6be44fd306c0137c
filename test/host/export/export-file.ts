/** Exports for tests: whole ones, and ones that were tampered with. */

import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ExportReader } from '../../../host/export/export-reader.ts';
import { exportLines, packed } from '../../../host/export/export-writer.ts';
import type { Store } from '../../../host/store/store.ts';
import type { StoreRow } from '../../../host/store/store-row.ts';

const everything = { plugins: undefined, token: true };

export async function exported(store: Store): Promise<Buffer> {
  return bytesOf(packed(exportLines(store.export(everything), everything, 0)));
}

export async function bytesOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/** The lines of an export, as values. */
export function linesOfExport(file: Buffer): Record<string, unknown>[] {
  return gunzipSync(file)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** An export of these lines, whose last says what they are: whatever is wrong with it, it is not its hash. */
export function sealed(lines: readonly unknown[]): Buffer {
  const texts = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
  const rows: Record<string, number> = {
    setting: 0,
    plugin: 0,
    release: 0,
    content: 0,
    deployment: 0,
    rollout: 0,
    capsule: 0,
    once: 0,
    change: 0,
    budget: 0,
  };
  for (const line of lines) {
    const { kind } = (line ?? {}) as { kind?: string };
    if (kind !== undefined && kind in rows) rows[kind] = (rows[kind] ?? 0) + 1;
  }
  const sha256 = createHash('sha256').update(texts.join('')).digest('hex');
  return gzipSync(`${texts.join('')}${JSON.stringify({ kind: 'end', rows, sha256 })}\n`);
}

export async function readAll(file: Buffer, totalBytes?: number): Promise<{ rows: StoreRow[]; reader: ExportReader }> {
  const reader = new ExportReader(Readable.from([file]), totalBytes);
  const rows: StoreRow[] = [];
  for await (const row of reader.rows()) rows.push(row);
  return { rows, reader };
}

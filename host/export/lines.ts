/** Bytes as lines, none of which is longer than may be held. */

import { NboxError } from '../../guards/errors.ts';

const newline = 0x0a;

/**
 * Each line with its line feed. What stands behind the last one is no line, and thrown away by nobody: it fails.
 * @throws NboxError `invalid_export`
 */
export async function* linesOf(
  bytes: AsyncIterable<Buffer>,
  { lineBytes, totalBytes }: { readonly lineBytes: number; readonly totalBytes: number },
): AsyncGenerator<Buffer, void, void> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let total = 0;
  for await (const chunk of bytes) {
    total += chunk.length;
    if (total > totalBytes) throw new NboxError('invalid_export', `Unpacked it has more than ${totalBytes} bytes`);
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      held.push(chunk.subarray(start, end + 1));
      start = end + 1;
      yield held.length === 1 ? (held[0] as Buffer) : Buffer.concat(held);
      held = [];
      heldBytes = 0;
    }
    if (start === chunk.length) continue;
    held.push(chunk.subarray(start));
    heldBytes += chunk.length - start;
    if (heldBytes > lineBytes) throw new NboxError('invalid_export', `A line of it has more than ${lineBytes} bytes`);
  }
  if (held.length > 0) throw new NboxError('invalid_export', 'It ends in the middle of a line');
}

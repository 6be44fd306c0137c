/** A file that is there whole or not at all: written beside its place under another name, and renamed once it is on the disk. */

import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * What stood at `path` stays until the new one takes its place. Only its owner may read it.
 * @param check looks at the file that was written; where it fails, nothing has happened
 */
export async function writeWhole(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  check: (written: string) => Promise<void>,
): Promise<void> {
  const written = `${path}.${randomUUID().slice(0, 8)}.part`;
  try {
    {
      await using file = await open(written, 'wx', 0o600);
      for await (const piece of pieces) await file.writeFile(piece);
      await file.sync();
    }
    await check(written);
    await rename(written, path);
  } catch (error) {
    await rm(written, { force: true });
    throw error;
  }
  // The name, too, must outlive a power cut.
  await using folder = await open(dirname(path), 'r');
  await folder.sync();
}

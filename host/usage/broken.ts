/** Whether what SQLite throws says that the file itself is damaged. */

/** SQLite's codes for a file that is damaged, or none of its own. */
const codes: ReadonlySet<number> = new Set([11, 26]);

export function isBroken(error: unknown): boolean {
  return codes.has(Number((error as { errcode?: number } | undefined)?.errcode) & 0xff);
}

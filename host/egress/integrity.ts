/** Subresource integrity: whether bytes are those that the request's metadata names. */

import { createHash, timingSafeEqual } from 'node:crypto';

/** The stronger, the later. */
const algorithms = ['sha256', 'sha384', 'sha512'];
const form = /^(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+={0,2})(?:\?[\x21-\x7e]*)?$/;

/** Metadata that names no known algorithm asks for nothing; of several, the strongest counts. */
export function hasIntegrity(bytes: Uint8Array, metadata: string): boolean {
  const known = metadata
    .split(/[\t\n\f\r ]+/)
    .map((item) => form.exec(item))
    .filter((item) => item !== null)
    .map(([, algorithm = '', digest = '']) => ({ algorithm, digest: Buffer.from(digest, 'base64') }));
  const strongest = algorithms.findLast((algorithm) => known.some((item) => item.algorithm === algorithm));
  if (strongest === undefined) return true;
  const actual = createHash(strongest).update(bytes).digest();
  return known.some(
    ({ algorithm, digest }) => algorithm === strongest && digest.length === actual.length && timingSafeEqual(digest, actual),
  );
}

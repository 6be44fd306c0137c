/** `data:` URLs, by the platform's own fetch: nothing leaves the host for them. */

import { type OpAnswer, OpError } from '../dispatch/op.ts';

/** Decoding runs on the host's event loop. */
const mostLength = 1_048_576;

/** @throws OpError */
export async function fetchDataUrl(data: unknown): Promise<OpAnswer> {
  if (typeof data !== 'string' || !data.startsWith('data:')) throw new OpError('fetch failed: this is no data URL', 'TypeError');
  if (data.length > mostLength) throw new OpError(`fetch failed: the data URL has more than ${mostLength} characters`, 'TypeError');
  let response: Response;
  try {
    response = await fetch(data);
  } catch {
    throw new OpError('fetch failed: the data URL is not valid', 'TypeError');
  }
  return { data: { type: response.headers.get('content-type') ?? '' }, bytes: new Uint8Array(await response.arrayBuffer()) };
}

/** What must hold for all that a server of nbox's answers to bytes. */

import assert from 'node:assert/strict';
import { exchange, type RawResponse, readResponses } from '../support/raw-http.ts';
import type { Conversation } from './raw-requests.ts';

/** Node's own answers to what is no HTTP, or too slow, or asks for what it does not do: they have no body. */
const nodes: ReadonlySet<number> = new Set([400, 408, 413, 417, 431]);

/** Ends every conversation that has not ended before: its answer shows that those before it were told apart. */
const farewell = 'GET /farewell HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

/**
 * Holds the conversation.
 * @returns the answers that are not Node's own; none where the client has left
 * @throws AssertionError where what comes is no HTTP, or where an answer is missing
 */
export async function answers(port: number, { requests, cut, leaves }: Conversation): Promise<RawResponse[]> {
  const all = Buffer.from(requests.map(({ text }) => text).join(''), 'latin1');
  const ends = !leaves && cut === 0 && requests.every(({ whole }) => whole);
  const sent = ends ? Buffer.concat([all, Buffer.from(farewell)]) : all.subarray(0, Math.max(1, all.length - cut));
  const received = await exchange(port, sent, ends ? undefined : leaves ? 'reset' : 'end');
  if (!ends) return [];
  const responses = readResponses(
    received,
    requests.map(({ method }) => method),
  );
  const own = responses.filter((one) => !isNodes(one));
  const last = responses.at(-1);
  const [only] = requests;
  if (requests.length === 1 && only?.clean && only.method !== 'CONNECT') {
    const ended = last !== undefined && (isNodes(last) || last.headers.get('connection') === 'close');
    assert.ok(ended, `the connection was lost after ${received.toString('latin1')}`);
  }
  return own;
}

export function isNodes({ status, headers, body }: Pick<RawResponse, 'status' | 'headers' | 'body'>): boolean {
  return nodes.has(status) && body === '' && !headers.has('content-type');
}

/** A plugin's reply head, `status\nstatusText\nname\nvalue…`, as what `writeHead` takes; what is not the plugin's to set is dropped. */

import { validateHeaderName, validateHeaderValue } from 'node:http';
import { flowCookie, sessionCookie } from '../access/stored-session.ts';
import { CallError, type Layer } from '../dispatch/dispatch.ts';

/** The connection's and the framing are the host's business, and so is what the host says of itself. */
const reserved = new Set([
  'connection',
  'content-length',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'nbox-call',
  'nbox-preview',
  'nbox-release',
]);

/**
 * Whoever looks at a page must not be made to act in somebody else's session. A cookie without a name is sent as its value.
 */
const setsSession = new RegExp(`^[\\s=]*(?:${sessionCookie}|${flowCookie})\\s*=`);

export interface ReplyHead {
  readonly status: number;
  readonly statusText: string;
  /** Name, value, name, value. */
  readonly headers: string[];
}

const known = new Map<string, ReplyHead>();
const knownAtMost = 256;

/**
 * Plugins answer with the same few heads over and over: each is read once.
 * @throws TypeError on what may not be sent; the guest's own checks make that a plugin that broke its platform
 */
export function readReplyHead(head: string): ReplyHead {
  const cached = known.get(head);
  if (cached !== undefined) return cached;
  const read = parse(head);
  if (head.length <= 256) {
    if (known.size >= knownAtMost) known.clear();
    known.set(head, read);
  }
  return read;
}

/** The layer that holds a plugin to heads that can be sent: one that cannot is the plugin's failure, and recorded as such. */
export const sendable: Layer = (next) => async (call) => {
  const reply = await next(call);
  try {
    readReplyHead(reply.head);
  } catch (error) {
    reply.stream?.cancel();
    const detail = `The reply's head cannot be sent: ${(error as Error).message}`;
    throw new CallError('plugin_error', detail, reply.rest === undefined ? reply.spent : (await reply.rest).spent);
  }
  return reply;
};

function parse(head: string): ReplyHead {
  const fields = head.split('\n');
  const status = Number(fields[0]);
  if (!Number.isInteger(status) || status < 200 || status > 599) throw new TypeError(`A status of ${fields[0]} cannot be sent`);
  const headers: string[] = [];
  const named = namedByConnection(fields);
  for (let i = 2; i + 1 < fields.length; i += 2) {
    const name = fields[i] as string;
    const value = fields[i + 1] as string;
    const lower = name.toLowerCase();
    if (reserved.has(lower) || named?.has(lower)) continue;
    if (lower === 'set-cookie' && setsSession.test(value)) continue;
    validateHeaderName(name);
    validateHeaderValue(name, value);
    headers.push(name, value);
  }
  const statusText = fields[1] ?? '';
  validateHeaderValue('status', statusText);
  return Object.freeze({ status, statusText, headers });
}

/** RFC 9110, section 7.6.1: what a plugin passes on of another server may have been meant for that connection only. */
function namedByConnection(fields: readonly string[]): Set<string> | undefined {
  let named: Set<string> | undefined;
  for (let i = 2; i + 1 < fields.length; i += 2) {
    if ((fields[i] as string).toLowerCase() !== 'connection') continue;
    named ??= new Set();
    for (const name of (fields[i + 1] as string).split(',')) named.add(name.trim().toLowerCase());
  }
  return named;
}

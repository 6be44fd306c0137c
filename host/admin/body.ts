/** Reads a request's JSON body: bounded while it streams, and nothing but plain JSON. */

import type { IncomingMessage } from 'node:http';
import { NboxError } from '../../guards/errors.ts';
import { parseJson } from './json.ts';

/** The largest source with its packed libraries, escaped as JSON, with room to spare. */
export const bodyLimitBytes = 32 * 1_048_576;

/** What is read of a refused body and thrown away. A client that is cut off while it sends may never see the answer. */
const drainLimitBytes = 128 * 1_048_576;
const drainLimitMs = 10_000;

/**
 * @throws NboxError `unsupported_media_type`, `request_too_large`, `malformed_json`, `bad_request` (the client left)
 */
export async function readJson(req: IncomingMessage, limitBytes = bodyLimitBytes): Promise<unknown> {
  checkHeaders(req, limitBytes);
  const bytes = await readBytes(req, limitBytes);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new NboxError('malformed_json', 'The body is not UTF-8');
  }
  return parseJson(text);
}

/**
 * What `curl -d` says of any body is taken for JSON, too, as is a body that nothing is said of: a push by hand should not
 * fail for a header. No page of another origin gains by it, since the token is no cookie.
 */
const jsonTypes = new Set(['application/json', 'application/x-www-form-urlencoded']);

function checkHeaders(req: IncomingMessage, limitBytes: number): void {
  const type = req.headers['content-type'];
  // The type alone: JSON has no parameters, and a charset other than UTF-8 is refused below by its bytes.
  const essence = type?.split(';', 1)[0]?.trim().toLowerCase();
  if (essence !== undefined && !jsonTypes.has(essence)) {
    throw new NboxError('unsupported_media_type', `The body must be application/json, not ${JSON.stringify(type?.slice(0, 100))}`);
  }
  const encoding = req.headers['content-encoding']?.trim().toLowerCase();
  if (encoding !== undefined && encoding !== '' && encoding !== 'identity') {
    throw new NboxError('unsupported_media_type', `The body must be sent as it is, not as ${JSON.stringify(encoding.slice(0, 100))}`);
  }
  if (Number(req.headers['content-length'] ?? 0) > limitBytes) throw tooLarge(limitBytes);
}

function tooLarge(limitBytes: number): NboxError {
  return new NboxError('request_too_large', `The body may have ${limitBytes} bytes`);
}

function readBytes(req: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (end: () => void) => {
      req.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
      end();
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limitBytes) settle(() => reject(tooLarge(limitBytes)));
      else chunks.push(chunk);
    };
    const onEnd = () => settle(() => resolve(Buffer.concat(chunks, size)));
    const onGone = () => settle(() => reject(new NboxError('bad_request', 'The client left before its request was complete')));
    req.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
}

/**
 * Lets a client finish sending a body that nobody wants, so that it can read the answer; one that goes on for too long
 * is cut off. Call it once, when the answer is being written.
 */
export function discardRest(req: IncomingMessage): void {
  if (req.complete || req.destroyed) return;
  let size = 0;
  const timer = setTimeout(() => req.destroy(), drainLimitMs);
  timer.unref();
  req.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > drainLimitBytes) req.destroy();
  });
  req.on('error', () => undefined);
  req.once('close', () => clearTimeout(timer));
  req.resume();
}

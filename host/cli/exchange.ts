/** One HTTP request and its reply, as they are: no redirect is followed, no header or path tidied up. */

import { type IncomingMessage, type OutgoingHttpHeaders, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { CliError, exitCodes } from './cli-error.ts';

export interface Exchange {
  readonly method: string;
  /** `http://host:port/prefix`, without a slash at its end. */
  readonly base: string;
  /** Begins with a slash; what must be percent-encoded is. */
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array | undefined;
  /** How long the head of the reply may take; without end where it is undefined. */
  readonly timeoutMs?: number;
  /** Cuts it off, its reply's body included. */
  readonly signal?: AbortSignal;
}

/**
 * Resolves with the head of the reply; the caller reads or destroys its body.
 * @throws CliError where there is no reply
 */
export function exchange({ method, base, path, headers = {}, body, timeoutMs, signal }: Exchange): Promise<IncomingMessage> {
  const { protocol, hostname, port, pathname } = new URL(base);
  const send = protocol === 'https:' ? requestHttps : requestHttp;
  const prefix = pathname.replace(/\/$/, '');
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    const sent = send({
      host,
      port,
      method,
      path: `${prefix}${path}`,
      headers: { ...length, ...headers },
      agent: false,
      ...(signal === undefined ? {} : { signal }),
    });
    const late =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => sent.destroy(new CliError(`${base} gave no answer within ${timeoutMs / 1_000} s`, { exitCode })), timeoutMs);
    sent.once('response', (reply) => {
      clearTimeout(late);
      resolve(reply);
    });
    // Stays for good: a host that refuses a body may close before it was sent, and its reply counts.
    sent.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(late);
      reject(error instanceof CliError ? error : unreachable(base, hostname, error));
    });
    sent.end(body);
  });
}

const exitCode = exitCodes.unreachable;

function unreachable(base: string, hostname: string, error: NodeJS.ErrnoException): CliError {
  if (error.code === 'ECONNREFUSED')
    return new CliError(`No nbox host answers at ${base}; start one with \`nbox start\``, { exitCode, cause: error });
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')
    return new CliError(`The name ${hostname} of ${base} cannot be resolved`, { exitCode, cause: error });
  return new CliError(`No answer from ${base}: ${error.message || error.code}`, { exitCode, cause: error });
}
